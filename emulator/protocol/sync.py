"""Data synchronisation inside a session: Alerts, anchors, changes both ways, Map.

Knows datastores and items; knows nothing of nonces, credentials or HTTP. Works on the `StoreSync`
values of a turn. [SyncML DS Protocol 1.2: sync types, anchors, packages 3 to 6]
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from emulator.protocol.effects import (
    Change,
    DropItem,
    ItemSynced,
    MapsSent,
    PutItem,
    SetAnchors,
    Snapshot,
)
from emulator.protocol.events import ItemMoved
from emulator.protocol.keyring import Account, Datastore
from emulator.protocol.turn import Operation, StoreSync, Turn
from emulator.wire import build
from emulator.wire.syncml import (
    Add,
    Alert,
    Anchor,
    Command,
    Delete,
    Item,
    Location,
    Map,
    MapItem,
    Message,
    Meta,
    Replace,
    Sequence,
    Status,
    Sync,
    octets,
)

Extent = Literal["changes", "all", "nothing"]


class SyncType(msgspec.Struct, frozen=True):
    """One sync type: what the client sends, and the type to take where there are no anchors."""

    name: str
    client_sends: Extent
    without_anchors: int


SYNC_TYPES: dict[int, SyncType] = {
    200: SyncType("two-way", "changes", 201),
    201: SyncType("slow", "all", 201),
    202: SyncType("one-way from client", "changes", 203),
    203: SyncType("refresh from client", "all", 203),
    204: SyncType("one-way from server", "nothing", 205),
    205: SyncType("refresh from server", "nothing", 205),
}
SERVER_ALERTED = {206: 200, 207: 202, 208: 203, 209: 204, 210: 205}
"""Alert codes of a notification, and those that package 1 answers them with (decision 9)."""
_ECHO = {code: alerted for alerted, code in SERVER_ALERTED.items()}
_CRLF_TYPES = ("text/x-vcard", "text/vcard", "text/x-vcalendar", "text/calendar")
_ACTIONS = {"Add": "add", "Replace": "replace", "Delete": "delete"}


def wanted(
    account: Account, syncs: Iterable[tuple[int, str]]
) -> tuple[tuple[tuple[str, int], ...], tuple[str, ...]]:
    """(datastore, alert code 200..205) for a notification's syncs, and the URIs that nobody knows.

    No sync, or unknown ones only, means all datastores of the account (decision 18).
    """
    by_uri = {_bare(store.server): store.name for store in account.stores}
    found: dict[str, int] = {}
    unknown = []
    for code, uri in syncs:
        if name := by_uri.get(_bare(uri)):
            found[name] = SERVER_ALERTED.get(code, 200)
        else:
            unknown.append(uri)
    if not found:
        found = {store.name: 200 for store in account.stores}
    return tuple(found.items()), tuple(unknown)


def _bare(uri: str) -> str:
    return uri.removeprefix("./").strip("/").lower()


def plan(store: Datastore, code: int, snapshot: Snapshot, at: float) -> StoreSync:
    """What is to happen with one datastore: its sync type and what the client will send."""
    if not snapshot.own_anchor:
        code = SYNC_TYPES[code].without_anchors
    own_next = str(int(at))
    if own_next == snapshot.own_anchor:
        own_next += "1"
    operations = _operations(snapshot, code)
    return StoreSync(
        name=store.name,
        uri=store.uri,
        server=store.server,
        type=store.type,
        code=code,
        last=snapshot.own_anchor,
        next=own_next,
        peer_last=snapshot.peer_anchor,
        next_luid=snapshot.next_luid,
        snapshot=snapshot,
        outgoing=operations,
        luids=tuple((item.guid, item.luid) for item in snapshot.items if item.guid),
        maps=tuple((item.guid, item.luid) for item in snapshot.items if item.guid and item.map_due),
        total=len(operations),
    )


def _operations(snapshot: Snapshot, code: int) -> tuple[Operation, ...]:
    extent = SYNC_TYPES[code].client_sends
    out = []
    for item in snapshot.items:
        if extent == "nothing" or (extent == "changes" and item.state == "synced"):
            continue
        if item.state == "deleted":
            if extent == "changes":
                out.append(Operation("delete", item.luid))
        elif item.state == "added" or extent == "all":
            out.append(Operation("add", item.luid, item.type, item.octets))
        else:
            out.append(Operation("replace", item.luid, item.type, item.octets))
    return tuple(out)


def alerts(turn: Turn) -> list[Command]:
    """The Alerts of package 1, one a datastore, with both anchors."""
    echo = turn.state.kind != "client-initiated" and (
        turn.state.account.policy.alert.after_notification == "206-210"
    )
    return [
        build.alert(
            _ECHO.get(store.code, store.code) if echo else store.code,
            store.server,
            store.uri,
            Anchor(last=store.last or None, next=store.next),
        )
        for store in turn.state.stores
    ]


def hear_status(turn: Turn, status: Status) -> None:
    """A Status for one of our Alerts or changes."""
    if status.cmd == "Alert":
        _alert_status(turn, status)
    elif status.cmd in _ACTIONS:
        _change_status(turn, status)
    elif not status.for_header and (status.code in (401, 407) or status.chal is not None):
        turn.remark("command-challenged", status.cmd or "")


def _alert_status(turn: Turn, status: Status) -> None:
    store = _named(turn, *status.source_refs, *status.target_refs)
    if store is None:
        return
    if status.code in (401, 407) or status.chal is not None:
        turn.remark("command-challenged", store.name)
        _put(turn, store, refused=status.code or 401)
    elif 200 <= status.code < 300:
        if not store.agreed and not store.refused:
            _put(turn, store, agreed=store.code)
    elif status.code == 508:
        _agree(turn, store, SYNC_TYPES[store.code].without_anchors)
    else:
        turn.remark("store-refused", f"{store.name}: {status.code}")
        _put(turn, store, refused=status.code)


def _agree(turn: Turn, store: StoreSync, code: int, **changes: object) -> None:
    """The sync type that both sides go by; what the client sends follows from it."""
    if not store.opened:
        operations = _operations(store.snapshot, code)
        changes |= {"outgoing": operations, "total": len(operations)}
    _put(turn, store, agreed=code, **changes)


def _change_status(turn: Turn, status: Status) -> None:
    for store in turn.state.stores:
        for operation in store.in_flight:
            if (str(operation.msg_id), operation.cmd_id) != (status.msg_ref, status.cmd_ref):
                continue
            left = tuple(o for o in store.in_flight if o is not operation)
            _put(turn, store, in_flight=left)
            moved = ItemMoved("out", store.name, operation.action, operation.luid, "", status.code)
            turn.record(moved)
            name = turn.state.account.name
            if 200 <= status.code < 300 or status.code == 418:
                turn.set(items_sent=turn.state.items_sent + 1)
                if operation.action == "delete":
                    turn.note(DropItem(name, store.name, operation.luid))
                else:
                    turn.note(ItemSynced(name, store.name, operation.luid))
            else:
                turn.remark("item-refused", f"{store.name}/{operation.luid}: {status.code}")
            return


def hear_alert(turn: Turn, message: Message, alert: Alert) -> Status:
    """The server's Alert for a datastore: it settles the sync type, and brings its anchors."""
    item = alert.items[0] if alert.items else Item()
    store = _named(turn, item.target_uri, item.source_uri)
    if store is None or alert.code not in SYNC_TYPES:
        return build.status(message, alert, 404 if store is None else 406)
    anchor = item.meta.anchor if item.meta and item.meta.anchor else Anchor()
    _agree(turn, store, alert.code, peer_next=anchor.next or "")
    return build.status(message, alert, 200, (build.anchor_item(anchor.next or ""),))


def hear_sync(turn: Turn, message: Message, sync: Sync) -> list[Status]:
    """The server's changes for one datastore: a Status for the Sync and for each of them."""
    store = _named(
        turn,
        sync.target.uri if sync.target else "",
        sync.source.uri if sync.source else "",
    )
    if store is None:
        refused = build.status(message, sync, 404)
        return [refused, *(build.status(message, c, 404) for c in _flat(sync.commands))]
    if store.agreed == 205 and not store.emptied:
        drops = [
            DropItem(turn.state.account.name, store.name, item.luid)
            for item in store.snapshot.items
        ]
        store = _put(turn, store, emptied=True, luids=())
        turn.note(*drops)
    statuses = [build.status(message, sync, 200)]
    for command in _flat(sync.commands):
        code = _take(turn, store.name, command)
        if build.wants_status(command):
            statuses.append(build.status(message, command, code))
    return statuses


def _flat(commands: Iterable[Command]) -> Iterable[Command]:
    for command in commands:
        if isinstance(command, Sequence):
            yield from _flat(command.commands)
        else:
            yield command


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
    luid = item.target_uri or known.get(guid, "")
    changes: list[Change] = []
    if isinstance(command, Delete):
        held = luid in {i.luid for i in store.snapshot.items} or luid in known.values()
        code = 200 if held else 211
        if held:
            changes.append(DropItem(account, store.name, luid))
    else:
        # An Add of a GUID that we hold is one whose Map got lost: the item is replaced, not doubled.
        code = 200 if luid else 201
        if not luid:
            luid = str(store.next_luid)
            store = _put(turn, store, next_luid=store.next_luid + 1)
        if guid:
            known[guid] = luid
            maps = (*(m for m in store.maps if m[0] != guid), (guid, luid))
            store = _put(turn, store, luids=tuple(known.items()), maps=maps)
        kind = _type_of(command.meta, item.meta, store.type)
        data = _line_ends(octets(item.data), kind, turn.state.device.codec)
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


def offers(turn: Turn) -> list[tuple[StoreSync, Sync]]:
    """What package 3 still has to say: a whole Sync for each datastore that has not had its all."""
    out = []
    for store in turn.state.stores:
        if store.agreed and not store.refused and (store.outgoing or not store.opened):
            commands = tuple(_command(operation) for operation in store.outgoing)
            out.append((store, sync_of(store, commands)))
    return out


def sync_of(store: StoreSync, commands: tuple[Command, ...]) -> Sync:
    """A Sync for the datastore; the number of changes stands in its first one only."""
    return Sync(
        target=Location(store.server),
        source=Location(store.uri),
        number_of_changes=None if store.opened else str(store.total),
        commands=commands,
    )


def _command(operation: Operation) -> Command:
    item = Item(source=Location(operation.luid))
    if operation.action == "delete":
        return Delete(items=(item,))
    item = msgspec.structs.replace(item, data=(_content(operation.octets),))
    kind = Add if operation.action == "add" else Replace
    return kind(meta=Meta(type=operation.type), items=(item,))


def _content(data: bytes) -> str | bytes:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def went_out(turn: Turn, msg_id: int, syncs: Iterable[tuple[str, Sync]]) -> None:
    """Notes which operations a message carries, under the CmdIDs that they got."""
    for name, sync in syncs:
        store = next(s for s in turn.state.stores if s.name == name)
        count = len(sync.commands)
        gone = tuple(
            msgspec.structs.replace(operation, msg_id=msg_id, cmd_id=command.cmd_id)
            for operation, command in zip(store.outgoing[:count], sync.commands, strict=True)
        )
        _put(
            turn,
            store,
            opened=True,
            outgoing=store.outgoing[count:],
            in_flight=(*store.in_flight, *gone),
        )


def renumbered(turn: Turn, old: int, new: int) -> None:
    """A message goes out once more under another MsgID: so do the operations in it."""
    for store in turn.state.stores:
        moved = tuple(
            msgspec.structs.replace(o, msg_id=new) if o.msg_id == old else o
            for o in store.in_flight
        )
        _put(turn, store, in_flight=moved)


def maps(turn: Turn) -> list[Command]:
    """The Maps of package 5: for each item taken in, the server's GUID and our LUID."""
    out: list[Command] = []
    for store in turn.state.stores:
        if not store.maps:
            continue
        items = tuple(
            MapItem(target=Location(guid), source=Location(luid)) for guid, luid in store.maps
        )
        out.append(Map(target=Location(store.server), source=Location(store.uri), items=items))
    return out


def maps_confirmed(turn: Turn) -> None:
    """Package 6 has come: the server holds our LUIDs."""
    changes = [
        MapsSent(turn.state.account.name, store.name, tuple(luid for _, luid in store.maps))
        for store in turn.state.stores
        if store.maps
    ]
    turn.note(*changes)


def finish(turn: Turn) -> None:
    """A session that ended well: the anchors of both sides move on."""
    name = turn.state.account.name
    turn.note(
        *(
            SetAnchors(name, store.name, store.next, store.peer_next)
            for store in turn.state.stores
            if store.agreed and not store.refused
        )
    )


def _named(turn: Turn, *uris: str) -> StoreSync | None:
    """The datastore that one of the addresses names: ours by its own URI, else by the server's."""
    names = {_bare(uri) for uri in uris if uri}
    for own in (True, False):
        for store in turn.state.stores:
            if _bare(store.uri if own else store.server) in names:
                return store
    return None


def _put(turn: Turn, store: StoreSync, **changes: object) -> StoreSync:
    changed = msgspec.structs.replace(store, **changes)
    turn.set(stores=tuple(changed if s.name == store.name else s for s in turn.state.stores))
    return changed
