"""`handset push`: plays the sender. Builds a notification and prints it, or delivers it to a bearer."""

import secrets as random
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from emulator import profiles
from emulator.protocol import digest, sessionid
from emulator.protocol.keyring import Account
from emulator.verbs import state
from emulator.verbs.exits import Exit, Failure
from emulator.wire import notification, push, sms
from emulator.wire.notification import Sync

Form = Literal["raw", "wsp", "sms-deliver", "sms-submit"]
_CODES = {name: code for code, name in notification.CONTENT_TYPES.items()}


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


def send(target: str, form: Form | None, printed: Form | None, wanted: Wanted) -> None:
    """Prints the notification in `printed` form, or delivers it to `target`."""
    octets = _notification(wanted)
    if printed is not None:
        for pdu in _in_form(octets, printed, wanted.text_headers):
            print(pdu.hex())
        return
    datagrams = _in_form(octets, form or "wsp", wanted.text_headers)
    if target.startswith("file:") and len(target) > 5:
        try:
            with Path(target[5:]).open("a") as file:
                file.writelines(f"{pdu.hex()}\n" for pdu in datagrams)
        except OSError as wrong:
            raise Failure(f"{target}: {wrong.strerror}") from wrong
        return
    host, port = _udp(target)
    try:
        with socket.socket(
            socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM
        ) as s:
            for pdu in datagrams:
                s.sendto(pdu, (host, port))
                print(f"sent {len(pdu)} octets to {target}", file=sys.stderr)
    except (OSError, UnicodeError) as wrong:
        # A host name that cannot be one is a UnicodeError (IDNA).
        why = getattr(wrong, "strerror", None) or str(wrong)
        raise Failure(f"{target}: {why}", Exit.TRANSPORT) from wrong


def _udp(target: str) -> tuple[str, int]:
    scheme, separator, rest = target.partition("://")
    host, colon, port = rest.rpartition(":")
    is_port = port.isascii() and port.isdigit() and 0 < int(port[:6]) < 0x10000
    if scheme != "udp" or not separator or not colon or not host or not is_port:
        raise Failure(f"{target or 'TARGET'}: udp://HOST:PORT or file:PATH is expected, or --print")
    return host.strip("[]"), int(port)


def _notification(wanted: Wanted) -> bytes:
    account = _account(wanted)
    identity, secret = account.notification_identity
    if not secret or not account.server_id:
        raise Failure("give --server-id and --secret, or --profile")
    session_id = _session_id(wanted.session_id)
    try:
        trigger = notification.build_trigger(
            account.server_id,
            session_id,
            tuple(_sync(text) for text in wanted.syncs),
            ui_mode=wanted.ui_mode,
            initiator=notification.INITIATORS.index(wanted.initiator),
        )
    except ValueError as wrong:
        raise Failure(str(wrong)) from wrong
    nonce = _nonce(wanted, account, session_id)
    return digest.notification(identity, secret, nonce, trigger).octets + trigger


def _account(wanted: Wanted) -> Account:
    if not wanted.profile:
        return Account("account", server_id=wanted.server_id, server_secret=wanted.secret)
    profile = profiles.load(wanted.profile)
    if not profile.accounts:
        raise Failure(f"{wanted.profile}: the profile has no account")
    accounts, _ = state.known(profile, wanted.folder)
    return accounts[0]


def _nonce(wanted: Wanted, account: Account, session_id: int) -> bytes:
    if wanted.nonce_hex is not None:
        try:
            return bytes.fromhex(wanted.nonce_hex)
        except ValueError:
            raise Failure(f"--nonce-hex: {wanted.nonce_hex!r} is not hex") from None
    kind, _, encoding = wanted.nonce.partition(":")
    if kind == "session-id":
        encoding = encoding or "raw16_be"
        if encoding not in sessionid.ENCODINGS:
            known = ", ".join(sessionid.ENCODINGS)
            raise Failure(f"--nonce session-id:{encoding}: one of {known} is expected")
        return sessionid.nonce(session_id, encoding)
    if kind in ("stored", "stale") and not wanted.profile:
        raise Failure(f"--nonce {kind} needs --profile, whose store has the nonce")
    if kind == "stored":
        return account.server_nonce or b""
    if kind == "stale":
        return random.token_bytes(16)
    raise Failure(
        "--nonce: session-id[:ENCODING], or stored or stale with --profile, is expected; or --nonce-hex"
    )


def _session_id(text: str) -> int:
    if not text:
        return random.randbelow(0xFFFF) + 1
    try:
        value = int(text, 0)
    except ValueError:
        value = -1
    if not 0 <= value <= 0xFFFF:
        raise Failure(f"--session-id: {text!r}: 0 to 0xFFFF is expected")
    return value


def _sync(text: str) -> Sync:
    code, _, rest = text.partition(":")
    kind, colon, uri = rest.partition(":")
    if not code.isdigit() or not colon:
        raise Failure(
            f"--sync: {text!r}: CODE:TYPE:URI is expected, as 206:text/x-vcard:./contacts"
        )
    if kind in _CODES:
        number = _CODES[kind]
    else:
        try:
            number = int(kind, 0) if kind else 0
        except ValueError:
            known = ", ".join(_CODES)
            raise Failure(f"--sync: {kind!r}: one of {known}, or a number, is expected") from None
    return Sync(int(code), number, uri)


def _in_form(octets: bytes, form: Form, text_headers: bool) -> list[bytes]:
    if form == "raw":
        return [octets]
    transaction = random.randbelow(256)
    wsp = push.build(octets, transaction=transaction, text_headers=text_headers)
    if form == "wsp":
        return [wsp]
    data = sms.user_data(wsp, reference=transaction)
    if form == "sms-submit":
        return [sms.submit(part) for part in data]
    now = datetime.now(UTC)
    stamp = (now.year % 100, now.month, now.day, now.hour, now.minute, now.second)
    return [sms.deliver(part, stamp) for part in data]
