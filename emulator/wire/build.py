"""Parts of a message that need no decision: a Status for a command, a Chal, numbering, splitting.

Both ends use it: the handset's protocol and the built-in server. What code a Status has, or
whether a Chal is due, is decided elsewhere.
"""

import base64
import binascii
from collections.abc import Iterable, Sequence

import msgspec

from emulator.wire.schema import write
from emulator.wire.syncml import (
    Alert,
    Anchor,
    Chal,
    Command,
    Cred,
    Item,
    Location,
    Map,
    Message,
    Meta,
    Status,
    Sync,
    text,
)

AUTH_TYPES = {"basic": "syncml:auth-basic", "md5": "syncml:auth-md5", "mac": "syncml:auth-MAC"}
_SCHEMES = {uri.lower(): name for name, uri in AUTH_TYPES.items()}
NEXT_MESSAGE = 222


def scheme_of(meta: Meta | None) -> str:
    """The short name of Meta/Type ("md5"); the text itself when it is no known scheme."""
    uri = (meta.type or "" if meta else "").strip()
    return _SCHEMES.get(uri.lower(), uri)


def cred(scheme: str, data: str) -> Cred:
    """A Cred with Format b64, in XML and in WBXML alike. [SyncML RepPro, Cred]"""
    return Cred(Meta(format="b64", type=AUTH_TYPES[scheme]), (data,))


def cred_value(value: Cred) -> bytes:
    """The digest (or user:password) in a Cred: octets, whether it came as base64 text or raw."""
    data = value.data or ()
    if any(isinstance(part, bytes) for part in data):
        return b"".join(part for part in data if isinstance(part, bytes))
    return unbase64(text(data))


def chal(scheme: str, nonce: bytes | None) -> Chal:
    """A challenge; a NextNonce is base64 with Format b64. [SyncML RepPro, Chal]"""
    return Chal(
        Meta(
            format="b64",
            type=AUTH_TYPES[scheme],
            next_nonce=None if nonce is None else b64(nonce),
        )
    )


def next_nonce(value: Chal) -> bytes | None:
    """The octets of a NextNonce: base64 where Format says b64, else the text itself; None if absent."""
    if value.meta is None or value.meta.next_nonce is None:
        return None
    raw = value.meta.next_nonce
    if (value.meta.format or "").strip().lower() != "b64":
        return raw.encode()
    return unbase64(raw)


def b64(octets: bytes) -> str:
    """Base64 text: padding, no line breaks."""
    return base64.b64encode(octets).decode()


def unbase64(raw: str) -> bytes:
    """Base64 text as octets, white space ignored; text that is no base64 stands for itself."""
    try:
        return base64.b64decode("".join(raw.split()), validate=True)
    except (binascii.Error, ValueError):
        return raw.encode()


def header_status(
    message: Message, code: int, challenge: Chal | None = None, items: tuple[Item, ...] = ()
) -> Status:
    """The Status for the SyncHdr of `message`."""
    header = message.header
    return Status(
        msg_ref=header.msg_id,
        cmd_ref="0",
        cmd="SyncHdr",
        target_refs=(header.target.uri,) if header.target else (),
        source_refs=(header.source.uri,) if header.source else (),
        chal=challenge,
        data=str(code),
        items=items,
    )


def status(message: Message, command: Command, code: int, items: tuple[Item, ...] = ()) -> Status:
    """The Status for one command of `message`, with the refs of its items or of its own addresses."""
    targets, sources = _refs(command)
    return Status(
        msg_ref=message.header.msg_id,
        cmd_ref=command.cmd_id,
        cmd=command.name,
        target_refs=targets,
        source_refs=sources,
        data=str(code),
        items=items,
    )


def _refs(command: Command) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if isinstance(command, Sync | Map):
        return (
            (command.target.uri,) if command.target else (),
            (command.source.uri,) if command.source else (),
        )
    items: tuple[Item, ...] = getattr(command, "items", ())
    return (
        tuple(item.target.uri for item in items if item.target),
        tuple(item.source.uri for item in items if item.source),
    )


def wants_status(command: Command) -> bool:
    """Whether a command is to be answered: all but Status, and those with NoResp."""
    return not isinstance(command, Status) and not command.no_resp


def anchor_item(next_anchor: str) -> Item:
    """The Item of a Status for an Alert: it gives the peer's Next anchor back."""
    return Item(data=(write(Anchor(next=next_anchor)),))


def alert(code: int, target: str, source: str, anchor: Anchor | None = None) -> Alert:
    return Alert(
        data=str(code),
        items=(
            Item(
                target=Location(target),
                source=Location(source),
                meta=None if anchor is None else Meta(anchor=anchor),
            ),
        ),
    )


def number(commands: Iterable[Command], first: int = 1) -> tuple[Command, ...]:
    """The commands with CmdIDs 1, 2, 3 ... in document order, those inside a Sync included."""
    counter = first - 1

    def numbered(command: Command) -> Command:
        nonlocal counter
        counter += 1
        command = msgspec.structs.replace(command, cmd_id=str(counter))
        inner: tuple[Command, ...] | None = getattr(command, "commands", None)
        if inner:
            command = msgspec.structs.replace(command, commands=tuple(map(numbered, inner)))
        return command

    return tuple(map(numbered, commands))


def fitting(sizes: Sequence[int], room: int, at_least: int = 1) -> int:
    """How many parts of these sizes fit into `room` octets; never fewer than `at_least`.

    A part that fits nowhere must go out all the same, or nothing would ever be sent.
    """
    used = 0
    for count, size in enumerate(sizes):
        used += size
        if used > room and count >= at_least:
            return count
    return len(sizes)


def summary(message: Message) -> str:
    """The commands of a message in a few words: "Cred, Status 212 + Chal, Alert 200, Sync (2)"."""
    words: list[str] = ["Cred"] if message.header.cred else []
    statuses = 0
    for command in message.commands:
        if isinstance(command, Status):
            if command.for_header:
                words.append(f"{command.data}{' + Chal' if command.chal else ''}")
            else:
                statuses += 1
        elif isinstance(command, Alert):
            words.append(f"Alert {command.data}")
        elif isinstance(command, Sync):
            words.append(f"Sync ({len(command.commands)})")
        elif isinstance(command, Map):
            words.append(f"Map ({len(command.items)})")
        else:
            words.append(command.name)
    if statuses:
        words.insert(min(len(words), 2), f"{statuses} Status")
    if message.final:
        words.append("Final")
    return ", ".join(words)
