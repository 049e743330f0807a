"""`handset push`: plays the sender. Builds a notification and prints it, or delivers it to a bearer."""

import sys
from pathlib import Path
from typing import Literal

import msgspec

from emulator import profiles, pushing
from emulator.protocol.keyring import Account
from emulator.pushing import Form, Usage, WantedError
from emulator.verbs import delivery, state
from emulator.verbs.delivery import Parcel
from emulator.verbs.exits import Failure


class Wanted(msgspec.Struct, frozen=True):
    """The choices of the command line."""

    server_id: str = ""
    secret: str = ""
    profile: str = ""
    folder: Path | None = None
    nonce: str = ""
    nonce_hex: str | None = None
    session_id: str = ""
    ui_mode: int = 1
    initiator: Literal["server", "user"] = "server"
    syncs: tuple[str, ...] = ()
    text_headers: bool = False
    usage: Usage = "ds"
    wide: bool = False


def send(target: str, form: Form | None, printed: Form | None, wanted: Wanted) -> None:
    """Prints the notification in `printed` form, or delivers it to `target`."""
    octets = _notification(wanted)
    how = (wanted.text_headers, wanted.usage, wanted.wide)
    if printed is not None:
        for pdu in Parcel(octets, None, *how).pdus(printed):
            print(pdu.hex())
        return
    for line in delivery.deliver(target, Parcel(octets, form, *how)):
        print(line, file=sys.stderr)


def _notification(wanted: Wanted) -> bytes:
    account = _account(wanted)
    if not account.notification_identity[1] or not account.server_id:
        raise Failure("give --server-id and --secret, or --profile")
    nonce = wanted.nonce if wanted.nonce_hex is None else f"hex:{wanted.nonce_hex}"
    kind = nonce.partition(":")[0]
    if kind in ("stored", "stale") and not wanted.profile:
        raise Failure(f"--nonce {kind} needs --profile, whose store has the nonce")
    choices = pushing.Wanted(
        nonce,
        wanted.session_id,
        wanted.ui_mode,
        wanted.initiator,
        wanted.syncs,
        usage=wanted.usage,
    )
    try:
        return pushing.package_0(account, choices)
    except WantedError as wrong:
        if wrong.field == "nonce" and not nonce.startswith("session-id"):
            words = "session-id[:ENCODING], or stored or stale with --profile, is expected"
            raise Failure(f"--nonce: {words}; or --nonce-hex") from wrong
        raise Failure(f"--{wrong.field}: {wrong}" if wrong.field else str(wrong)) from wrong


def _account(wanted: Wanted) -> Account:
    if not wanted.profile:
        return Account("account", server_id=wanted.server_id, server_secret=wanted.secret)
    profile = profiles.load(wanted.profile)
    if not profile.accounts:
        raise Failure(f"{wanted.profile}: the profile has no account")
    accounts, _ = state.known(profile, wanted.folder)
    return accounts[0]
