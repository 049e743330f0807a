"""SyncML 1.0-1.2 messages as typed frozen values: header, body, and the whole message.

Commands are `commands`', what they are made of is `parts`'; both are had from here too. Texts stay as
the peer wrote them; properties give them as numbers.
"""

from typing import ClassVar

import msgspec

from emulator.wire.commands import (
    Add,
    Alert,
    Atomic,
    Change,
    Command,
    Copy,
    Delete,
    Exec,
    Get,
    Map,
    MapItem,
    Move,
    Nested,
    Put,
    Replace,
    Results,
    Search,
    Sequence,
    Status,
    Sync,
    choice,
)
from emulator.wire.element import SYNCML, Document, Element
from emulator.wire.parts import (
    Anchor,
    Chal,
    Cred,
    Filter,
    Item,
    Location,
    Mem,
    Meta,
    number,
)
from emulator.wire.remarks import Note, distinct
from emulator.wire.schema import Content, Field, Record, read, write

__all__ = [
    "VERSIONS",
    "Add",
    "Alert",
    "Anchor",
    "Atomic",
    "Chal",
    "Change",
    "Command",
    "Copy",
    "Cred",
    "Delete",
    "Exec",
    "Filter",
    "Get",
    "Item",
    "Location",
    "Map",
    "MapItem",
    "Mem",
    "Message",
    "Meta",
    "Move",
    "Nested",
    "Put",
    "Replace",
    "Results",
    "Search",
    "Sequence",
    "Status",
    "Sync",
    "SyncBody",
    "SyncHdr",
    "from_document",
    "number",
    "octets",
    "text",
    "to_document",
]

VERSIONS = ("1.2", "1.1", "1.0")
"""Protocol versions, newest first: the order of the version fall-back."""


class SyncHdr(Record, frozen=True):
    TAG: ClassVar[str] = "SyncHdr"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("ver_dtd", "VerDTD", required=True),
        Field("ver_proto", "VerProto"),
        Field("session_id", "SessionID", required=True),
        Field("msg_id", "MsgID", required=True),
        Field("target", "Target", "one", Location),
        Field("source", "Source", "one", Location),
        Field("resp_uri", "RespURI"),
        Field("no_resp", "NoResp", "flag"),
        Field("cred", "Cred", "one", Cred),
        Field("meta", "Meta", "one", Meta),
    )
    ver_dtd: str = "1.2"
    ver_proto: str | None = "SyncML/1.2"
    session_id: str = ""
    msg_id: str = ""
    target: Location | None = None
    source: Location | None = None
    resp_uri: str | None = None
    no_resp: bool = False
    cred: Cred | None = None
    meta: Meta | None = None


class SyncBody(Record, frozen=True):
    TAG: ClassVar[str] = "SyncBody"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        *choice(
            Status, Results, Alert, Get, Put, Add, Replace, Delete, Copy, Move, Exec,
            Map, Search, Sync, Atomic, Sequence,
        ),
        Field("final", "Final", "flag"),
    )  # fmt: skip
    commands: tuple[Command, ...] = ()
    final: bool = False


class Message(Record, frozen=True):
    """One SyncML message. `remarks` are the deviations found on the way in, (id, sentence) pairs."""

    TAG: ClassVar[str] = "SyncML"
    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field("header", "SyncHdr", "one", SyncHdr, required=True),
        Field("body", "SyncBody", "one", SyncBody, required=True),
    )
    header: SyncHdr = SyncHdr()
    body: SyncBody = SyncBody()
    remarks: tuple[tuple[str, str], ...] = ()

    @property
    def commands(self) -> tuple[Command, ...]:
        return self.body.commands

    @property
    def final(self) -> bool:
        return self.body.final

    def header_status(self, msg_id: int | None = None) -> Status | None:
        """The Status for a SyncHdr: that of message `msg_id`, or the first one there is."""
        return next(
            (
                c
                for c in self.commands
                if isinstance(c, Status) and c.for_header and (msg_id is None or c.answers(msg_id))
            ),
            None,
        )


def from_document(document: Document) -> Message:
    """The message of a decoded tree; what is unknown or odd in it becomes remarks.

    Raises `schema.Missing` when SyncHdr, SyncBody or one of the header's identities is absent.
    """
    notes: list[Note] = []
    message = read(Message, document.root, notes=notes)
    return msgspec.structs.replace(message, remarks=distinct((*document.remarks, *notes)))


def to_document(message: Message) -> Document:
    """The tree of a message, in the dialect of its VerDTD."""
    root = write(message)
    version = message.header.ver_dtd if message.header.ver_dtd in VERSIONS else VERSIONS[0]
    return Document(root, f"SyncML {version}")


def text(content: Content | None) -> str:
    """Character data of a `data` field, joined; elements inside are left out."""
    return Element(SYNCML, "", content or ()).text


def octets(content: Content | None) -> bytes:
    """The same as octets: text as UTF-8, binary data as it came."""
    return b"".join(
        c if isinstance(c, bytes) else c.encode()
        for c in content or ()
        if not isinstance(c, Element)
    )
