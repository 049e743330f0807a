"""What verbs have in common on the command line: their options, and how they end."""

from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer

from emulator.verbs.exits import Exit, Failure

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Headless = Annotated[bool, typer.Option("--headless", help="Without the screen.")]
JournalFile = Annotated[
    Path | None, typer.Option("--journal", metavar="FILE", help="Keep the events in this new file.")
]
StateFolder = Annotated[
    Path | None, typer.Option("--state", metavar="DIR", help="State folder (default: the user's).")
]
Secrets = Annotated[bool, typer.Option("--show-secrets", help="Do not mask secrets.")]
User = Annotated[str, typer.Option("--user")]
Password = Annotated[str, typer.Option("--password")]
NonceHex = Annotated[str, typer.Option("--nonce-hex", metavar="HEX")]
Misbehave = Annotated[
    list[str] | None,
    typer.Option("--misbehave", metavar="NAME", help="`serve --misbehave list` names them all."),
]
Pace = Annotated[
    float, typer.Option("--pace", metavar="S", min=0, help="Seconds a run takes on the screen.")
]
ThemeName = Annotated[
    Literal["dark", "light", "contrast"] | None,
    typer.Option("--theme", help="Colours of the screen (default: those of the last time)."),
]
Ascii = Annotated[bool, typer.Option("--ascii", help="Draw the screen with ASCII only.")]


def _breaks(names: list[str] | None) -> list[str]:
    """Before anything else is looked at: `--break list` needs no profile."""
    if not names:
        return []
    from emulator.breakpoints import BREAKPOINTS, checked

    if names == ["list"]:
        print("\n".join(f"{point.id:<20} {point.title}" for point in BREAKPOINTS))
        raise typer.Exit
    try:
        return list(checked(names))
    except ValueError as wrong:
        raise Failure(f"--break: {wrong}") from wrong


Breaks = Annotated[
    list[str] | None,
    typer.Option(
        "--break",
        metavar="ID",
        callback=_breaks,
        is_eager=True,
        help="Stop there, on the screen; `--break list` names them all.",
    ),
]


def done(code: Exit) -> NoReturn:
    """The verb is through; that is the process's code."""
    raise typer.Exit(code)
