"""The colours of the screen: one calm theme of high contrast, and a style for each tone."""

from rich.style import Style
from textual.theme import Theme

HANDSET = Theme(
    name="handset",
    primary="#5aa9e6",
    secondary="#7f8c9b",
    accent="#e6b450",
    foreground="#e8eaed",
    background="#0f1419",
    surface="#161c23",
    panel="#1d252e",
    success="#7fd17f",
    warning="#e6b450",
    error="#ff7b72",
    dark=True,
)

STYLES: dict[str, Style] = {
    "plain": Style(color="#e8eaed"),
    "dim": Style(color="#93a1b0"),
    "strong": Style(color="#ffffff", bold=True),
    "good": Style(color="#7fd17f"),
    "bad": Style(color="#ff7b72"),
    "warn": Style(color="#e6b450"),
    "note": Style(color="#5aa9e6"),
    "key": Style(color="#e6b450", bold=True),
    "lane": Style(color="#4a5866"),
    "bar": Style(color="#c3ccd6", bgcolor="#1d252e"),
    "barkey": Style(color="#e6b450", bgcolor="#1d252e", bold=True),
    "barfocus": Style(color="#ffffff", bgcolor="#35506b", bold=True),
    "active": Style(color="#0f1419", bgcolor="#5aa9e6", bold=True),
    "alarm": Style(color="#ffffff", bgcolor="#a3262a", bold=True),
    "ask": Style(color="#0f1419", bgcolor="#e6b450", bold=True),
}
"""The style of each tone. A table and not component classes: those cost the first paint dearly."""

CURSOR = Style(bgcolor="#26384a", bold=True)
"""Laid over the selected event."""

CSS = """
Screen { background: $background; color: $foreground; layout: vertical; }
Block { width: 100%; height: auto; }
Ladder { width: 1fr; height: 1fr; scrollbar-gutter: stable; overflow-x: hidden; }
Sheet { scrollbar-gutter: stable; width: 1fr; height: 1fr; overflow-x: hidden; }
Ladder, Sheet {
    scrollbar-size-vertical: 1;
    scrollbar-background: $background; scrollbar-background-hover: $background;
    scrollbar-background-active: $background;
    scrollbar-color: #3a4652; scrollbar-color-hover: #5a6876; scrollbar-color-active: $primary;
}
#middle { height: 1fr; width: 100%; }
#left { width: 1fr; height: 1fr; }
#side { width: 100%; height: 2fr; display: none; }
Pane { width: 100%; height: 100%; }
Main.-detail #side { display: block; }
Main.-detail.-low #nonces { display: none; }
Main.-wide #middle { layout: horizontal; }
Main.-wide #side { display: block; width: 40%; height: 1fr; border-left: solid #4a5866; }
Dialog { background: $background 60%; align: center middle; }
Dialog #box, Dialog > Static { width: 76; max-width: 100%; background: $surface; padding: 0 2; }
Dialog #box { height: auto; max-height: 80%; padding: 1 2; border-top: solid $primary; }
Dialog #heading { text-style: bold; margin-bottom: 1; }
Dialog #wrong { color: $error; }
Dialog #keys { color: $secondary; }
Picker { height: auto; max-height: 100%; }
Palette SearchIcon { display: none; }
Palette #--input { padding: 0 1; }
HelpScreen { background: $background; }
HelpScreen Sheet { padding: 0 1; }
"""
