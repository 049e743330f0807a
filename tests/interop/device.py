"""A tester's handset: a profile file, a state folder beside it, and both ways to run it.

`sync` and `pushed` run it in this process through `Phone`, `run` as the command that a tester types.
"""

import asyncio
import json
import subprocess
import sysconfig
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from emulator import journal, profiles
from emulator.journal import Journal
from emulator.phone import Phone
from emulator.protocol.events import BearerOpened, Event, MessageReceived, MessageSent, What
from emulator.store import Store
from emulator.verbs.exits import EXITS
from emulator.verbs.result import Result, fold

HANDSET = str(Path(sysconfig.get_path("scripts")) / "handset")
PATIENCE = 30.0
SERVER_ID, SERVER_SECRET = "ds.example.com", "srv-secret-1"

Table = Mapping[str, object]
T = TypeVar("T", bound=What)


def card(name: str, version: str = "2.1") -> str:
    """The smallest vCard of that name."""
    given = f"BEGIN:VCARD\r\nVERSION:{version}\r\nN:{name};;;;\r\nFN:{name}\r\n"
    return f"{given}END:VCARD\r\n"


def named(name: str, cards: list[str]) -> int:
    """How many of the cards have that name; whoever stored them, with whatever line ends."""
    return sum(f"FN:{name}" in text.splitlines() for text in cards)


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`handset ARGUMENTS`, to its end."""
    return subprocess.run(
        [HANDSET, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )


@dataclass(frozen=True)
class Ran:
    """One run of a handset: its exit code, its result, and its events."""

    code: int
    result: Result
    events: list[Event]

    def of(self, kind: type[T]) -> list[T]:
        """The events of one kind."""
        return [e.what for e in self.events if isinstance(e.what, kind)]

    @property
    def codes(self) -> list[int]:
        """The server's Status for our SyncHdr, message by message."""
        return [what.code for what in self.of(MessageReceived)]

    @property
    def sent(self) -> list[str]:
        """What our messages were made of, message by message."""
        return [what.summary for what in self.of(MessageSent)]

    @property
    def steps(self) -> dict[int, str]:
        """What became of each of the six steps."""
        return {step.step: step.state for step in self.result.steps}

    def detail(self, step: int) -> str:
        """What was said about a step."""
        return self.result.steps[step - 1].detail


class Device:
    """One handset with its profile. Each keyword beyond `handset` and `server` is a table of it."""

    def __init__(
        self,
        folder: Path,
        *,
        handset: str = "generic-wbxml",
        server: str = "syncevolution",
        **tables: Table,
    ) -> None:
        self.profile = folder / "tester.toml"
        self.state = folder / "state"
        lines = [f"handset = {json.dumps(handset)}", f"server = {json.dumps(server)}"]
        for name, table in tables.items():
            lines.append(f"[{name}]")
            lines += [f"{key} = {json.dumps(value)}" for key, value in table.items()]
        self.profile.write_text("\n".join(lines) + "\n")
        self._folder = folder
        self._runs = 0

    def add(self, name: str) -> str:
        """A new card in the phone book; its LUID."""
        with Store(self.state) as store:
            return store.add_item("account", "contacts", "text/x-vcard", card(name).encode())

    def add_many(self, count: int) -> None:
        """So many new cards."""
        with Store(self.state) as store:
            for number in range(count):
                octets = card(f"Name {number}").encode()
                store.add_item("account", "contacts", "text/x-vcard", octets)

    def change(self, luid: str, name: str) -> None:
        """The owner gives a card another name."""
        with Store(self.state) as store:
            store.change_item("account", "contacts", luid, card(name).encode())

    def remove(self, luid: str) -> None:
        """The owner deletes a card."""
        with Store(self.state) as store:
            store.remove_item("account", "contacts", luid)

    def anchors(self) -> tuple[str, str]:
        """The anchors after the last good session: ours, and the server's."""
        with Store(self.state, read_only=True) as store:
            (snapshot,) = store.load("account", ["contacts"])
        return snapshot.own_anchor, snapshot.peer_anchor

    def cards(self) -> list[str]:
        """The phone book."""
        with Store(self.state, read_only=True) as store:
            (snapshot,) = store.load("account", ["contacts"])
        return [item.octets.decode() for item in snapshot.items]

    def nonces(self) -> tuple[bytes | None, bytes | None, bytes | None]:
        """What is stored: client nonce, server nonce, candidate."""
        account = profiles.load(str(self.profile)).accounts[0]
        with Store(self.state, read_only=True) as store:
            account = store.fill(account)
        return account.client_nonce, account.server_nonce, account.candidate

    def sync(self) -> Ran:
        """A session that the person starts."""
        return asyncio.run(self._session((), lambda phone: phone.handset.sync()))

    def pushed(self, listen: str, push: Callable[[], object]) -> Ran:
        """Listens there, has `push` done, and runs what comes of it to its end."""
        return asyncio.run(self._session((listen,), lambda _: push()))

    async def _session(self, listen: tuple[str, ...], begin: Callable[[Phone], object]) -> Ran:
        over: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        record = Journal(time.time)
        phone = Phone(
            profiles.load(str(self.profile)),
            self.state,
            record,
            listen=listen,
            ended=over.set_result,
        )
        try:
            await phone.start()
            begin(phone)
            run = await asyncio.wait_for(over, PATIENCE)
        finally:
            await phone.close()
        result = fold(record.events, run)
        return Ran(int(EXITS[result.outcome]), result, record.events)

    def run(self, *options: str, push: Callable[[], object] | None = None) -> Ran:
        """`handset run` to its end; `push` is done as soon as it listens."""
        self._runs += 1
        record = self._folder / f"{self._runs}.journal"
        kept = ("--state", str(self.state), "--journal", str(record), "--timeout", str(PATIENCE))
        process = subprocess.Popen(
            [HANDSET, "run", str(self.profile), "--headless", "--json", *options, *kept],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            if push is not None:
                _listening(process, record)
                push()
            out, said = process.communicate(timeout=2 * PATIENCE)
        finally:
            process.kill()
            process.communicate()
        assert out, said
        result = msgspec.json.decode(out, type=Result)
        return Ran(process.returncode, result, journal.read(record))


def _listening(process: subprocess.Popen[str], record: Path) -> None:
    """Returns when the handset's journal says that its bearer is open."""
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            if any(isinstance(event.what, BearerOpened) for event in journal.read(record)):
                return
        except journal.JournalError:  # not there yet, or its first line is half written
            pass
        time.sleep(0.01)
    raise AssertionError("the handset does not listen")
