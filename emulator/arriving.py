"""What becomes of a push: it is read, recorded, judged, and then started, held or ignored.

What the journal keeps of it is `protocol.redaction`'s, whether it is genuine `protocol.verdict`'s; when a
session may start, `sessions` says.
"""

import asyncio
from collections.abc import Callable

import msgspec

from emulator.accounts import Accounts
from emulator.conductor import Run, gated
from emulator.protocol import reception, redaction, san11, verdict
from emulator.protocol.events import NotificationRead, Octets, PushArrived, VerdictReached, What
from emulator.protocol.reception import Ignored
from emulator.protocol.remarks import remark
from emulator.protocol.verdict import REASONS
from emulator.sessions import Sessions
from emulator.store import StoreError
from emulator.wire import codec
from emulator.wire.arrival import Arrival, Ds11Alert, NotForUs
from emulator.wire.errors import WireError
from emulator.wire.httphead import without_userinfo
from emulator.wire.notification import Notification


class Arriving:
    """Pushes to these accounts, which may start these sessions."""

    def __init__(self, accounts: Accounts, sessions: Sessions, clock: Callable[[], float]) -> None:
        self._accounts = accounts
        self._sessions = sessions
        self._clock = clock

    async def arrive(self, push: PushArrived, ignored: Ignored | None = None) -> int:
        """A push has come in: judges it and starts, holds or ignores. Returns its run's number.

        `ignored`: it is known already that it is nothing for us.
        """
        run = self._sessions.run()
        try:
            arrived = reception.unwrapped(push)
        except WireError as wrong:
            arrived = None
            if ignored is None:
                ignored = Ignored("malformed", f"{REASONS['malformed']} ({wrong})")
        is_stray = ignored is not None and ignored.reason == "not-for-us"
        run.record(redaction.of_push(push, arrived, is_stray))
        if ignored is not None or arrived is None:
            assert ignored is not None
            return self._ignored(run, ignored.reason, ignored.words)
        content = arrived.content
        if isinstance(content, NotForUs):
            return self._ignored(run, "not-for-us", content.why)
        if isinstance(content, Ds11Alert):
            return self._alerted(run, content)
        run.record(_read(arrived, content, push))
        try:
            await self._judge(run, content)
        except asyncio.CancelledError:
            self._sessions.give_up(run)
            raise
        except Exception as wrong:
            run.fail(wrong)
            self._sessions.give_up(run)
        return run.number

    def _alerted(self, run: Run, alert: Ds11Alert) -> int:
        """A DS 1.1 alert proves nothing: the profile says what becomes of it (decision 16)."""
        reader = codec.by_media_type(alert.content_type)
        assert reader is not None
        try:
            message = reader.decode(alert.octets)
        except WireError as wrong:
            # What was found there may be a piece of a password.
            said = WireError(wrong.offset, wrong.expected)
            return self._ignored(run, "malformed", f"it is no well-formed DS 1.1 alert ({said})")
        account = san11.account_of(message, self._accounts.keyring())
        if account is None:
            source = without_userinfo(message.header.source.uri if message.header.source else "")
            return self._ignored(run, "unknown-server", f"{REASONS['unknown-server']} ({source})")
        proof = san11.cred(message, account)
        if proof is not None:
            run.record(proof)
            if account.server_secret and proof.matched == "none":
                return self._ignored(run, "digest", f"a DS 1.1 alert: {proof.sentence}")
        mode = account.policy.notification.san11
        if mode == "ignore":
            return self._ignored(run, "no-digest", f"{REASONS['no-digest']} (notification.san11)")
        if self._sessions.running:
            busy = f"{REASONS['no-digest']}, and a session is running"
            return self._ignored(run, "no-digest", busy)
        if proof is None or proof.matched == "none":
            run.record(remark("alert-without-digest").event())
        self._sessions.take(run, account.name, None)
        asked = san11.Alerted(san11.syncs(message), mode == "ask")
        self._sessions.start(run, account.name, None, alerted=asked)
        return run.number

    async def _judge(self, run: Run, notification: Notification) -> None:
        keyring, stops = self._accounts.keyring(), self._sessions.stops
        found = verdict.judge(notification, keyring, self._clock())
        if found.verified and keyring.account(found.account).protocol == "dm":
            # It is genuine, but there is nothing here that could carry a DM session.
            found = msgspec.structs.replace(found, verdict="ignored", reason="no-dm-session")
        admission = self._sessions.admit(found, run, keyring)
        changes = verdict.changes(found, keyring)
        # At once: behind a breakpoint it might undo what a running session stores meanwhile.
        if changes:
            try:
                self._accounts.store.keep(changes, self._clock())
            except StoreError:
                for what in verdict.events(found):
                    run.record(what)
                raise
        if admission == "duplicate":
            found = msgspec.structs.replace(found, verdict="ignored", reason="duplicate")
        elif admission == "held":
            found = msgspec.structs.replace(found, verdict="held")
        whats = [*verdict.events(found), *(each.event() for each in found.remarks)]
        whats += verdict.stored(changes, keyring)
        if found.verdict == "held" or found.reason == "duplicate":
            # That is how it is now, beside the session that runs: nothing waits for a person here.
            for what in whats:
                run.record(what)
            if found.verdict != "held":
                self._sessions.ended(run.number)
            return
        if not found.verified:
            await gated(self._sessions.gate, run, whats)
            self._sessions.ended(run.number)
            return
        self._sessions.take(run, found.account, found)
        await gated(self._sessions.gate, run, whats)
        if self._sessions.stops != stops:
            self._sessions.give_up(run)
        else:
            self._sessions.start(run, found.account, found)

    def _ignored(self, run: Run, reason: str, words: str) -> int:
        sentence = f"notification ignored: {words}"
        run.record(VerdictReached("ignored", reason, "", 0, "none", "", sentence))
        self._sessions.ended(run.number)
        return run.number


def _read(arrived: Arrival, content: Notification, push: PushArrived) -> What:
    return NotificationRead(
        Octets.of(content.octets),
        content.version_text,
        content.ui_mode_name,
        content.initiator_name,
        content.session_id,
        content.server_id,
        tuple((s.code, s.content_type, s.uri) for s in content.syncs),
        (*(["sms"] if push.parts else []), *(layer.name for layer in arrived.layers)),
    )
