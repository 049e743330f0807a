"""The verbs of a test bench and their options: documents, scenarios, the built-in server alone."""

from pathlib import Path
from typing import Annotated

import typer

from emulator.verbs.options import Json, Misbehave, Pace, done


def convert(
    source: Annotated[str, typer.Argument(metavar="IN", help="A file, or -.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="OUT")] = None,
) -> None:
    """WBXML to XML and back."""
    from emulator.verbs.convert import convert as go

    go(source, output)


def check(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(metavar="SCENARIO...", help="Numbers, names, TOML files; all; list."),
    ] = None,
    server_url: Annotated[
        str, typer.Option("--server-url", metavar="URL", help="Not the built-in server: this one.")
    ] = "",
    profile: Annotated[
        str, typer.Option("--profile", metavar="P", help="The account at that server.")
    ] = "",
    misbehave: Misbehave = None,
    json: Json = False,
    junit: Annotated[Path | None, typer.Option("--junit", metavar="FILE")] = None,
    screen: Annotated[
        bool, typer.Option("--screen", help="Play one on the screen, expected beside actual.")
    ] = False,
    pace: Pace = 2.0,
) -> None:
    """Scripted scenarios: given, when, expect; every step and branch of the change request."""
    from emulator.verbs.check import check as go

    names, broken = tuple(scenarios or ()), tuple(misbehave or ())
    done(go(names, server_url, profile, broken, json, junit, pace if screen else None))


def serve(
    port: Annotated[int, typer.Option("--port", metavar="P", min=0, max=65535)] = 8180,
    accounts: Annotated[Path | None, typer.Option("--accounts", metavar="FILE")] = None,
    state: Annotated[
        Path | None, typer.Option("--state", metavar="FILE", help="Keep what sessions change here.")
    ] = None,
    misbehave: Misbehave = None,
) -> None:
    """The built-in server alone, with its control interface on loopback."""
    from emulator.verbs.serve import serve as go

    done(go(port, accounts, state, tuple(misbehave or ())))
