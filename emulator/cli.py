"""The command line: verbs, options and their help. Each verb imports what it needs when it runs.

Verbs with a theme of their own are declared in `verbs/*_verbs.py`, what they share is in `verbs/options.py`.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from emulator import __version__
from emulator.verbs.bench_verbs import check, convert, serve
from emulator.verbs.digest_verbs import digest_app
from emulator.verbs.exits import Exit, Failure
from emulator.verbs.options import (
    Ascii,
    Breaks,
    Headless,
    JournalFile,
    Json,
    Misbehave,
    Pace,
    Password,
    Secrets,
    StateFolder,
    ThemeName,
    User,
    done,
)
from emulator.verbs.profile_verbs import nonces, profile_app

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    help="An OMA Data Synchronization handset in a terminal. Start with: handset demo\n\n"
    "Without a command: the start screen.",
)
app.add_typer(digest_app, name="digest", help="Credentials calculator, with the Working.")
app.add_typer(profile_app, name="profile", help="Profiles: list, show, check, new.")

Form = Literal["raw", "wsp", "sms-deliver", "sms-submit"]
Initiator = Literal["server", "user"]
Usage = Literal["ds", "dm", "ds-1.1"]


def _version(wanted: bool) -> None:
    if wanted:
        print(f"ds-handset {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    theme: ThemeName = None,
    ascii: Ascii = False,
) -> None:
    verb = context.invoked_subcommand
    if verb is None:
        _start(context, theme, ascii)
    elif theme or ascii:
        raise Failure(
            f"--theme and --ascii before a verb are the start screen's: write handset {verb} --..."
        )


@app.command()
def demo(
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="NAME", help="A start state, or RS-01 ...; list.")
    ] = "resync",
    misbehave: Misbehave = None,
    pace: Pace = 2.0,
    headless: Headless = False,
    json: Json = False,
    journal: JournalFile = None,
    handset: Annotated[
        str, typer.Option("--handset", metavar="NAME", help="A handset profile.")
    ] = "generic-wbxml",
    timeout: Annotated[float, typer.Option("--timeout", metavar="S", min=0)] = 60.0,
    breaks: Breaks = None,
    theme: ThemeName = None,
    ascii: Ascii = False,
) -> None:
    """Built-in server, handset and a notification: the six steps, no network needed."""
    from emulator.verbs.demo import demo as go

    lists = tuple(misbehave or ()), tuple(breaks or ())
    looks = theme, ascii
    done(go(scenario, *lists, pace, headless, json, journal, handset, timeout, looks))


@app.command()
def run(
    profile: Annotated[str, typer.Argument(help="A profile file, or a shipped profile's name.")],
    server_url: Annotated[str, typer.Option("--server-url", metavar="URL")] = "",
    listen: Annotated[
        list[str] | None,
        typer.Option(
            "--listen",
            metavar="ADDR",
            help="A bearer: udp://H:P, modem:PATH, modem:tcp://H:P, smpp://H:P, smsc-http://H:P/, http://H:P/, file:PATH or - (hex lines).",
        ),
    ] = None,
    sync: Annotated[
        list[str] | None,
        typer.Option("--sync", metavar="STORE", help="Start a sync of this datastore."),
    ] = None,
    headless: Headless = False,
    json: Json = False,
    once: Annotated[
        bool, typer.Option("--once", help="Headless: end after the first outcome.")
    ] = False,
    timeout: Annotated[float | None, typer.Option("--timeout", metavar="S", min=0)] = None,
    journal: JournalFile = None,
    state: StateFolder = None,
    breaks: Breaks = None,
    theme: ThemeName = None,
    ascii: Ascii = False,
) -> None:
    """The handset for real: waits for notifications, or starts a sync."""
    from emulator.verbs.run import run as go

    lists = tuple(listen or ()), tuple(sync or ()), tuple(breaks or ())
    looks = theme, ascii
    done(go(profile, server_url, *lists, headless, json, once, timeout, journal, state, looks))


@app.command()
def push(
    target: Annotated[str, typer.Argument(help="A bearer, as --listen of run has them.")] = "",
    print_: Annotated[
        Form | None, typer.Option("--print", help="Print it as hex instead of sending it.")
    ] = None,
    form: Annotated[
        Form | None, typer.Option("--form", help="How to send it, over udp: or to a file: (wsp).")
    ] = None,
    server_id: Annotated[str, typer.Option("--server-id", metavar="S")] = "",
    secret: Annotated[str, typer.Option("--secret", metavar="W")] = "",
    profile: Annotated[str, typer.Option("--profile", metavar="P")] = "",
    state: StateFolder = None,
    nonce: Annotated[
        str,
        typer.Option(
            "--nonce", metavar="KIND", help="session-id[:ENCODING]; stored or stale (--profile)."
        ),
    ] = "",
    nonce_hex: Annotated[str | None, typer.Option("--nonce-hex", metavar="HEX")] = None,
    session_id: Annotated[str, typer.Option("--session-id", metavar="N")] = "",
    ui_mode: Annotated[int, typer.Option("--ui-mode", min=0, max=3)] = 1,
    initiator: Annotated[Initiator, typer.Option("--initiator")] = "server",
    sync: Annotated[
        list[str] | None,
        typer.Option("--sync", metavar="CODE:TYPE:URI", help="206:text/x-vcard:./contacts"),
    ] = None,
    text_headers: Annotated[
        bool, typer.Option("--text-headers", help="WSP headers as text instead of codes.")
    ] = False,
    usage: Annotated[
        Usage, typer.Option("--usage", help="Of DS 1.2, of DM, or the alert of DS 1.1.")
    ] = "ds",
    wide: Annotated[
        bool, typer.Option("--wide-reference", help="16-bit references in a long SMS.")
    ] = False,
) -> None:
    """Plays the sender: builds a notification and delivers or prints it."""
    from emulator.verbs import push as verb

    wanted = verb.Wanted(
        server_id=server_id,
        secret=secret,
        profile=profile,
        folder=state,
        nonce=nonce,
        nonce_hex=nonce_hex,
        session_id=session_id,
        ui_mode=ui_mode,
        initiator=initiator,
        syncs=tuple(sync or ()),
        text_headers=text_headers,
        usage=usage,
        wide=wide,
    )
    verb.send(target, form, print_, wanted)


@app.command()
def explain(
    source: Annotated[str, typer.Argument(metavar="INPUT", help="A file, -, or hex.")],
    profile: Annotated[str, typer.Option("--profile", metavar="P")] = "",
    state: StateFolder = None,
    server_id: Annotated[str, typer.Option("--server-id", metavar="S")] = "",
    secret: Annotated[str, typer.Option("--secret", metavar="W")] = "",
    nonce_hex: Annotated[
        list[str] | None,
        typer.Option("--nonce-hex", metavar="HEX", help="Stored, candidate, previous ones."),
    ] = None,
    user: User = "",
    password: Password = "",
    client_nonce_hex: Annotated[
        str | None, typer.Option("--client-nonce-hex", metavar="HEX")
    ] = None,
    previous_secret: Annotated[str, typer.Option("--previous-secret", metavar="W")] = "",
    json: Json = False,
    show_secrets: Secrets = False,
) -> None:
    """Why a notification verifies, or why not: layers, fields, Workings, near misses."""
    from emulator.protocol.explanation import Given
    from emulator.verbs import explain as verb
    from emulator.verbs.digest import octets

    given = Given(
        server_id=server_id,
        secret=secret,
        nonces=tuple(octets(text, "--nonce-hex") for text in nonce_hex or ()),
        user=user,
        password=password,
        client_nonce=(
            None if client_nonce_hex is None else octets(client_nonce_hex, "--client-nonce-hex")
        ),
        previous_secret=previous_secret,
    )
    done(verb.explain(source, profile, state, given, json, show_secrets))


for _verb in (convert, check, serve, nonces):
    app.command()(_verb)


@app.command(name="open")
def open_(
    journal: Annotated[Path, typer.Argument(help="What --journal FILE has written.")],
    profile: Annotated[
        str,
        typer.Option(
            "--profile",
            metavar="P",
            help="Whose secrets the digests are made with (default: your profile that it names).",
        ),
    ] = "",
    state: StateFolder = None,
    theme: ThemeName = None,
    ascii: Ascii = False,
) -> None:
    """A journal on the screen, also one that is still being written."""
    from emulator.verbs.open import open_ as go

    done(go(journal, profile, state, (theme, ascii)))


@app.command(
    context_settings={
        "allow_extra_args": True,
        "ignore_unknown_options": True,
        "allow_interspersed_args": False,
    }
)
def web(
    context: typer.Context,
    host: Annotated[str, typer.Option("--host", metavar="H")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", metavar="P", min=0, max=65535)] = 8181,
) -> None:
    """The screen in a browser: web [--host H] [--port P] demo|run|open with their options."""
    from emulator.verbs.web import web as go

    done(go(host, port, tuple(context.args)))


def main(arguments: list[str] | None = None) -> None:
    """The entry point: failures become one line on stderr and the documented exit code."""
    try:
        try:
            app(arguments)
        finally:
            # Here and not at the interpreter's exit, where nothing can be done about it.
            sys.stdout.flush()
    except Failure as failure:
        _say(failure)
        sys.exit(failure.code)
    except KeyboardInterrupt:
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone; there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.MET)
    except Exception as error:
        # By name: to import the types takes longer than most verbs take to run.
        if type(error).__name__ not in ("ProfileError", "StoreError", "JournalError"):
            raise
        _say(error)
        sys.exit(Exit.USAGE)


def _start(context: typer.Context, theme: str | None, ascii: bool) -> None:
    """The start screen, where there is a terminal for it; anywhere else help."""
    from emulator.verbs import terminal

    if terminal.on_screen(headless=False):
        from emulator.verbs import screens

        done(screens.show(None, (theme, ascii)))
    else:
        print(context.get_help(), file=sys.stderr)
        raise typer.Exit(Exit.USAGE)


def _say(text: Any) -> None:
    print(f"handset: {text}", file=sys.stderr)
