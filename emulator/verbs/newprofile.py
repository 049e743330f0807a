"""`handset profile new`: a profile from what is known of a server, tried before it is written.

A secret stands in the file only when it was typed or came from standard input; otherwise the file
says where it is. Prompts go to stderr, and only where there is a terminal.
"""

import asyncio
import sys
from pathlib import Path

import msgspec
import typer

from emulator.answers import Kind
from emulator.exports import answer_lines
from emulator.exports.text import plain
from emulator.probe import Tried, attempt
from emulator.profiles import Profile, ProfileError, unheard, writing
from emulator.profiles.writing import Draft, Secret
from emulator.verbs.exits import Exit, Failure

SHOWN = "shown"
"""What --pin says to trust the certificate that the server shows, whichever it is."""
_WIDTH = 100
_EXITS: dict[Kind, Exit] = {
    "accepted": Exit.MET,
    "stores": Exit.MET,
    "credentials": Exit.REFUSED,
    "server": Exit.PEER,
    "ours": Exit.USAGE,
}
"""What is not here did not get as far as SyncML."""


class Wanted(msgspec.Struct, frozen=True):
    """The options of the command line."""

    draft: Draft
    name: str
    password_from: str
    secret_from: str
    stores: str
    tries: bool


def new(wanted: Wanted) -> Exit:
    """Writes the profile, if the server takes it or was not to be asked."""
    draft = _asked(wanted) if sys.stdin.isatty() and sys.stderr.isatty() else _given(wanted)
    path = writing.place(wanted.name or writing.suggested(draft.url) or "server")
    if path.exists():
        raise ProfileError(f"{path}: exists already; choose another --name, or remove it")
    pins_shown = draft.pin == SHOWN
    if pins_shown:
        draft = msgspec.structs.replace(draft, pin="")
    profile = writing.drafted(draft, path)
    if wanted.tries:
        tried = asyncio.run(attempt(profile))
        if pins_shown and tried.certificate is not None:
            _print(tried)
            draft = msgspec.structs.replace(draft, pin=tried.certificate.sha256)
            tried = asyncio.run(attempt(writing.drafted(draft, path)))
        _print(tried)
        if not tried.answer.good:
            print("nothing is written; --no-try writes the profile without asking the server")
            return _EXITS.get(tried.answer.kind, Exit.TRANSPORT)
        draft = msgspec.structs.replace(draft, client_nonce=tried.client_nonce)
    elif pins_shown:
        raise Failure(f"--pin {SHOWN} needs --try: only the server can show its certificate")
    writing.write(draft, path)
    if missing := unheard(profile):
        print(f"note: without {missing} no notification reaches it; a sync you start runs")
    print(f"written: {path}; next: handset run {_argument(profile, wanted.name, path)}")
    return Exit.MET


def _argument(profile: Profile, name: str, path: Path) -> str:
    """How the profile is named on a command line: by its name when it lies with the user's own."""
    return str(path) if str(path) == name else profile.name


def _print(tried: Tried) -> None:
    for line in answer_lines.lines(tried, _WIDTH):
        print(plain(line).rstrip())


def _given(wanted: Wanted) -> Draft:
    """The draft, with the secrets from where the options say."""
    password = _secret(wanted.password_from, "--password-from")
    server_secret = _secret(wanted.secret_from, "--server-secret-from")
    try:
        stores = writing.stores(wanted.stores)
    except ValueError as wrong:
        raise Failure(f"--{wrong}") from wrong
    return msgspec.structs.replace(
        wanted.draft, password=password, server_secret=server_secret, stores=stores
    )


def _asked(wanted: Wanted) -> Draft:
    """The draft, with what the options leave out from the person at the terminal."""
    draft = _given(wanted)
    found: dict[str, Secret] = {}
    if not draft.url:
        found["url"] = typer.prompt("URL of the server, http://HOST:PORT/PATH", err=True)
    if not draft.user:
        found["user"] = typer.prompt("user", default="", show_default=False, err=True)
    if not wanted.password_from:
        text = "password; it will stand in the profile (enter: none)"
        found["password"] = typer.prompt(
            text, default="", show_default=False, hide_input=True, err=True
        )
    return msgspec.structs.replace(draft, **found)


def _secret(source: str, option: str) -> Secret:
    """Where a secret is, or the secret itself from standard input."""
    kind, _, place = source.partition(":")
    if not source:
        return ""
    if source == "-":
        return sys.stdin.readline().rstrip("\r\n")
    if kind == "env" and place:
        return {"env": place}
    if kind == "file" and place:
        # A path in a profile counts from the profile.
        return {"file": str(Path(place).absolute())}
    # What was given may be the secret itself: it is not shown.
    raise Failure(f"{option}: env:NAME, file:PATH or - is expected")
