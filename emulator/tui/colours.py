"""The colours of each theme by what they are for, and which of them each tone takes. Data only.

A new tone is one row in `TONES`, a new theme one column of colours; the tests compute the contrast of
every tone on its ground in every theme.
"""

from typing import NamedTuple

COLOURS: dict[str, dict[str, str]] = {
    "dark": {
        "paper": "#0f1419",
        "ink": "#e8eaed",
        "quiet": "#93a1b0",
        "loud": "#ffffff",
        "good": "#7fd17f",
        "bad": "#ff7b72",
        "amber": "#e6b450",
        "blue": "#5aa9e6",
        "lane": "#6a7b8d",
        "panel": "#1d252e",
        "panel-ink": "#c3ccd6",
        "panel-key": "#e6b450",
        "box": "#161c23",
        "focus": "#35506b",
        "on-focus": "#ffffff",
        "on-colour": "#0f1419",
        "alarm": "#a3262a",
        "on-alarm": "#ffffff",
        "cursor": "#1e2f40",
    },
    "light": {
        "paper": "#fbfbf9",
        "ink": "#1c2430",
        "quiet": "#55606c",
        "loud": "#000000",
        "good": "#17661d",
        "bad": "#b01f1a",
        "amber": "#7a4a00",
        "blue": "#0b5396",
        "lane": "#75808c",
        "panel": "#e1e7ed",
        "panel-ink": "#2b3642",
        "panel-key": "#7a4a00",
        "box": "#f0f2f4",
        "focus": "#b5d2ef",
        "on-focus": "#000000",
        "on-colour": "#ffffff",
        "alarm": "#a3262a",
        "on-alarm": "#ffffff",
        "cursor": "#d9e8f6",
    },
    "contrast": {
        "paper": "#000000",
        "ink": "#ffffff",
        "quiet": "#dcdcdc",
        "loud": "#ffffff",
        "good": "#62ff62",
        "bad": "#ffa8a0",
        "amber": "#ffd75f",
        "blue": "#a6d8ff",
        "lane": "#b0b0b0",
        "panel": "#ffffff",
        "panel-ink": "#000000",
        "panel-key": "#00007a",
        "box": "#000000",
        "focus": "#ffd75f",
        "on-focus": "#000000",
        "on-colour": "#000000",
        "alarm": "#8b0000",
        "on-alarm": "#ffffff",
        "cursor": "#002a6a",
    },
}
"""The calm dark one, a light one, and one of high contrast with bold text for projectors."""

DEFAULT = "dark"
ABOUT = {
    "dark": "calm, for a dark room",
    "light": "dark text on light ground",
    "contrast": "high contrast, bold: for projectors",
}
BOLD = frozenset({"contrast"})
"""Themes in which all coloured text is bold."""


class Tone(NamedTuple):
    """Names of colours: of the text, and of its ground where that is not the paper."""

    ink: str
    ground: str = ""
    bold: bool = False


TONES: dict[str, Tone] = {
    "plain": Tone("ink"),
    "dim": Tone("quiet"),
    "strong": Tone("loud", bold=True),
    "good": Tone("good"),
    "bad": Tone("bad"),
    "warn": Tone("amber"),
    "note": Tone("blue"),
    "key": Tone("amber", bold=True),
    "lane": Tone("lane"),
    "bar": Tone("panel-ink", "panel"),
    "barkey": Tone("panel-key", "panel", bold=True),
    "barfocus": Tone("on-focus", "focus", bold=True),
    "active": Tone("on-colour", "blue", bold=True),
    "alarm": Tone("on-alarm", "alarm", bold=True),
    "ask": Tone("on-colour", "amber", bold=True),
}
"""`lane` draws lines; all others are read."""
