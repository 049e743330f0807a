"""The least that Textual can show: a static label. The yardstick of the first paint."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("stored nonce")


if __name__ == "__main__":
    Bare().run()
