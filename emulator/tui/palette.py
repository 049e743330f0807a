"""The command palette: what can be done here and now, found by its words. Imported when it is opened.

Owns no action: titles, help and keys are those of the action table, and a command does what its key does.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.screen import Screen

from emulator.tui.actions import ACTIONS, Action, call_of, keys_of
from emulator.tui.colours import ABOUT

_BY_ID = {action.id: action for action in ACTIONS}
_PLAIN = ("palette", "up", "down", "page(", "row(", "scroll_", "switch")
"""How the calls begin that nobody looks for by words."""


_THEMES = [
    Action(f"theme-{name}", (), f"Theme {name}", about, "app", f"theme('{name}')")
    for name, about in ABOUT.items()
]


class Offer(NamedTuple):
    """An action that can be done, and the part of the screen that does it."""

    action: Action
    does: Any


def offers(screen: Screen[Any]) -> Iterator[Offer]:
    """The actions whose keys work now, those of the part with the focus first."""
    seen = set()
    for bound in screen.active_bindings.values():
        name = (bound.binding.id or "").partition(".")[0]
        action = _BY_ID.get(name)
        if action is None or not bound.enabled or name in seen or action.call.startswith(_PLAIN):
            continue
        seen.add(name)
        yield Offer(action, bound.node)
    yield from (Offer(action, screen.app) for action in _THEMES)


class Offers(Provider):
    """The action table as Textual's palette wants it."""

    async def discover(self) -> Hits:
        for offer in offers(self.screen):
            action = offer.action
            yield DiscoveryHit(_shown(action), self._run(offer), action.title, action.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for offer in offers(self.screen):
            action = offer.action
            in_help = 0.5 * (query.casefold() in action.help.casefold())
            score = max(matcher.match(action.title), in_help)
            if score > 0:
                yield Hit(score, _shown(action), self._run(offer), action.title, action.help)

    def _run(self, offer: Offer) -> partial[Any]:
        action = offer.action
        return partial(self.app.run_action, call_of(action, *action.keys[:1]), offer.does)


def _shown(action: Action) -> Content:
    return Content(f"{action.title}  ({keys_of(action)})" if action.keys else action.title)


class Palette(CommandPalette):
    """Textual's palette over the action table."""

    def __init__(self) -> None:
        super().__init__([Offers], placeholder="What do you want to do?")
