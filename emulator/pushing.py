"""A notification as a person wants it: choices in words become a package #0 or a DS 1.1 alert, and the
PDUs that carry it.

For the command line and for the form on the screen. Delivers nothing.
"""

import secrets as random
from datetime import UTC, datetime
from typing import Literal

import msgspec

from emulator.protocol import digest, sessionid
from emulator.protocol.keyring import Account
from emulator.wire import build, notification, push, sms
from emulator.wire.codec import WBXML
from emulator.wire.notification import Sync
from emulator.wire.syncml import Alert, Item, Location, Message, Meta, SyncBody, SyncHdr

Form = Literal["raw", "wsp", "sms-deliver", "sms-submit"]
Kind = Literal["stored", "stale", "session-id", "hex"]
Usage = Literal["ds", "dm", "ds-1.1"]
"""A package #0 of DS or of DM, or the alert of DS 1.1, which is a SyncML message."""

ADDRESSED: dict[Usage, tuple[str, str]] = {
    "ds": (push.DS_NOTIFICATION, push.DS_APPLICATION),
    "dm": (push.DM_NOTIFICATION, push.DM_APPLICATION),
    "ds-1.1": (WBXML.media_type, push.DS_APPLICATION),
}
"""Content type and application id of each."""

_CODES = {name: code for code, name in notification.CONTENT_TYPES.items()}


class WantedError(ValueError):
    """A choice makes no sense; `field` names it as the command line does, "" for all together."""

    def __init__(self, field: str, words: str) -> None:
        self.field = field
        super().__init__(words)


class Wanted(msgspec.Struct, frozen=True):
    """The choices. `nonce` is stored, stale, session-id[:ENCODING] or hex:OCTETS; an empty
    `session_id` is a random one; `text_headers`: those of WSP as text instead of codes; `wide`:
    the parts of a long SMS have a reference of 16 bits instead of 8."""

    nonce: str
    session_id: str = ""
    ui_mode: int = 1
    initiator: Literal["server", "user"] = "server"
    syncs: tuple[str, ...] = ()
    form: Form = "wsp"
    text_headers: bool = False
    usage: Usage = "ds"
    wide: bool = False


class Chosen(msgspec.Struct, frozen=True):
    """The same, understood. `octets` is the nonce, where it is neither stored nor the SessionID."""

    session_id: int
    kind: Kind
    encoding: str
    octets: bytes
    ui_mode: int
    initiator: int
    syncs: tuple[Sync, ...]
    usage: Usage = "ds"


def understood(wanted: Wanted) -> Chosen:
    """Raises WantedError."""
    kind, encoding, octets = _nonce(wanted.nonce)
    chosen = Chosen(
        _session_id(wanted.session_id),
        kind,
        encoding,
        octets,
        wanted.ui_mode,
        notification.INITIATORS.index(wanted.initiator),
        tuple(_sync(text) for text in wanted.syncs),
        wanted.usage,
    )
    if wanted.usage == "ds-1.1":
        if not chosen.syncs:
            raise WantedError(
                "sync", "a DS 1.1 alert names its datastores: at least one is expected"
            )
        return chosen
    if wanted.usage == "dm" and chosen.syncs:
        raise WantedError("sync", "a notification of DM has none")
    trigger("x", chosen)
    return chosen


def trigger(server_id: str, chosen: Chosen) -> bytes:
    """What is signed: the fields of the notification. Raises WantedError for what does not fit."""
    try:
        return notification.build_trigger(
            server_id,
            chosen.session_id,
            chosen.syncs,
            usage="dm" if chosen.usage == "dm" else "ds",
            version=notification.DM_VERSION if chosen.usage == "dm" else notification.DS_VERSION,
            ui_mode=chosen.ui_mode,
            initiator=chosen.initiator,
        )
    except ValueError as wrong:
        raise WantedError("", str(wrong)) from wrong


def package_0(account: Account, wanted: Wanted) -> bytes:
    """The notification as this account's server would send it. Raises WantedError."""
    chosen = understood(wanted)
    identity, secret = account.notification_identity
    nonce = chosen.octets
    if chosen.kind == "stored":
        nonce = account.server_nonce or b""
    elif chosen.kind == "session-id":
        nonce = sessionid.nonce(chosen.session_id, chosen.encoding)
    if chosen.usage == "ds-1.1":
        return WBXML.encode(
            _alert(account.server_id, chosen, digest.md5(identity, secret, nonce).value)
        )
    fields = trigger(account.server_id, chosen)
    return digest.notification(identity, secret, nonce, fields).octets + fields


def _alert(server_id: str, chosen: Chosen, proof: str) -> Message:
    """The alert of DS 1.1, with a Cred of type md5 [SyncML Sync Protocol 1.1, 8]."""
    header = SyncHdr(
        ver_dtd="1.1",
        ver_proto="SyncML/1.1",
        session_id=f"{chosen.session_id:X}",
        msg_id="1",
        source=Location(server_id),
        cred=build.cred("md5", proof),
    )
    commands = tuple(
        Alert(
            cmd_id=str(number),
            data=str(sync.code),
            items=(
                Item(
                    source=Location(sync.uri),
                    meta=Meta(type=notification.CONTENT_TYPES.get(sync.content_type)),
                ),
            ),
        )
        for number, sync in enumerate(chosen.syncs, 1)
    )
    return Message(header=header, body=SyncBody(commands=commands, final=True))


def _nonce(text: str) -> tuple[Kind, str, bytes]:
    kind, _, rest = text.partition(":")
    if kind == "session-id":
        encoding = rest or "raw16_be"
        if encoding not in sessionid.ENCODINGS:
            known = ", ".join(sessionid.ENCODINGS)
            raise WantedError("nonce", f"session-id:{encoding}: one of {known} is expected")
        return "session-id", encoding, b""
    if kind == "hex":
        try:
            return "hex", "", bytes.fromhex(rest)
        except ValueError:
            raise WantedError("nonce-hex", f"{rest!r} is not hex") from None
    if kind == "stale":
        return "stale", "", random.token_bytes(16)
    if kind == "stored":
        return "stored", "", b""
    raise WantedError("nonce", "stored, stale, session-id[:ENCODING] or hex:OCTETS is expected")


def _session_id(text: str) -> int:
    if not text:
        return random.randbelow(0xFFFF) + 1
    try:
        value = int(text, 0)
    except ValueError:
        value = -1
    if not 0 <= value <= 0xFFFF:
        raise WantedError("session-id", f"{text!r}: 0 to 0xFFFF is expected")
    return value


def _sync(text: str) -> Sync:
    code, _, rest = text.partition(":")
    kind, colon, uri = rest.partition(":")
    if not (code.isascii() and code.isdigit()) or not colon:
        words = f"{text!r}: CODE:TYPE:URI is expected, as 206:text/x-vcard:./contacts"
        raise WantedError("sync", words)
    if kind in _CODES:
        number = _CODES[kind]
    else:
        try:
            number = int(kind, 0) if kind else 0
        except ValueError:
            known = ", ".join(_CODES)
            words = f"{kind!r}: one of {known}, or a number, is expected"
            raise WantedError("sync", words) from None
    return Sync(int(code), number, uri)


def in_form(
    octets: bytes,
    form: Form,
    text_headers: bool = False,
    *,
    usage: Usage = "ds",
    wide: bool = False,
) -> list[bytes]:
    """The PDUs that carry a notification."""
    if form == "raw":
        return [octets]
    transaction = random.randbelow(256)
    content_type, application = ADDRESSED[usage]
    wsp = push.build(
        octets,
        content_type=content_type,
        application_id=application,
        transaction=transaction,
        text_headers=text_headers,
    )
    if form == "wsp":
        return [wsp]
    data = sms.user_data(wsp, transaction * 0x101, wide=wide)
    if form == "sms-submit":
        return [sms.submit(part) for part in data]
    now = datetime.now(UTC)
    stamp = (now.year % 100, now.month, now.day, now.hour, now.minute, now.second)
    return [sms.deliver(part, stamp) for part in data]
