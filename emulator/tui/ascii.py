"""The screen in ASCII alone: one table, applied to every line that any widget draws.

Each character becomes as many as it has cells, so that nothing moves. Marks stay apart from each other.
"""

from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_SAME = {
    "✓": "v",
    "✗": "x",
    "≠": "#",
    "·": ".",
    "…": "~",
    "◄◀←‹«": "<",
    "►▶→›»": ">",
    "↑▲": "^",
    "↓▼": "v",
    "─━┄┅┈┉╌╍▔▁‾–—": "-",
    "═": "=",
    "│┃║┆┇┊┋╎╏▏▕": "|",
    "▌▍▎▐": ">",
    "█▉▊▋▀▄▂▃▅▆▇": "#",
    "░▒▓": ":",
    "●•■◆": "*",
    "○□◇": "o",
    "‘’": "'",
    "“”": '"',
    "\xa0": " ",
}
_BOXES = "┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬╒╓╕╖╘╙╛╜╞╟╡╢╤╥╧╨╪╫▖▗▘▙▚▛▜▝▞▟"
_TABLE = {char: ascii for chars, ascii in _SAME.items() for char in chars}
_TABLE |= dict.fromkeys(_BOXES, "+")

OTHER = "?"
"""What stands for a character that the table has not."""


@lru_cache(4096)
def _ascii(char: str) -> str:
    if char.isascii():
        return char
    return _TABLE.get(char) or OTHER * cell_len(char)


def to_ascii(text: str) -> str:
    """The text in ASCII, as wide as before."""
    return text if text.isascii() else "".join(map(_ascii, text))


class Ascii(LineFilter):
    """Makes every line ASCII."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            s if s.control or s.text.isascii() else s._replace(text=to_ascii(s.text))
            for s in segments
        ]
