"""Data synchronisation inside a session: Alerts, anchors, our changes, Map, and what is said to them.

Knows datastores and items; knows nothing of nonces, credentials or HTTP. Works on the `StoreSync`
values of a turn; the server's changes are in `incoming.py`. [SyncML DS Protocol 1.2: sync types, anchors, packages 3 to 6]
"""

import re
from collections.abc import Container, Iterable
from typing import Literal

import msgspec

from emulator.protocol.effects import (
    DropItem,
    ItemNotTaken,
    ItemSynced,
    MapsSent,
    SetAnchors,
    Snapshot,
)
from emulator.protocol.events import ChangesCounted, ItemMoved
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
    Status,
    Sync,
    number,
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
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot carry [XML 1.0, 2.2]."""
_DONE = {"add": (418,), "delete": (404, 410)}
"""Codes that say that the server has it as we want it already."""
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
    """A Status for one of our Alerts, Syncs, changes or Maps."""
    ref = (number(status.msg_ref, -1), (status.cmd_ref or "").strip())
    if status.cmd in _ACTIONS:
        _change_status(turn, status, ref)
        return
    store = next((s for s in turn.state.stores if _sent_as(s, status, ref)), None)
    if status.cmd == "Alert" and store is None:
        store = named(turn, *status.source_refs, *status.target_refs)
    challenges = status.code in (401, 407) or status.chal is not None
    if challenges and not status.for_header:
        turn.remark("command-challenged", store.name if store else status.cmd or "")
    if store is None:
        return
    if status.cmd == "Map":
        _map_status(turn, store, status, ref)
    elif challenges:
        put(turn, store, refused=status.code or 401)
    elif 200 <= status.code < 300:
        if status.cmd == "Alert" and not store.agreed and not store.refused:
            put(turn, store, agreed=store.code)
    elif status.cmd == "Alert" and status.code == 508:
        _agree(turn, store, SYNC_TYPES[store.code].without_anchors)
    else:
        turn.remark("store-refused", f"{store.name}: {status.code} for {status.cmd}")
        put(turn, store, refused=status.code)


def _sent_as(store: StoreSync, status: Status, ref: tuple[int, str]) -> bool:
    """Whether that command of ours was about this datastore."""
    if status.cmd == "Alert":
        return store.alert_ref == ref
    if status.cmd == "Sync":
        return ref in store.sync_refs
    return status.cmd == "Map" and any(ref == sent[:2] for sent in store.map_refs)


def _map_status(turn: Turn, store: StoreSync, status: Status, ref: tuple[int, str]) -> None:
    """Only a success means that the server holds our LUIDs; else they go out in the next session."""
    if not 200 <= status.code < 300:
        turn.remark("map-refused", f"{store.name}: {status.code}")
        return
    done = next(pairs for msg_id, cmd_id, pairs in store.map_refs if (msg_id, cmd_id) == ref)
    put(turn, store, maps=tuple(pair for pair in store.maps if pair not in done))
    luids = tuple(luid for _, luid in done)
    turn.note(MapsSent(turn.state.account.name, store.name, luids))


def _agree(turn: Turn, store: StoreSync, code: int, **changes: object) -> None:
    """The sync type that both sides go by; what the client sends follows from it."""
    if not store.opened:
        operations = tuple(
            o for o in _operations(store.snapshot, code) if o.luid not in store.left_out
        )
        changes |= {"outgoing": operations, "total": len(operations)}
    put(turn, store, agreed=code, **changes)


def _change_status(turn: Turn, status: Status, ref: tuple[int, str]) -> None:
    for store in turn.state.stores:
        for operation in store.in_flight:
            if (operation.msg_id, operation.cmd_id) == ref:
                left = tuple(o for o in store.in_flight if o is not operation)
                _taken(turn, put(turn, store, in_flight=left), operation, status)
                return


def _taken(turn: Turn, store: StoreSync, operation: Operation, status: Status) -> None:
    """What a Status for one of our changes means for the item."""
    name = turn.state.account.name
    turn.record(ItemMoved("out", store.name, operation.action, operation.luid, "", status.code))
    done = 200 <= status.code < 300 or status.code in _DONE.get(operation.action, ())
    if done:
        turn.set(items_sent=turn.state.items_sent + 1)
    elif status.code in (401, 407):
        turn.remark("command-challenged", f"{store.name}/{operation.luid}")
    else:
        turn.remark("item-refused", f"{store.name}/{operation.luid}: {status.code}")
    if operation.action == "delete":
        turn.note(*([DropItem(name, store.name, operation.luid)] if done else []))
    elif done:
        turn.note(ItemSynced(name, store.name, operation.luid))
    else:
        turn.note(ItemNotTaken(name, store.name, operation.luid))


def hear_alert(turn: Turn, message: Message, alert: Alert) -> Status:
    """The server's Alert for datastores: it settles the sync type, and brings its anchors.

    A refresh from the server, which empties ours, is taken only where we asked for one.
    """
    code, anchors = 200, ""
    for item in alert.items or (Item(),):
        store = named(turn, item.target_uri, item.source_uri)
        if store is None:
            code = 404
        elif alert.code not in SYNC_TYPES or (alert.code == 205 and store.code != 205):
            code = 406
        else:
            anchor = item.meta.anchor if item.meta and item.meta.anchor else Anchor()
            if alert.code != 201 and store.peer_last and (anchor.last or "") != store.peer_last:
                turn.remark("anchor-differs", f"{store.name}: {anchor.last or 'none'}")
            _agree(turn, store, alert.code, peer_next=anchor.next or "")
            anchors = anchor.next or ""
    items = (build.anchor_item(anchors),) if code == 200 else ()
    return build.status(message, alert, code, items)


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


def goes_out(turn: Turn, names: Container[str]) -> None:
    """Says of each datastore whose first Sync is about to leave how many changes there are in all."""
    for store in turn.state.stores:
        if store.name in names and not store.opened:
            turn.record(ChangesCounted("out", store.name, store.agreed, store.total))


def went_out(turn: Turn, msg_id: int, syncs: Iterable[tuple[str, Sync]]) -> None:
    """Notes which operations a message carries, under the CmdIDs that they got."""
    for name, sync in syncs:
        store = next(s for s in turn.state.stores if s.name == name)
        count = len(sync.commands)
        refs = (*store.sync_refs, (msg_id, sync.cmd_id))
        gone = tuple(
            msgspec.structs.replace(operation, msg_id=msg_id, cmd_id=command.cmd_id)
            for operation, command in zip(store.outgoing[:count], sync.commands, strict=True)
        )
        put(
            turn,
            store,
            opened=True,
            sync_refs=refs,
            outgoing=store.outgoing[count:],
            in_flight=(*store.in_flight, *gone),
        )


def renumbered(turn: Turn, old: int, new: int) -> None:
    """A message goes out once more under another MsgID: so does all that is in it."""
    for store in turn.state.stores:
        put(
            turn,
            store,
            in_flight=tuple(
                msgspec.structs.replace(o, msg_id=new) if o.msg_id == old else o
                for o in store.in_flight
            ),
            sync_refs=tuple((new if m == old else m, cmd) for m, cmd in store.sync_refs),
            map_refs=tuple((new if m == old else m, cmd, p) for m, cmd, p in store.map_refs),
        )


def maps(turn: Turn) -> list[Map]:
    """The Maps of package 5 that have not gone out: the server's GUID and our LUID of what was added."""
    out = []
    for store in turn.state.stores:
        gone = {pair for _, _, pairs in store.map_refs for pair in pairs}
        items = tuple(
            MapItem(target=Location(guid), source=Location(luid))
            for guid, luid in store.maps
            if (guid, luid) not in gone
        )
        if items:
            out.append(Map(target=Location(store.server), source=Location(store.uri), items=items))
    return out


def mapped(turn: Turn) -> None:
    """Notes where the Maps of the message that has just left went, and what was in them."""
    for store, ref, command in _ours(turn, Map):
        assert isinstance(command, Map)
        pairs = tuple(
            (item.target.uri, item.source.uri)
            for item in command.items
            if item.target and item.source
        )
        put(turn, store, map_refs=(*store.map_refs, (*ref, pairs)))


def alerted(turn: Turn) -> None:
    """Notes where the Alerts of package 1 went."""
    for store, ref, _ in _ours(turn, Alert):
        put(turn, store, alert_ref=ref)


def _ours(turn: Turn, kind: type[Command]) -> list[tuple[StoreSync, tuple[int, str], Command]]:
    """The commands of that kind in our last message: whose they are, and their MsgID and CmdID."""
    sent = turn.state.sent
    assert sent is not None
    found = []
    for command in sent.commands:
        if isinstance(command, kind):
            items: tuple[Item, ...] = getattr(command, "items", ())
            source = command.source if isinstance(command, Map) else items[0].source
            for store in turn.state.stores:
                if source and store.uri == source.uri:
                    found.append((store, (sent.msg_id, command.cmd_id), command))
    return found


def finish(turn: Turn) -> None:
    """A session that ended well: the anchors of both sides move on; unanswered changes are kept."""
    name = turn.state.account.name
    for store in turn.state.stores:
        if store.agreed and not store.refused:
            turn.note(SetAnchors(name, store.name, store.next, store.peer_next))
            if store.agreed == 203:
                # The server holds what we have sent and nothing else: these deletions are done.
                gone = (i.luid for i in store.snapshot.items if i.state == "deleted")
                turn.note(*(DropItem(name, store.name, luid) for luid in gone))
            for operation in store.in_flight:
                if operation.action != "delete":
                    turn.note(ItemNotTaken(name, store.name, operation.luid))


def leave_out_unspeakable(turn: Turn) -> None:
    """Takes out what the session's encoding cannot carry: XML has no octets and no control characters."""
    if turn.state.device.codec != "xml":
        return
    for store in turn.state.stores:
        mute = tuple(i.luid for i in store.snapshot.items if not _speakable(i.octets))
        for operation in store.outgoing:
            if operation.luid in mute:
                turn.remark("item-refused", f"{store.name}/{operation.luid}: XML cannot carry it")
        kept = tuple(o for o in store.outgoing if o.luid not in mute)
        put(turn, store, left_out=mute, outgoing=kept, total=len(kept))


def _speakable(data: bytes) -> bool:
    try:
        return not _NOT_XML.search(data.decode())
    except UnicodeDecodeError:
        return False


def named(turn: Turn, *uris: str) -> StoreSync | None:
    """The datastore that one of the addresses names: ours by its own URI, else by the server's."""
    names = {_bare(uri) for uri in uris if uri}
    for own in (True, False):
        for store in turn.state.stores:
            if _bare(store.uri if own else store.server) in names:
                return store
    return None


def put(turn: Turn, store: StoreSync, **changes: object) -> StoreSync:
    changed = msgspec.structs.replace(store, **changes)
    turn.set(stores=tuple(changed if s.name == store.name else s for s in turn.state.stores))
    return changed
