"""What the server does with each command of an authenticated client: one function per command.

Each answers with a Status through the turn; what package comes next is the peer's business.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from emulator.server import datastore
from emulator.server.state import Syncing
from emulator.server.turn import Turn
from emulator.wire import build, devinf
from emulator.wire.element import DEVINF, Element
from emulator.wire.syncml import (
    Alert,
    Anchor,
    Atomic,
    Change,
    Command,
    Delete,
    Get,
    Item,
    Location,
    Map,
    Meta,
    Put,
    Results,
    Sequence,
    Status,
    Sync,
)

SERVER_ALERTED = range(206, 211)
_PLAIN = {206: 200, 207: 202, 208: 203, 209: 204, 210: 205}
_RESUME = 225
_CONTENT = {"text/x-vcard": "2.1", "text/x-vcalendar": "1.0"}


def carry_out(turn: Turn, commands: Iterable[Command]) -> None:
    """Every command of the message, in order; Statuses for our own commands included."""
    for command in commands:
        _TABLE.get(type(command), _unsupported)(turn, command)


def refuse(turn: Turn, code: int) -> None:
    """Answers every command with the same code and does none of them."""
    for command in flat(turn.message.commands):
        turn.status(command, code)


def flat(commands: Iterable[Command]) -> Iterator[Command]:
    """The commands, those inside Sync, Atomic and Sequence after their container."""
    for command in commands:
        yield command
        yield from flat(getattr(command, "commands", ()))


def _unsupported(turn: Turn, command: Command) -> None:
    turn.status(command, 406)


def _status(turn: Turn, status: Status) -> None:
    if status.for_header:
        return
    key = (status.msg_ref, status.cmd_ref)
    sent = next((s for s in turn.session.sent if (s.msg_id, s.cmd_id) == key), None)
    if sent is not None:
        turn.desk(sent.store).confirm(sent, status.code)
        turn.note(sent=tuple(s for s in turn.session.sent if s != sent))


def _alert(turn: Turn, alert: Alert) -> None:
    code = _PLAIN.get(alert.code, alert.code)
    if 200 <= code <= 205 or code == _RESUME:
        for item in alert.items or (Item(),):
            _synchronise(turn, alert, code, item)
    else:
        turn.status(alert, 200 if code in (100, build.NEXT_MESSAGE, 223) else 406)


def _synchronise(turn: Turn, alert: Alert, wanted: int, item: Item) -> None:
    stores = turn.state.stores.get(turn.session.device_id, {})
    store = datastore.find(stores, item.target_uri)
    if store is None:
        turn.say(f"Alert {alert.code} for {item.target_uri or 'nothing'}: no such datastore, 404")
        turn.status(alert, 404)
        return
    anchor = (item.meta.anchor if item.meta else None) or Anchor()
    code = datastore.agreed(store, 200 if wanted == _RESUME else wanted, anchor.last or "")
    if wanted == _RESUME:
        code = datastore.SLOW
    refreshed = code != wanted
    if refreshed:
        turn.say(f"Alert {alert.code} for {store.name}: anchors do not match, 508 and Alert {code}")
    echo = () if anchor.next is None else (build.anchor_item(anchor.next),)
    turn.status(alert, 508 if refreshed else 200, echo)
    own = store.server_anchor + 1
    turn.note_syncing(
        Syncing(store.name, code, item.target_uri, item.source_uri, anchor.next or "", own)
    )
    ours = Anchor(last=str(own - 1) if own > 1 else None, next=str(own))
    turn.own(build.alert(code, item.source_uri, item.target_uri, ours))


def _put(turn: Turn, put: Put) -> None:
    _learn(turn, put.items)
    turn.status(put, 200)


def _results(turn: Turn, results: Results) -> None:
    _learn(turn, results.items)
    turn.status(results, 200)


def _learn(turn: Turn, items: Iterable[Item]) -> None:
    """Device information: kept in a few words."""
    for item in items:
        for part in item.data or ():
            if isinstance(part, Element) and (part.ns, part.tag) == (DEVINF, "DevInf"):
                info = devinf.from_element(part)
                words = (info.manufacturer, info.model)
                turn.keep(device=" ".join(w for w in words if w) or info.device_id)


def _get(turn: Turn, get: Get) -> None:
    here = devinf.location(turn.session.version)
    if all(item.target_uri.removeprefix("./") != here[2:] for item in get.items):
        turn.status(get, 404)
        return
    turn.status(get, 200)
    info = devinf.to_element(_device_information(turn))
    turn.own(
        Results(
            msg_ref=turn.message.header.msg_id,
            cmd_ref=get.cmd_id,
            meta=Meta(type=devinf.MEDIA_TYPE),
            items=(Item(source=Location(here), data=(info,)),),
        )
    )


def ask_device_information(turn: Turn) -> None:
    """Package 2 asks for the DevInf of a device that has not told it yet."""
    if not turn.account.device:
        here = Item(target=Location(devinf.location(turn.session.version)))
        turn.own(Get(meta=Meta(type=devinf.MEDIA_TYPE), items=(here,)))


def _device_information(turn: Turn) -> devinf.DevInf:
    stores = turn.state.stores.get(turn.session.device_id, {})
    newer = turn.session.version != "1.0"
    return devinf.DevInf(
        ver_dtd=turn.session.version,
        manufacturer="ds-handset",
        model="built-in server",
        device_id=turn.account.server_id,
        device_type="server",
        utc=newer,
        large_objects=newer,
        number_of_changes=newer,
        stores=tuple(
            devinf.DataStore(
                source_ref=f"./{store.name}",
                rx_pref=_content(store.type),
                tx_pref=_content(store.type),
                sync_cap=devinf.SyncCap(types=tuple("1234567")),
            )
            for store in stores.values()
        ),
    )


def _content(kind: str) -> devinf.ContentType:
    return devinf.ContentType(type=kind, version=_CONTENT.get(kind, "1.0"))


def _sync(turn: Turn, sync: Sync) -> None:
    uri = sync.target.uri if sync.target else ""
    stores = turn.state.stores.get(turn.session.device_id, {})
    store = datastore.find(stores, uri)
    syncing = turn.syncing(datastore.name_of(uri))
    if store is None or syncing is None:
        # 412: a Sync without its Alert is incomplete
        for command in flat((sync,)):
            turn.status(command, 404 if store is None else 412)
        return
    turn.status(sync, 200)
    begin(turn, syncing)
    _changes(turn, sync.commands, syncing)


def begin(turn: Turn, syncing: Syncing) -> None:
    """The client's part of this datastore's synchronisation starts, if it has not yet."""
    if not syncing.begun:
        turn.desk(syncing.name).begin(syncing.code)
        turn.note_syncing(msgspec.structs.replace(syncing, begun=True))


def _changes(turn: Turn, commands: Iterable[Command], syncing: Syncing) -> None:
    for command in commands:
        if isinstance(command, Atomic | Sequence):
            turn.status(command, 200)
            _changes(turn, command.commands, syncing)
        elif isinstance(command, Change | Delete) and command.name in ("Add", "Replace", "Delete"):
            codes = [_change(turn, command, item, syncing) for item in command.items]
            turn.status(command, max(codes, default=412))
        else:
            turn.status(command, 406)


def _change(turn: Turn, command: Change | Delete, item: Item, syncing: Syncing) -> int:
    kind, octets = datastore.received(command.meta, item)
    octets = turn.session.chunk + octets
    turn.note(chunk=octets if item.more_data else b"")
    if item.more_data:
        return 213
    desk = turn.desk(syncing.name)
    luid = item.source_uri or item.target_uri
    kind = kind or desk.store.type
    slow = syncing.code == datastore.SLOW
    return desk.take(command.name, luid, kind, octets, slow=slow)


def _map(turn: Turn, mapping: Map) -> None:
    stores = turn.state.stores.get(turn.session.device_id, {})
    store = datastore.find(stores, mapping.target.uri if mapping.target else "")
    if store is None:
        turn.status(mapping, 404)
        return
    for item in mapping.items:
        if item.target and item.source:
            turn.desk(store.name).map(item.target.uri, item.source.uri)
    turn.status(mapping, 200)


_TABLE: dict[type[Command], Callable[[Turn, Any], None]] = {
    Status: _status,
    Alert: _alert,
    Put: _put,
    Get: _get,
    Results: _results,
    Sync: _sync,
    Map: _map,
}
