"""A first try at a server: a session that goes as far as being taken, and no further.

Package 1 is a real one, with the Alerts of the profile's datastores; package 3, the first with data,
is never sent, and what the handset learns stays in a folder that is thrown away. So no item moves
on either side; the server sees a session that was broken off.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from emulator import answers
from emulator.answers import Answer
from emulator.bearers import certificate, troubles
from emulator.bearers.certificate import Certificate
from emulator.conductor import Run
from emulator.journal import Journal
from emulator.phone import Phone
from emulator.profiles import Profile
from emulator.protocol.effects import Effect, Send
from emulator.protocol.events import Event, NonceStored, TransportLost

PATIENCE = 10.0
"""Seconds for each answer of the server."""


class Tried(msgspec.Struct, frozen=True):
    """What came of it; the certificate is there when the server's was not trusted.

    `client_nonce` is the one that the server expects next, in hex: it has moved on with the try.
    """

    answer: Answer
    certificate: Certificate | None = None
    client_nonce: str = ""


async def attempt(profile: Profile, patience: float = PATIENCE) -> Tried:
    """Tries the first DS account of a profile. Raises nothing of the server's."""
    profile = _impatient(profile, patience)
    journal = Journal(time.time)
    with tempfile.TemporaryDirectory(prefix="handset-try-") as folder:
        await _session(profile, Path(folder), journal)
    answer = answers.fold(journal.events)
    url = next((a.url for a in profile.accounts if a.protocol == "ds"), "")
    if urlsplit(url).scheme == "https" and _distrusted(journal.events):
        return Tried(answers.distrusted(answer), await certificate.shown_by(url, patience))
    return Tried(answer, client_nonce=_client_nonce(journal.events))


def _client_nonce(events: Sequence[Event]) -> str:
    stored = (e.what for e in events if isinstance(e.what, NonceStored))
    return next((what.nonce for what in reversed([*stored]) if what.slot == "client"), "")


async def _session(profile: Profile, folder: Path, journal: Journal) -> None:
    taken = asyncio.Event()

    async def gate(effect: Effect, run: Run) -> None:
        if isinstance(effect, Send) and answers.accepted(journal.events):
            taken.set()
            # Until the session is stopped from outside: this message never leaves.
            await asyncio.Event().wait()

    phone = Phone(profile, folder, journal, gate=gate)
    phone.handset.sync()
    waiting = [asyncio.create_task(w) for w in (phone.handset.idle(), taken.wait())]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
        await phone.close()


def _distrusted(events: Sequence[Event]) -> bool:
    return any(
        isinstance(e.what, TransportLost) and troubles.certificate_refused(e.what.reason)
        for e in events
    )


def _impatient(profile: Profile, patience: float) -> Profile:
    accounts = []
    for account in profile.accounts:
        http = msgspec.structs.replace(account.policy.http, timeout=patience, resend=0)
        policy = msgspec.structs.replace(account.policy, http=http)
        accounts.append(msgspec.structs.replace(account, policy=policy))
    return msgspec.structs.replace(profile, accounts=tuple(accounts))
