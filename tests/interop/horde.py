"""Horde_SyncMl as a peer: Debian's PHP library behind PHP's own HTTP server, with `horde.php` around it.

Its database is an SQLite file beside it, so what it has stored is looked up there, and what its
users do on the server (add, change and delete a card) is done there.
"""

import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.interop.need import need
from tests.interop.peers import Peer, free_port

ROUTER = Path(__file__).with_name("horde.php")
_LIBRARIES = ("Horde/SyncMl/ContentHandler.php", "Horde/Xml/Wbxml/Decoder.php", "PEAR.php")

# The tables of upstream's Sql backend, and `clock` of ours: the last second that was given out.
_SCHEMA = """
CREATE TABLE syncml_data (syncml_id, syncml_db, syncml_uid, syncml_data, syncml_contenttype,
    syncml_created_ts INTEGER, syncml_modified_ts INTEGER);
CREATE TABLE syncml_map (syncml_syncpartner, syncml_db, syncml_uid, syncml_cuid, syncml_suid,
    syncml_timestamp INTEGER);
CREATE TABLE syncml_anchors (syncml_syncpartner, syncml_db, syncml_uid, syncml_clientanchor,
    syncml_serveranchor);
CREATE TABLE syncml_suidlist (syncml_syncpartner, syncml_db, syncml_uid, syncml_suid);
CREATE TABLE syncml_uids (syncml_uid, syncml_password);
CREATE TABLE clock (now INTEGER);
INSERT INTO clock VALUES (0);
"""


class Horde(Peer):
    """Horde_SyncMl as a DS 1.0-1.2 server of one user, with auth-basic; it knows every device.

    One request at a time. Databases are `contacts`, `calendar`, `tasks` and `notes`.
    """

    _grace = 0.0  # nothing to save: each request commits what it did

    def __init__(self, *, user: str = "syncuser", password: str = "syncpass") -> None:
        need("php", "setpriv", *(f"/usr/share/php/{name}" for name in _LIBRARIES))
        super().__init__()
        self.user, self.password = user, password
        self.url = ""

    def add_card(self, text: str) -> str:
        """Puts a vCard into the user's contacts, as another client of the server would; its GUID."""
        guid = str(uuid.uuid4())
        with self._store() as store:
            now = _tick(store)
            row = (guid, "contacts", self.user, text, "text/x-vcard", now, now)
            store.execute("INSERT INTO syncml_data VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        return guid

    def change_card(self, guid: str, text: str) -> None:
        with self._store() as store:
            change = (
                "UPDATE syncml_data SET syncml_data = ?, syncml_modified_ts = ? WHERE syncml_id = ?"
            )
            store.execute(change, (text, _tick(store), guid))

    def remove_card(self, guid: str) -> None:
        with self._store() as store:
            store.execute("DELETE FROM syncml_data WHERE syncml_id = ?", (guid,))

    def cards(self) -> dict[str, str]:
        """The vCards in the user's contacts by GUID, as it stores them."""
        with self._store() as store:
            asked = "SELECT syncml_id, syncml_data FROM syncml_data WHERE syncml_db = 'contacts'"
            return dict(store.execute(asked))

    def mapped(self, device_id: str) -> dict[str, str]:
        """What it knows that device calls its cards: GUID to LUID."""
        with self._store() as store:
            asked = "SELECT syncml_suid, syncml_cuid FROM syncml_map WHERE syncml_syncpartner = ?"
            return dict(store.execute(asked, (device_id,)))

    def anchors(self, device_id: str) -> tuple[str, str] | None:
        """The anchors after that device's last session: the device's own, and the server's."""
        with self._store() as store:
            asked = (
                "SELECT syncml_clientanchor, syncml_serveranchor FROM syncml_anchors"
                " WHERE syncml_syncpartner = ?"
            )
            found: tuple[str, str] | None = store.execute(asked, (device_id,)).fetchone()
        return found

    @contextmanager
    def _store(self) -> Iterator[sqlite3.Connection]:
        store = sqlite3.connect(self.data / "store.db")
        try:
            with store:
                yield store
        finally:
            store.close()

    def _start(self) -> None:
        (self.data / "sess").mkdir(exist_ok=True)
        if not (self.data / "store.db").exists():
            with self._store() as store:
                store.executescript(_SCHEMA)
                store.execute("INSERT INTO syncml_uids VALUES (?, ?)", (self.user, self.password))
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/rpc.php"
        address = f"127.0.0.1:{port}"
        self._spawn("php.log", "php", "-S", address, "-t", str(self.data), str(ROUTER))
        # Its own line: that something answers on the port does not mean that it is ours.
        started = f"Development Server (http://{address}) started"
        self._until(started, lambda: started in (self.data / "php.log").read_text(errors="replace"))


def _tick(store: sqlite3.Connection) -> int:
    """A second of one's own, as `getCurrentTimeStamp` in `horde.php` gives them out."""
    store.execute("UPDATE clock SET now = max(now + 1, ?)", (int(time.time()),))
    (now,) = store.execute("SELECT now FROM clock").fetchone()
    return int(now)
