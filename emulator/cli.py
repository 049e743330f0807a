"""The command line: verbs, options and their help. Each verb imports what it needs when it runs."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from emulator import __version__
from emulator.verbs.exits import Exit, Failure

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="An OMA Data Synchronization handset in a terminal. Start with: handset demo",
)
digest_app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)
profile_app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)
app.add_typer(digest_app, name="digest", help="Credentials calculator, with the Working.")
app.add_typer(profile_app, name="profile", help="Profiles: list, show, check, new.")

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


Pace = Annotated[
    float, typer.Option("--pace", metavar="S", min=0, help="Seconds a run takes on the screen.")
]
Form = Literal["raw", "wsp", "sms-deliver", "sms-submit"]
Codec = Literal["wbxml", "xml"]
Initiator = Literal["server", "user"]
Slot = Literal["client", "server", "candidate"]
Action = Literal["show", "set", "forget", "stale", "unpin"]


def _version(wanted: bool) -> None:
    if wanted:
        print(f"ds-handset {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


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
    _done(go(scenario, *lists, pace, headless, json, journal, handset, timeout, looks))


@app.command()
def run(
    profile: Annotated[str, typer.Argument(help="A profile file, or a shipped profile's name.")],
    server_url: Annotated[str, typer.Option("--server-url", metavar="URL")] = "",
    listen: Annotated[
        list[str] | None,
        typer.Option(
            "--listen", metavar="ADDR", help="udp://HOST:PORT, file:PATH or - (hex lines)."
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
    _done(go(profile, server_url, *lists, headless, json, once, timeout, journal, state, looks))


@app.command()
def push(
    target: Annotated[str, typer.Argument(help="udp://HOST:PORT or file:PATH.")] = "",
    print_: Annotated[
        Form | None, typer.Option("--print", help="Print it as hex instead of sending it.")
    ] = None,
    form: Annotated[Form | None, typer.Option("--form", help="How to send it (wsp).")] = None,
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
    _done(verb.explain(source, profile, state, given, json, show_secrets))


@digest_app.command()
def basic(user: User, password: Password, json: Json = False) -> None:
    """syncml:auth-basic."""
    from emulator.protocol import digest
    from emulator.verbs.digest import show

    show(digest.basic(user, password), json)


@digest_app.command()
def md5(user: User, password: Password, nonce_hex: NonceHex, json: Json = False) -> None:
    """syncml:auth-md5, SyncML 1.1 and later."""
    from emulator.protocol import digest
    from emulator.verbs.digest import octets, show

    show(digest.md5(user, password, octets(nonce_hex, "--nonce-hex")), json)


@digest_app.command(name="md5-1.0")
def md5_10(user: User, password: Password, nonce_hex: NonceHex, json: Json = False) -> None:
    """syncml:auth-md5, SyncML 1.0."""
    from emulator.protocol import digest
    from emulator.verbs.digest import octets, show

    show(digest.md5_10(user, password, octets(nonce_hex, "--nonce-hex")), json)


@digest_app.command()
def hmac(
    user: User,
    password: Password,
    nonce_hex: NonceHex,
    body: Annotated[Path, typer.Option("--body", metavar="FILE")],
    json: Json = False,
) -> None:
    """syncml:auth-MAC, the header x-syncml-hmac."""
    from emulator.verbs import digest as verb

    verb.show(verb.hmac(user, password, verb.octets(nonce_hex, "--nonce-hex"), body), json)


@digest_app.command()
def notification(
    server_id: Annotated[str, typer.Option("--server-id", metavar="S")],
    password: Password,
    nonce_hex: NonceHex,
    trigger_hex: Annotated[str, typer.Option("--trigger-hex", metavar="HEX")],
    json: Json = False,
) -> None:
    """The digest of a notification (package #0)."""
    from emulator.protocol import digest
    from emulator.verbs.digest import octets, show

    nonce = octets(nonce_hex, "--nonce-hex")
    show(
        digest.notification(server_id, password, nonce, octets(trigger_hex, "--trigger-hex")), json
    )


@app.command()
def convert(
    source: Annotated[str, typer.Argument(metavar="IN", help="A file, or -.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="OUT")] = None,
) -> None:
    """WBXML to XML and back."""
    from emulator.verbs.convert import convert as go

    go(source, output)


@app.command()
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
    _done(go(names, server_url, profile, broken, json, junit, pace if screen else None))


@app.command()
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

    _done(go(port, accounts, state, tuple(misbehave or ())))


@app.command()
def nonces(
    profile: Annotated[str, typer.Argument(help="A profile file, or a shipped profile's name.")],
    action: Annotated[Action, typer.Argument()] = "show",
    nonce: Annotated[str | None, typer.Argument(metavar="[HEX]", help="For set.")] = None,
    slot: Annotated[Slot, typer.Option("--slot", help="Which nonce.")] = "server",
    account: Annotated[str, typer.Option("--account", metavar="NAME")] = "",
    sheet: Annotated[bool, typer.Option("--sheet", help="What to enter at the server.")] = False,
    secret_from: Annotated[
        str,
        typer.Option(
            "--server-secret-from",
            metavar="env:NAME|file:PATH|-",
            help="With set: a new server secret; HEX is then its server nonce (AAuthData).",
        ),
    ] = "",
    bootstrap: Annotated[
        bool, typer.Option("--bootstrap", help="With it: HEX, or empty, is both nonces.")
    ] = False,
    state: StateFolder = None,
    json: Json = False,
    show_secrets: Secrets = False,
) -> None:
    """What the store holds, with the ledger; change it for a test."""
    from emulator.verbs import nonces as verb

    if sheet:
        verb.sheet(profile, state, account, show_secrets)
    elif action == "show":
        verb.show(profile, state, account, json)
    elif secret_from and action == "set":
        from emulator.verbs import credentials

        credentials.replace(profile, state, account, secret_from, nonce, bootstrap)
    elif secret_from or bootstrap:
        from emulator.verbs.exits import Failure

        raise Failure("--server-secret-from goes with set, --bootstrap with both")
    else:
        verb.change(profile, state, account, action, slot, nonce)


@app.command(name="open")
def open_(
    journal: Annotated[Path, typer.Argument(help="What --journal FILE has written.")],
    profile: Annotated[
        str, typer.Option("--profile", metavar="P", help="Whose secrets the digests are made with.")
    ] = "",
    state: StateFolder = None,
    theme: ThemeName = None,
    ascii: Ascii = False,
) -> None:
    """A journal on the screen, also one that is still being written."""
    from emulator.verbs.open import open_ as go

    _done(go(journal, profile, state, (theme, ascii)))


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

    _done(go(host, port, tuple(context.args)))


@profile_app.command(name="list")
def list_profiles() -> None:
    """The shipped profiles, and your own."""
    from emulator.verbs import profile

    profile.list_()


@profile_app.command(name="show")
def show_profile(name: str, show_secrets: Secrets = False) -> None:
    """Every setting, and where it came from."""
    from emulator.verbs import profile

    profile.show(name, show_secrets)


@profile_app.command(name="check")
def check_profile(name: str) -> None:
    """Whether a handset could work with it."""
    from emulator.verbs import profile

    profile.check(name)


@profile_app.command(name="new")
def new_profile(
    url: Annotated[str, typer.Option("--url", metavar="URL")] = "",
    user: User = "",
    password_from: Annotated[
        str,
        typer.Option(
            "--password-from",
            metavar="env:NAME|file:PATH|-",
            help="The profile says where it is; with - it stands in the profile.",
        ),
    ] = "",
    server: Annotated[
        str, typer.Option("--server", metavar="KIND", help="`profile list` names them.")
    ] = "generic",
    server_id: Annotated[str, typer.Option("--server-id", metavar="S")] = "",
    secret_from: Annotated[
        str, typer.Option("--server-secret-from", metavar="env:NAME|file:PATH|-")
    ] = "",
    device_id: Annotated[str, typer.Option("--device-id", metavar="ID")] = "",
    codec: Annotated[Codec, typer.Option("--codec")] = "wbxml",
    stores: Annotated[
        str, typer.Option("--stores", metavar="NAME=URI,...", help="Default: the server kind's.")
    ] = "",
    pin: Annotated[
        str,
        typer.Option("--pin", metavar="SHA256", help="Trust this certificate; `shown`: any shown."),
    ] = "",
    name: Annotated[
        str, typer.Option("--name", "-o", metavar="NAME|FILE", help="Default: the server's host.")
    ] = "",
    tries: Annotated[bool, typer.Option("--try/--no-try", help="Ask the server first.")] = True,
) -> None:
    """A profile for a server: tried at once, and written if the server takes it."""
    from emulator.profiles import writing
    from emulator.verbs import newprofile as verb

    draft = writing.Draft(
        url=url,
        server=server,
        user=user,
        server_id=server_id,
        device_id=device_id or writing.Draft().device_id,
        codec=codec,
        pin=pin,
    )
    _done(verb.new(verb.Wanted(draft, name, password_from, secret_from, stores, tries)))


def _done(code: Exit) -> None:
    raise typer.Exit(code)


def main(arguments: list[str] | None = None) -> None:
    """The entry point: failures become one line on stderr and the documented exit code.

    Nothing said in a terminal is answered with the start screen, anywhere else with help.
    """
    try:
        try:
            if not (sys.argv[1:] if arguments is None else arguments):
                _start()
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
    except Exception as wrong:
        if type(wrong).__name__ != "ProfileError":
            raise
        _say(wrong)
        sys.exit(Exit.USAGE)


def _start() -> None:
    """The start screen, where there is a terminal for it; the process ends with it."""
    from emulator.verbs import terminal

    if terminal.on_screen(headless=False):
        from emulator.verbs import screens

        sys.exit(screens.show(None))


def _say(text: Any) -> None:
    print(f"handset: {text}", file=sys.stderr)
