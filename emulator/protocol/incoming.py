"""The server's changes, package 4: carried out on our datastores, each with its Status.

LUIDs are the device's to give; a GUID that is known already is never taken in twice.
[SyncML DS Protocol 1.2, Add, Replace, Delete, Map]
"""

from collections.abc import Iterable
from typing import Literal

from emulator.protocol.effects import Change, DropItem, PutItem
from emulator.protocol.events import ChangesCounted, ItemMoved
from emulator.protocol.sync import named, put
from emulator.protocol.turn import Turn
from emulator.wire import build
from emulator.wire.syncml import (
    Add,
    Command,
    Delete,
    Item,
    Message,
    Meta,
    Replace,
    Sequence,
    Status,
    Sync,
    number,
    octets,
)

_CRLF_TYPES = ("text/x-vcard", "text/vcard", "text/x-vcalendar", "text/calendar")


def hear_sync(turn: Turn, message: Message, sync: Sync) -> list[Status]:
    """The server's changes for one datastore: a Status for the Sync and for each of them."""
    store = named(
        turn,
        sync.target.uri if sync.target else "",
        sync.source.uri if sync.source else "",
    )
    if store is None or store.refused:
        code = store.refused if store else 404
        refused = build.status(message, sync, code)
        return [refused, *(build.status(message, c, code) for c in flat(sync.commands))]
    if store.agreed == 205 and not store.emptied:
        drops = [
            DropItem(turn.state.account.name, store.name, item.luid)
            for item in store.snapshot.items
        ]
        store = put(turn, store, emptied=True, luids=(), maps=())
        turn.note(*drops)
    total = number(sync.number_of_changes, -1)
    if total >= 0:
        turn.record(ChangesCounted("in", store.name, store.agreed, total))
    statuses = [build.status(message, sync, 200)]
    for command in flat(sync.commands):
        code = _take(turn, store.name, command)
        if build.wants_status(command):
            statuses.append(build.status(message, command, code))
    return statuses


def flat(commands: Iterable[Command]) -> Iterable[Command]:
    """Commands with those inside a Sync or Sequence, each in its place."""
    for command in commands:
        if not isinstance(command, Sequence):
            yield command
        if isinstance(command, Sequence | Sync):
            yield from flat(command.commands)


def _take(turn: Turn, store_name: str, command: Command) -> int:
    """Carries out one change of the server's; the Status code for it."""
    if not isinstance(command, Add | Replace | Delete):
        turn.remark("command-unsupported", command.name)
        return 406
    code = 200
    for item in command.items:
        code = _take_item(turn, store_name, command, item)
    return code


def _take_item(turn: Turn, store_name: str, command: Add | Replace | Delete, item: Item) -> int:
    store = next(s for s in turn.state.stores if s.name == store_name)
    account, known = turn.state.account.name, dict(store.luids)
    guid = item.source_uri
    held = {i.luid for i in store.snapshot.items if i.state != "deleted"} | set(known.values())
    # LUIDs are ours to give: one that we do not hold names nothing, and an Add has none.
    luid = (
        known.get(guid, "") if isinstance(command, Add) else item.target_uri or known.get(guid, "")
    )
    if isinstance(command, Replace) and not (item.target_uri or guid):
        # Taken for an Add it would be a second copy that no Map can ever name.
        turn.remark("item-unnamed", store.name)
        return 412
    names_one = isinstance(command, Delete) or (isinstance(command, Replace) and item.target_uri)
    if names_one and luid not in held:
        return 211 if isinstance(command, Delete) else 404
    named_as, chunks = store.partial
    content = octets(item.data)
    if named_as:
        if named_as == (item.target_uri or guid):
            content = chunks + content
        else:
            turn.remark("chunk-missing", f"{store.name}/{named_as}")
        store = put(turn, store, partial=("", b""))
    if len(content) > turn.state.device.max_obj_size:
        turn.remark("item-too-large", f"{store.name}/{item.target_uri or guid}")
        return 416
    if item.more_data:
        put(turn, store, partial=(item.target_uri or guid, content))
        return 213
    changes: list[Change] = []
    if isinstance(command, Delete):
        code = 200
        changes.append(DropItem(account, store.name, luid))
    else:
        # An Add of a GUID that we hold is one whose Map got lost: the item is replaced, not doubled.
        code = 200 if luid else 201
        if not luid:
            luid = str(store.next_luid)
            store = put(turn, store, next_luid=store.next_luid + 1)
        if guid:
            known[guid] = luid
            maps = (*(m for m in store.maps if m[0] != guid), (guid, luid))
            store = put(turn, store, luids=tuple(known.items()), maps=maps)
        kind = _type_of(command.meta, item.meta, store.type)
        data = _line_ends(content, kind, turn.state.device.codec)
        changes.append(PutItem(account, store.name, luid, kind, data, guid))
    turn.note(*changes)
    turn.set(items_received=turn.state.items_received + 1)
    action: Literal["add", "replace", "delete"] = (
        "delete" if isinstance(command, Delete) else "add" if code == 201 else "replace"
    )
    turn.record(ItemMoved("in", store.name, action, luid, guid, code))
    return code


def _line_ends(data: bytes, kind: str, codec: str) -> bytes:
    """The CR LF of a vCard or vCalendar again, which an XML reader has made LF [XML 1.0, 2.11]."""
    if codec != "xml" or kind.partition(";")[0].strip().lower() not in _CRLF_TYPES:
        return data
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _type_of(outer: Meta | None, inner: Meta | None, default: str) -> str:
    for meta in (inner, outer):
        if meta and meta.type:
            return meta.type
    return default
