"""Where scenarios are played: a phone over a real socket, whatever happens to it, and its journal.

What both kinds of stage share: the phone in its own folder, what happens inside a session, and the
wait for each run. The server's side is a subclass's: `builtin` or `foreign`.
"""

import asyncio
import secrets
import shutil
import tempfile
import time
from abc import ABC, abstractmethod
from pathlib import Path

import msgspec

from emulator.conductor import Run
from emulator.journal import Journal
from emulator.pace import dwell
from emulator.phone import Phone
from emulator.profiles import Profile
from emulator.protocol import digest, sessionid
from emulator.protocol.effects import Ask, Effect, Record
from emulator.protocol.events import MessageReceived, MessageSent
from emulator.protocol.keyring import Account
from emulator.scenarios.model import Given, Meanwhile, When
from emulator.wire import notification
from emulator.wire.notification import Sync

LIMIT = 20.0
"""Seconds that a run may take; the clock is not judged, a run without an end is."""
HTTP_TIMEOUT = 3.0
"""Seconds that a reply may take, where the scenario does not say otherwise: also a busy machine is quicker."""


class PowerCut(Exception):
    """The handset has no power any more: nothing that was still to be done is done."""


class NoEnd(Exception):
    """A run did not come to its end in time, or there is none where one is expected."""


class Stage(ABC):
    """`do` carries out an act and returns the number of its run, 0 for an act that makes none."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.journal = Journal(time.time)
        self.folder = Path(tempfile.mkdtemp(prefix="handset-check-"))
        self.phone: Phone | None = None
        self.last_id = 0
        self.last_push = b""
        self._pace = 0.0
        self._judged = 0
        self._ended: set[int] = set()
        self._progress = asyncio.Event()
        self._meanwhile: list[Meanwhile] = []
        self._replies = 0
        self._accepts = True

    def shown(self, journal: Journal, pace: float) -> None:
        """Before it is laid: it goes into that journal, after what is there, and takes its time."""
        self.journal, self._pace = journal, pace
        self._judged = journal.events.newest_run

    # What a subclass does

    @abstractmethod
    async def lay(self) -> None:
        """Brings both ends into the start state."""

    @abstractmethod
    async def push(self, act: When | Meanwhile) -> bytes:
        """Makes the notification; the octets as they go over the bearer."""

    @abstractmethod
    async def send(self, octets: bytes) -> None:
        """Brings a push to the phone."""

    async def leave(self) -> None:
        """The server's side is taken down."""
        return

    # Only the built-in server can be told these; scenarios that want them do not apply to another.

    async def restart_server(self) -> None:
        raise NotImplementedError

    def misbehave(self, names: tuple[str, ...]) -> None:
        raise NotImplementedError

    def replace_server_secret(self, secret: str) -> None:
        raise NotImplementedError

    # The phone

    async def power_on(self, profile: Profile, listen: tuple[str, ...] = ()) -> None:
        """A phone with this profile, on what the folder holds."""
        self._listen = listen
        runs = self.journal.events.newest_run
        self.phone = Phone(
            profile,
            self.folder / "state",
            self.journal,
            listen=listen,
            gate=self._gate,
            attended=True,
            ended=self._over,
            runs=runs,
        )
        await self.phone.start()

    async def restart_phone(self, secret: str = "") -> None:
        """Off and on again, with another server secret if one is given."""
        profile = self.the_phone.profile
        await self.the_phone.close()
        if secret:
            account = msgspec.structs.replace(profile.accounts[0], server_secret=secret)
            profile = msgspec.structs.replace(profile, accounts=(account,))
        await self.power_on(profile, self._listen)

    @property
    def the_phone(self) -> Phone:
        assert self.phone is not None
        return self.phone

    @property
    def account(self) -> Account:
        """The handset's account as its store has it now."""
        return self.the_phone.handset.keyring().accounts[0]

    async def close(self) -> None:
        if self.phone is not None:
            await self.phone.close()
        await self.leave()
        shutil.rmtree(self.folder, ignore_errors=True)

    # Acts

    async def do(self, act: When) -> int:
        """Raises NoEnd."""
        self._meanwhile, self._replies = list(act.meanwhile), 0
        self._accepts = act.person != "declines"
        if act.expect is None:
            await self._change(act)
            return 0
        if act.sync:
            self.the_phone.handset.sync(stores=(act.sync,))
        elif not act.held:
            if act.notify:
                self.last_push = await self.push(act)
            await self.send(bytes.fromhex(act.push) if act.push else self.last_push)
        return await self._run()

    async def _change(self, act: When) -> None:
        if act.misbehave is not None:
            self.misbehave(act.misbehave)
        elif act.restart == "server":
            await self.restart_server()
        elif act.restart:
            await self.restart_phone()
        else:
            fresh = secrets.token_urlsafe(12)
            if act.secret in ("server", "both"):
                self.replace_server_secret(fresh)
            if act.secret in ("handset", "both"):
                await self.restart_phone(fresh)

    async def _run(self) -> int:
        number = self._judged + 1
        try:
            async with asyncio.timeout(LIMIT):
                while number not in self._ended:
                    self._progress.clear()
                    await self._progress.wait()
                # A session's place is free a moment after its end.
                if number + 1 not in self._ended and not self._waits(number + 1):
                    await self.the_phone.handset.idle()
        except TimeoutError:
            raise NoEnd(f"no end within {LIMIT:.0f} s") from None
        self._judged = number
        return number

    def _waits(self, run: int) -> bool:
        return any(event.session == run for event in self.journal.events)

    def _over(self, run: int) -> None:
        self._ended.add(run)
        self._progress.set()

    async def _gate(self, effect: Effect, run: Run) -> None:
        await dwell(effect, self._pace)
        if isinstance(effect, Ask):
            # The question is put as soon as this returns.
            asyncio.get_running_loop().call_soon(self.the_phone.answer, self._accepts)
        what = effect.what if isinstance(effect, Record) else None
        for item in list(self._meanwhile):
            leaves = isinstance(what, MessageSent) and what.msg_id == item.before_message
            if leaves or 0 < item.after_reply <= self._replies:
                self._meanwhile.remove(item)
                await self._inside(item)
        if isinstance(what, MessageReceived):
            self._replies += 1

    async def _inside(self, item: Meanwhile) -> None:
        if item.cut:
            raise PowerCut(f"the handset's power was cut, {item.words.partition(', ')[0]}")
        if item.restart:
            await self.restart_server()
        elif item.misbehave is not None:
            self.misbehave(item.misbehave)
        else:
            # Not through the socket: it has to have arrived before the session goes on.
            octets = await self.push(item)
            await self.the_phone.handset.deliver(octets, "udp", "the sender")

    # Notifications

    def next_id(self, wanted: int | str) -> int:
        """The SessionID of the next notification. A new one has four digits, a letter among them, and
        no octet of zero: its encodings are all different."""
        if isinstance(wanted, int):
            self.last_id = wanted
        elif wanted == "new":
            fresh = self.last_id
            while fresh == self.last_id or f"{fresh:X}".isdigit():
                fresh = secrets.choice(range(16, 256)) << 8 | secrets.choice(range(1, 256))
            self.last_id = fresh
        return self.last_id

    def nonce_of(self, signed: str, session_id: int) -> bytes:
        """The nonce that a notification is signed with, as far as the handset's side knows it."""
        kind, _, value = signed.partition(":")
        match kind:
            case "stored":
                return self.account.server_nonce or b""
            case "candidate":
                return self.account.candidate or b""
            case "session-id":
                return sessionid.nonce(session_id, value or "raw16_be")
            case "hex":
                return bytes.fromhex(value)
            case "empty":
                return b""
        return secrets.token_bytes(16)


def package_0(
    identity: str,
    secret: str,
    session_id: int,
    nonce: bytes,
    *,
    server_id: str = "",
    uri: str = "./contacts",
    ui: int = 1,
) -> bytes:
    """A notification made with what the handset knows of its server: we play the sender."""
    syncs = (Sync(206, 0x07, uri),)
    trigger = notification.build_trigger(server_id or identity, session_id, syncs, ui_mode=ui)
    return digest.notification(identity, secret, nonce, trigger).octets + trigger
