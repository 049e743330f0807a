"""The handset: its accounts and store, what becomes of each push, and at most one session at a time.

Judges with `protocol.verdict`, holds with `protocol.arrivals`, lets `conductor` carry sessions out.
The place of the running session is taken before anything is awaited, and freed whatever happens.
"""

import asyncio
import functools
import secrets
import time
from collections.abc import Callable

import msgspec

from emulator.conductor import Client, Conductor, Gate, Question, Run, gated, no_gate
from emulator.journal import Journal
from emulator.profiles import Profile
from emulator.protocol import arrivals as waiting
from emulator.protocol import reception, redaction, san11, verdict
from emulator.protocol.arrivals import Arrivals, Waiting
from emulator.protocol.effects import SetNonce, Stopped
from emulator.protocol.events import (
    Failed,
    HandsetStarted,
    Login,
    NoncesHeld,
    NotificationRead,
    Octets,
    PushArrived,
    SecretReplaced,
    VerdictReached,
    What,
)
from emulator.protocol.keyring import Account, Keyring, Replacement
from emulator.protocol.reception import Ignored
from emulator.protocol.remarks import remark
from emulator.protocol.sync import SYNC_TYPES
from emulator.protocol.verdict import REASONS, Verdict
from emulator.store import STALE, Store
from emulator.wire import codec
from emulator.wire.arrival import Arrival, Ds11Alert, NotForUs
from emulator.wire.errors import WireError
from emulator.wire.httphead import without_userinfo
from emulator.wire.notification import Notification

_NOTHING_STALE = "there is nothing to put back: no nonce was made stale, or a newer one has come"


class Handset:
    """One device.

    `client` makes the connection of a session; `ask` puts a question to the person (None: the
    profile answers); `ended` is called with the run's number when a run is over; `runs` is how many
    the journal has already.
    """

    def __init__(
        self,
        profile: Profile,
        store: Store,
        journal: Journal,
        client: Callable[[Account], Client],
        *,
        clock: Callable[[], float] = time.time,
        entropy: Callable[[int], bytes] = secrets.token_bytes,
        gate: Gate = no_gate,
        ask: Question | None = None,
        ended: Callable[[int], None] = lambda run: None,
        runs: int = 0,
    ) -> None:
        self.profile = profile
        self.store = store
        self.journal = journal
        self._client = client
        self._clock = clock
        self._entropy = entropy
        self._gate = gate
        self._ask = ask
        self._ended = ended
        self._arrivals = Arrivals()
        self._runs = runs
        self._holder = 0
        """The run that has taken the place of the running session, 0 for none."""
        self._conductor: Conductor | None = None
        self._task: asyncio.Task[None] | None = None
        self._off = False
        """Whether the power was cut."""
        self._stops = 0
        self._stopping = False
        self._unsaid: list[What] = []
        """What happened before there was anybody to say it to: `announce` does."""
        for account in profile.accounts:
            self._unsaid += self._enforce(account.name)
            store.adopt(account)

    def keyring(self) -> Keyring:
        """All accounts as the store has them now."""
        return Keyring(tuple(self.store.fill(account) for account in self.profile.accounts))

    def announce(self) -> None:
        """Says in the journal who this is, and what it holds."""
        profile, device = self.profile, self.profile.device
        ids = tuple(account.server_id for account in profile.accounts)
        logins = tuple(_login(account) for account in profile.accounts)
        self.journal.append(
            HandsetStarted(profile.name, device.id, ids, device.manufacturer, device.model, logins)
        )
        for what in self._unsaid:
            self.journal.append(what)
        self._unsaid.clear()
        for account in self.keyring().accounts:
            nonces = (account.client_nonce, account.server_nonce, account.candidate)
            held = (None if nonce is None else nonce.hex() for nonce in nonces)
            self.journal.append(NoncesHeld(account.name, *held))

    async def deliver(self, octets: bytes, bearer: str, sender: str) -> int:
        """Octets have come in as a push; see `arrive`."""
        return await self.arrive(PushArrived(bearer, sender, Octets.of(octets)))

    async def arrive(self, push: PushArrived, ignored: Ignored | None = None) -> int:
        """A push has come in: judges it and starts, holds or ignores. Returns its run's number.

        `ignored`: it is known already that it is nothing for us.
        """
        run = self._run()
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
            self._give_up(run)
            raise
        except Exception as wrong:
            run.fail(wrong)
            self._give_up(run)
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
        account = san11.account_of(message, self.keyring())
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
        if self._holder:
            busy = f"{REASONS['no-digest']}, and a session is running"
            return self._ignored(run, "no-digest", busy)
        if proof is None or proof.matched == "none":
            run.record(remark("alert-without-digest").event())
        self._take(run, account.name, None)
        asked = san11.Alerted(san11.syncs(message), mode == "ask")
        self._start(run, account.name, None, alerted=asked)
        return run.number

    async def _judge(self, run: Run, notification: Notification) -> None:
        keyring, stops = self.keyring(), self._stops
        found = verdict.judge(notification, keyring, self._clock())
        if found.verified and keyring.account(found.account).protocol == "dm":
            # It is genuine, but there is nothing here that could carry a DM session.
            found = msgspec.structs.replace(found, verdict="ignored", reason="no-dm-session")
        secret = _secret(keyring.account(found.account)) if found.account else ""
        self._arrivals, admission, replaced = waiting.admit(
            self._arrivals, found, run.number, secret
        )
        if replaced is not None:
            self._drop(replaced)
        changes = verdict.changes(found, keyring)
        # At once: behind a breakpoint it might undo what a running session stores meanwhile.
        if changes:
            self.store.keep(changes, self._clock())
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
                self._ended(run.number)
            return
        if not found.verified:
            await gated(self._gate, run, whats)
            self._ended(run.number)
            return
        self._take(run, found.account, found)
        await gated(self._gate, run, whats)
        if self._stops != stops:
            self._give_up(run)
        else:
            self._start(run, found.account, found)

    def _ignored(self, run: Run, reason: str, words: str) -> int:
        sentence = f"notification ignored: {words}"
        run.record(VerdictReached("ignored", reason, "", 0, "none", "", sentence))
        self._ended(run.number)
        return run.number

    def sync(self, account: str = "", stores: tuple[str, ...] = (), code: int = 200) -> int:
        """The person starts a sync: of the first account that has the datastores, all of it if none
        is named, of the sync type `code`. Returns the run's number; 0 when a session is running.

        Raises ValueError when no account has them, and for a code that is no sync type.
        """
        if code not in SYNC_TYPES:
            raise ValueError(f"{code} is no sync type; {min(SYNC_TYPES)} to {max(SYNC_TYPES)} are")
        if self._holder:
            return 0
        for candidate in Keyring(self.profile.accounts).of("ds"):
            names = {store.name for store in candidate.stores}
            if account in ("", candidate.name) and names.issuperset(stores):
                run = self._run()
                self._take(run, candidate.name, None)
                self._start(run, candidate.name, None, stores, code=code)
                return run.number
        raise ValueError(f"no account has {', '.join(stores) or account}")

    # Credentials

    def replace_secret(self, account: str, new: Replacement) -> bool:
        """New credentials, on disk when this returns; whether they are in force (decision 14).

        While a session of the account runs they are not: it ends under the old ones. What was held
        for the account is judged again under the new ones.
        """
        self.store.propose(account, new)
        if self._arrivals.running == account:
            self.journal.append(SecretReplaced(account, new.reason, False))
            return False
        return self._say_enforced(account)

    def _say_enforced(self, account: str) -> bool:
        try:
            for what in self._enforce(account):
                self.journal.append(what)
            return True
        except Exception as wrong:
            # They are on disk: the next end of a session, or the next start, tries again.
            self.journal.append(Failed(f"new credentials are not in force: {wrong}"))
            return False

    def _enforce(self, account: str) -> list[What]:
        """Proposed credentials of an account come into force; the events of that."""
        known = [each for each in self.profile.accounts if each.name == account]
        before = Keyring(tuple(self.store.fill(each) for each in known))
        done = self.store.enforce(account, self._clock())
        if done is None:
            return []
        reason, changes = done
        revision = self.store.revision(account, "server_secret")
        replaced = SecretReplaced(account, reason, True, revision)
        return [replaced, *verdict.stored(changes, before)]

    # By hand, to see what becomes of it

    def spoil(self) -> None:
        """Random octets in place of each server nonce that is held; not while a session runs."""
        for account in self.keyring().accounts:
            held = account.server_nonce is not None
            if held and self.store.before_stale(account.name) is None:
                self._set_by_hand(account.name, self._entropy(16), STALE)

    def put_back(self) -> None:
        """Each server nonce as it was before it was made stale, unless a newer one has come since.

        The ledger knows it, also when the power was cut meanwhile.
        """
        names = (account.name for account in self.profile.accounts)
        stale = {name: self.store.before_stale(name) for name in names}
        for name, before in stale.items():
            if before is not None:
                self._set_by_hand(name, before, "put back by hand")
        if not any(before is not None for before in stale.values()):
            self.journal.append(Failed(_NOTHING_STALE))

    def _set_by_hand(self, account: str, nonce: bytes, why: str) -> None:
        if self._holder:
            self.journal.append(Failed("a session runs: its end may store a nonce; try then"))
            return
        keyring, changes = self.keyring(), (SetNonce(account, "server", nonce, why),)
        self.store.keep(changes, self._clock())
        for what in verdict.stored(changes, keyring):
            self.journal.append(what)

    # The place of the running session

    def _run(self) -> Run:
        self._runs += 1
        return Run(self._runs, self.journal)

    def _take(self, run: Run, account: str, found: Verdict | None) -> None:
        self._holder = run.number
        self._arrivals = waiting.started(self._arrivals, account, found)

    def _give_up(self, run: Run) -> None:
        """A run ends before its session has begun: its place becomes free, if it had one."""
        if self._off:
            return
        if self._holder == run.number:
            self._free()
        run.close(None)
        self._ended(run.number)

    def _start(
        self,
        run: Run,
        name: str,
        found: Verdict | None,
        stores: tuple[str, ...] = (),
        alerted: san11.Alerted | None = None,
        code: int = 200,
    ) -> None:
        self._conductor = Conductor(
            run,
            self.profile.device,
            self.store,
            lambda: self.keyring().account(name),
            self._client,
            clock=self._clock,
            entropy=self._entropy,
            gate=self._gate,
            ask=self._ask,
        )
        self._task = asyncio.create_task(self._conductor.conduct(found, stores, alerted, code))
        self._task.add_done_callback(functools.partial(self._over, run))

    def _over(self, run: Run, task: asyncio.Task[None]) -> None:
        """A session has come to its end, or was cut off before it could begin."""
        if self._off:
            self._task = self._conductor = None
            return
        if not task.cancelled() and (wrong := task.exception()) is not None:
            run.fail(wrong)
        run.close(self._conductor.why if self._conductor else None)
        self._task = self._conductor = None
        self._ended(run.number)
        self._free()

    def _free(self) -> None:
        """No session runs any more: what waits starts, in order, until one has; none after a stop."""
        self._holder = 0
        ended, self._arrivals = self._arrivals.running, waiting.ended(self._arrivals)
        if ended:
            self._say_enforced(ended)
        while True:
            self._arrivals, following = waiting.next_waiting(self._arrivals)
            if following is None:
                return
            if self._stopping:
                self._drop(following)
            elif self._resume(following):
                return

    def _drop(self, held: Waiting) -> None:
        """A held notification that will never start."""
        gone = msgspec.structs.replace(held.verdict, verdict="ignored", reason="superseded")
        Run(held.run, self.journal).record(verdict.reached(gone))
        self._ended(held.run)

    def _resume(self, held: Waiting) -> bool:
        """A notification that was held starts now; under a changed secret it is judged again."""
        run = Run(held.run, self.journal)
        try:
            keyring, found = self.keyring(), held.verdict
            if _secret(keyring.account(found.account)) != held.secret:
                found = verdict.judge(found.notification, keyring, self._clock())
                if changes := verdict.changes(found, keyring):
                    self.store.keep(changes, self._clock())
            run.record(verdict.reached(found))
        except Exception as wrong:
            run.fail(wrong)
            self._ended(run.number)
            return False
        if not found.verified:
            self._ended(run.number)
            return False
        self._take(run, found.account, found)
        self._start(run, found.account, found)
        return True

    @property
    def busy(self) -> bool:
        return self._holder != 0

    @property
    def running(self) -> int:
        """The number of the run that has the place of the running session, 0 for none."""
        return self._holder

    def cut(self) -> None:
        """The power is gone: what runs stops between two effects, and nothing more is said or kept."""
        self._off = True
        if self._conductor is not None:
            self._conductor.cut = True
        if self._task is not None:
            self._task.cancel()

    async def idle(self) -> None:
        """Returns when no session runs and none waits."""
        while self._task is not None:
            await asyncio.wait({self._task})
            # Its end is noted by a callback, which comes after us.
            await asyncio.sleep(0)

    async def stop(self, why: Stopped | None = None) -> None:
        """Ends the running session, says so in the journal, and waits for it; what is held is dropped."""
        self._stops += 1
        self._stopping = True
        if self._conductor is not None and why is not None:
            self._conductor.why = why
        if self._task is not None:
            self._task.cancel()
        await self.idle()
        self._stopping = False


def _secret(account: Account) -> str:
    return account.notification_identity[1]


def _login(account: Account) -> Login:
    stores = tuple(store.name for store in account.stores) if account.protocol == "ds" else ()
    url = without_userinfo(account.url)
    return Login(account.name, account.server_id, account.user, url, stores)


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
