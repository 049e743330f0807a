"""Textual's side of the colours: themes, the style of each tone, the sheet of the layout."""

from functools import cache

from rich.style import Style
from textual.strip import Strip
from textual.theme import Theme

from emulator.tui.colours import BOLD, COLOURS, DEFAULT, TONES


@cache
def theme(name: str) -> Theme:
    """A theme as Textual wants it."""
    colours = COLOURS[name]
    return Theme(
        name=name,
        primary=colours["blue"],
        secondary=colours["quiet"],
        accent=colours["amber"],
        foreground=colours["ink"],
        background=colours["paper"],
        surface=colours["box"],
        panel=colours["box"],  # the ground of boxes; bars have a tone of their own
        success=colours["good"],
        warning=colours["amber"],
        error=colours["bad"],
        dark=name != "light",
        variables={"scrollbar": colours["lane"], "border-blurred": colours["lane"]},
    )


@cache
def styles(name: str) -> dict[str, Style]:
    """The style of each tone. A table and not component classes: those cost the first paint dearly."""
    colours = COLOURS.get(name, COLOURS[DEFAULT])
    return {
        tone: Style(
            color=colours[ink],
            bgcolor=colours[ground] if ground else None,
            bold=bold or (name in BOLD and ink not in ("ink", "lane")) or None,
        )
        for tone, (ink, ground, bold) in TONES.items()
    }


def under_cursor(strip: Strip, name: str, base: Style) -> Strip:
    """The strip of the selected line. What has a ground of its own keeps it, or it could not be read."""
    colours = COLOURS.get(name, COLOURS[DEFAULT])
    bold, ground = Style(bold=True), Style(bgcolor=colours["cursor"], bold=True)
    return Strip(
        [
            s._replace(style=style + (ground if style.bgcolor in (None, base.bgcolor) else bold))
            for s in strip
            for style in (s.style or base,)
        ]
    )


CSS = """
Screen { background: $background; color: $foreground; layout: vertical; }
Block { width: 100%; height: auto; }
Ladder { width: 1fr; height: 1fr; scrollbar-gutter: stable; overflow-x: hidden; }
Sheet { scrollbar-gutter: stable; width: 1fr; height: 1fr; overflow-x: hidden; }
/* A scroll bar that comes and goes would lay out the screen each time. */
Page { overflow-y: scroll; }
Ladder, Sheet {
    scrollbar-size-vertical: 1;
    scrollbar-background: $background; scrollbar-background-hover: $background;
    scrollbar-background-active: $background;
    scrollbar-color: $scrollbar; scrollbar-color-hover: $secondary; scrollbar-color-active: $primary;
}
#middle { height: 1fr; width: 100%; }
#left { width: 1fr; height: 1fr; }
#face { display: none; width: 38; padding: 0 1; }
Main.-vast #face { display: block; }
Main.-vast.-no-phone #face { display: none; }
#side { width: 100%; height: 2fr; display: none; }
Pane { width: 100%; height: 100%; }
Main.-detail #side { display: block; }
Main.-detail.-low #nonces { display: none; }
Main.-wide #middle { layout: horizontal; }
Main.-wide #side { display: block; width: 40%; height: 1fr; border-left: solid $border-blurred; }
Main.-vast #side { width: 34%; }
Dialog { background: $background 60%; align: center middle; }
Dialog #box, Dialog > Static, Dialog > Keys { width: 76; max-width: 100%; background: $surface; padding: 0 2; }
Dialog #box { height: auto; max-height: 80%; padding: 1 2; border-top: solid $primary; }
Dialog #heading { text-style: bold; margin-bottom: 1; }
Dialog #wrong { color: $error; }
Editor #box, Editor > Static, Editor > Keys { width: 100%; padding: 0 1; }
Editor #box { height: 1fr; max-height: 100%; padding: 0 1; }
Editor TextArea { height: 1fr; border: none; padding: 0; scrollbar-size-vertical: 1; scrollbar-background: $surface; }
Picker { height: auto; max-height: 100%; }
PickerDialog Picker { max-height: 45vh; }
About { margin-top: 1; }
Palette SearchIcon { display: none; }
Palette #--input { padding: 0 1; border: hkey $border-blurred; }
Palette CommandList { border-bottom: hkey $border-blurred; }
HelpScreen { background: $background; }
HelpScreen Sheet { padding: 0 1; }
"""
