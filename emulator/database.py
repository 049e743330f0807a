"""SQLite behind one border: rows of the types that were asked for, and one kind of error.

A damaged page, a full disk or a value of another type is a StoreError that names the file. Knows no
table. [SQLite: Write-Ahead Logging, "Read-Only Databases"]
"""

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

Row = TypeVar("Row", bound=tuple[Any, ...])


class StoreError(Exception):
    """The state folder cannot be used; the text says why and what to do."""


class Database:
    """A database file, open. A write-ahead log with full synchronisation, unless it is `read_only`."""

    def __init__(self, path: Path, read_only: bool) -> None:
        self._path = path
        with contextlib.ExitStack() as undo, self._border():
            self._connection = _reading(path, undo) if read_only else _writing(path)
            undo.callback(self._connection.close)
            self._on_close = undo.pop_all()

    def close(self) -> None:
        with self._border():
            self._on_close.close()

    @property
    def changes(self) -> int:
        """How many rows this connection has changed."""
        return self._connection.total_changes

    def execute(self, statement: str, values: Iterable[object] = ()) -> None:
        with self._border():
            self._connection.execute(statement, tuple(values))

    def execute_each(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        with self._border():
            self._connection.executemany(statement, rows)

    def script(self, statements: str) -> None:
        """Several statements; they bring their own transaction."""
        with self._border():
            self._connection.executescript(statements)

    def rows(self, type_: type[Row], statement: str, values: Iterable[object] = ()) -> list[Row]:
        """All rows of a query, each a tuple of that type."""
        with self._border():
            found = self._connection.execute(statement, tuple(values)).fetchall()
            return msgspec.convert(found, list[type_], builtin_types=(bytes,))  # type: ignore[valid-type]

    def row(self, type_: type[Row], statement: str, values: Iterable[object] = ()) -> Row | None:
        """The first row of a query, or None."""
        return next(iter(self.rows(type_, statement, values)), None)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; on disk at its end."""
        with self._border(), self._connection:
            yield

    @contextlib.contextmanager
    def _border(self) -> Iterator[None]:
        try:
            yield
        except (OSError, sqlite3.Error, msgspec.ValidationError) as error:
            raise StoreError(f"{self._path}: {_why(error)}") from error


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"cannot be used: {error.strerror or error}"
    code = getattr(error, "sqlite_errorcode", None)
    if code is None or code & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        # Without a code: text that is no UTF-8, or a value of another type than was written.
        return f"the store is damaged ({error}); restore a copy, or start a new one with --state"
    return f"the store cannot be used: {error}"


def _writing(path: Path) -> sqlite3.Connection:
    path.touch(mode=0o600)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _reading(path: Path, undo: contextlib.ExitStack) -> sqlite3.Connection:
    """Reads also where nothing can be written: a write-ahead log needs a file beside it, so a copy
    of both is read there."""
    try:
        return _opened(path)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
    copy = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="handset-")))
    for name in (path.name, f"{path.name}-wal"):
        if (path.parent / name).exists():
            shutil.copyfile(path.parent / name, copy / name)
    return _opened(copy / path.name)


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection
