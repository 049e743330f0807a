"""The sync side: one datastore while a message is answered. Knows no session and no nonce.

What the device has of each item is kept as (LUID, revision seen), so what it has not yet been told
is simply the difference; nothing needs a log of changes.
"""

import base64
import re
from collections.abc import Mapping

import msgspec

from emulator.server.state import Item, Mapped, Part, Sent, Store, Syncing
from emulator.wire import build, syncml
from emulator.wire.schema import Content
from emulator.wire.syncml import Add, Change, Delete, Location, Meta, Replace, Sync

SLOW, REFRESH_FROM_CLIENT, REFRESH_FROM_SERVER = 201, 203, 205
FROM_CLIENT = (202, REFRESH_FROM_CLIENT)
FULL = {200: SLOW, 202: REFRESH_FROM_CLIENT, 204: REFRESH_FROM_SERVER}
"""What becomes of an alert code when the anchors do not match."""

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def name_of(uri: str) -> str:
    """The name of a datastore in an address: "./contacts" and "contacts" are the same."""
    return uri.strip().removeprefix("./").strip("/")


def agreed(store: Store, code: int, last: str) -> int:
    """The alert code that we go by: the client's, or its full form when its Last is not ours."""
    if code in FULL and (not store.client_anchor or last != store.client_anchor):
        return FULL[code]
    return code


class Desk:
    """A datastore opened for changes; `store` is its new value. Used within one answer only."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._items = dict(store.items)
        self._mapped = dict(store.mapped)
        self._offered = dict(store.offered)
        self._revision = store.revision
        self._by_luid = {mapped.luid: guid for guid, mapped in store.mapped.items()}
        self._unmatched: dict[bytes, list[str]] | None = None

    @property
    def store(self) -> Store:
        return msgspec.structs.replace(
            self._store,
            items=self._items,
            mapped=self._mapped,
            offered=self._offered,
            revision=self._revision,
        )

    def begin(self, code: int) -> None:
        """The first Sync of the client: a full synchronisation forgets what the device had.

        The anchor goes with it, so that a session that breaks off is followed by a full one again.
        """
        if code not in (SLOW, REFRESH_FROM_CLIENT, REFRESH_FROM_SERVER):
            return
        self._mapped, self._offered, self._by_luid = {}, {}, {}
        self._store = msgspec.structs.replace(self._store, client_anchor="")
        if code == REFRESH_FROM_CLIENT:
            self._items = {}

    def end(self, syncing: Syncing) -> None:
        """A synchronisation ended well: both anchors move on."""
        self._store = msgspec.structs.replace(
            self._store,
            client_anchor=syncing.next_anchor,
            server_anchor=syncing.own_anchor,
        )

    def put(self, guid: str, kind: str, octets: bytes) -> str:
        """An item new or changed on the server's own side; an empty GUID gets one."""
        self._revision += 1
        guid = guid or f"srv-{self._revision}"
        self._items[guid] = Item(kind, octets, self._revision)
        return guid

    def remove(self, guid: str) -> bool:
        """An item deleted on the server's own side; False when there was none."""
        return self._items.pop(guid, None) is not None

    def take(self, command: str, luid: str, kind: str, octets: bytes, *, slow: bool) -> int:
        """An Add, Replace or Delete of the client; the answer is its Status code.

        On a conflict the client wins (208).
        """
        guid = self._by_luid.get(luid)
        if command == "Delete":
            if guid is None:
                return 211
            self._items.pop(guid, None)
            self._forget(guid)
            return 200
        if guid is None and slow:
            guid = self._match(octets)
            if guid is not None:
                self.map(guid, luid, self._items[guid].revision)
                return 200
        before = self._items.get(guid) if guid else None
        seen = self._mapped[guid].revision if guid else 0
        guid = self.put(guid or "", kind, octets)
        self.map(guid, luid, self._revision)
        if before is None:
            return 201
        return 200 if before.revision == seen else 208

    def map(self, guid: str, luid: str, revision: int | None = None) -> None:
        """The device calls this item `luid`; it has the revision that was offered to it."""
        seen = self._offered.pop(guid, 0) if revision is None else revision
        self._mapped[guid] = Mapped(luid, seen)
        self._by_luid[luid] = guid

    def confirm(self, sent: Sent, code: int) -> None:
        """The client's Status for a change of ours. An Add counts when its Map comes."""
        mapped = self._mapped.get(sent.guid)
        if mapped is None:
            return
        if sent.command == "Delete" and (code // 100 == 2 or code == 404):
            self._forget(sent.guid)
        elif sent.command == "Replace" and code // 100 == 2:
            self._mapped[sent.guid] = Mapped(mapped.luid, sent.revision)

    def changes(self, syncing: Syncing) -> tuple[Part, ...]:
        """Our Sync, a part for each change that the device has not seen; empty, one Sync with none."""
        found = [] if syncing.code in FROM_CLIENT else list(self._differences())
        frame = Sync(
            target=Location(syncing.source),
            source=Location(syncing.target),
            number_of_changes=str(len(found)),
        )
        parts = []
        for command, change in found:
            parts.append(
                Part(msgspec.structs.replace(frame, commands=(command,)), change),
            )
            frame = msgspec.structs.replace(frame, number_of_changes=None)
        return tuple(parts) or (Part(frame),)

    def _differences(self) -> list[tuple[Change | Delete, Sent]]:
        found: list[tuple[Change | Delete, Sent]] = []
        for guid, mapped in self._mapped.items():
            if guid not in self._items:
                gone = Delete(items=(syncml.Item(target=Location(mapped.luid)),))
                found.append((gone, Sent("Delete", self._store.name, guid, 0)))
        for guid, item in self._items.items():
            known = self._mapped.get(guid)
            if known is not None and known.revision == item.revision:
                continue
            form, content = _carried(item.octets)
            meta = Meta(type=item.type, format=form)
            if known is None:
                new = syncml.Item(source=Location(guid), data=content)
                self._offered[guid] = item.revision
                command: Change = Add(meta=meta, items=(new,))
            else:
                changed = syncml.Item(target=Location(known.luid), data=content)
                command = Replace(meta=meta, items=(changed,))
            found.append((command, Sent(command.name, self._store.name, guid, item.revision)))
        return found

    def _forget(self, guid: str) -> None:
        mapped = self._mapped.pop(guid, None)
        if mapped is not None:
            self._by_luid.pop(mapped.luid, None)

    def _match(self, octets: bytes) -> str | None:
        """An item that the device has not been matched with yet, of the same octets."""
        if self._unmatched is None:
            self._unmatched = {}
            for guid, item in self._items.items():
                if guid not in self._mapped:
                    self._unmatched.setdefault(item.octets, []).append(guid)
        waiting = self._unmatched.get(octets)
        return waiting.pop(0) if waiting else None


def received(meta: Meta | None, item: syncml.Item) -> tuple[str, bytes]:
    """Type and octets of an item as it came; what Format b64 says is undone."""
    metas = [m for m in (item.meta, meta) if m is not None]
    kind = next((m.type for m in metas if m.type), "")
    form = next((m.format for m in metas if m.format), "")
    octets = syncml.octets(item.data)
    if form.strip().lower() == "b64":
        octets = build.unbase64(syncml.text(item.data))
    return kind, octets


def _carried(octets: bytes) -> tuple[str | None, Content]:
    """Octets as content of Data: as text where it can stand in XML, else in base64."""
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        text = "\0"
    if _NOT_IN_XML.search(text):
        return "b64", (base64.b64encode(octets).decode(),)
    return None, (text,)


def find(stores: Mapping[str, Store], uri: str) -> Store | None:
    """The datastore at an address of the client's."""
    return stores.get(name_of(uri))
