"""At most one session at a time: the place of the one that runs, and what waits for it (decision 15).

The place is taken before anything is awaited, and freed whatever happens. Sessions are carried out by
`conductor`; what a push is, and whether it is genuine, has been judged before.
"""

import asyncio
import functools
from collections.abc import Callable

import msgspec

from emulator.accounts import Accounts
from emulator.conductor import Client, Conductor, Gate, Question, Run
from emulator.protocol import arrivals as waiting
from emulator.protocol import san11, verdict
from emulator.protocol.arrivals import Admission, Arrivals, Waiting
from emulator.protocol.effects import Stopped
from emulator.protocol.keyring import Account, Keyring
from emulator.protocol.verdict import Verdict


class Sessions:
    """`ended` is called with the run's number when a run is over; `runs` is how many there were."""

    def __init__(
        self,
        accounts: Accounts,
        client: Callable[[Account], Client],
        clock: Callable[[], float],
        entropy: Callable[[int], bytes],
        gate: Gate,
        ask: Question | None,
        ended: Callable[[int], None],
        runs: int,
    ) -> None:
        self.accounts = accounts
        self.ended = ended
        self.gate = gate
        self.running = 0
        """The run that has taken the place of the running session, 0 for none."""
        self.stops = 0
        """How often it was said that all has to stop."""
        self._journal, self._store = accounts.journal, accounts.store
        self._client = client
        self._clock = clock
        self._entropy = entropy
        self._ask = ask
        self._arrivals = Arrivals()
        self._runs = runs
        self._conductor: Conductor | None = None
        self._task: asyncio.Task[None] | None = None
        self._off = False
        """Whether the power was cut."""
        self._stopping = False

    def run(self) -> Run:
        """A new run, with the next number."""
        self._runs += 1
        return Run(self._runs, self._journal)

    def runs_for(self, account: str) -> bool:
        """Whether the session that runs is that account's."""
        return self._arrivals.running == account

    def admit(self, found: Verdict, run: Run, keyring: Keyring) -> Admission:
        """Whether what was found may start now. What is held starts, or is dropped, by itself."""
        secret = _secret(keyring.account(found.account)) if found.account else ""
        self._arrivals, admission, replaced = waiting.admit(
            self._arrivals, found, run.number, secret
        )
        if replaced is not None:
            self._drop(replaced)
        return admission

    def take(self, run: Run, account: str, found: Verdict | None) -> None:
        """The place is this run's from now on."""
        self.running = run.number
        self._arrivals = waiting.started(self._arrivals, account, found)

    def give_up(self, run: Run) -> None:
        """A run ends before its session has begun: its place becomes free, if it had one."""
        if self._off:
            return
        if self.running == run.number:
            self._free()
        run.close(None)
        self.ended(run.number)

    def start(
        self,
        run: Run,
        name: str,
        found: Verdict | None,
        stores: tuple[str, ...] = (),
        alerted: san11.Alerted | None = None,
        code: int = 200,
    ) -> None:
        """Begins the session of the run that has the place."""
        self._conductor = Conductor(
            run,
            self.accounts.profile.device,
            self._store,
            lambda: self.accounts.keyring().account(name),
            self._client,
            clock=self._clock,
            entropy=self._entropy,
            gate=self.gate,
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
        self.ended(run.number)
        self._free()

    def _free(self) -> None:
        """No session runs any more: what waits starts, in order, until one has; none after a stop."""
        self.running = 0
        ended, self._arrivals = self._arrivals.running, waiting.ended(self._arrivals)
        if ended:
            self.accounts.enforce(ended)
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
        Run(held.run, self._journal).record(verdict.reached(gone))
        self.ended(held.run)

    def _resume(self, held: Waiting) -> bool:
        """A notification that was held starts now; under a changed secret it is judged again."""
        run = Run(held.run, self._journal)
        try:
            keyring, found = self.accounts.keyring(), held.verdict
            if _secret(keyring.account(found.account)) != held.secret:
                found = verdict.judge(found.notification, keyring, self._clock())
                if changes := verdict.changes(found, keyring):
                    self._store.keep(changes, self._clock())
            run.record(verdict.reached(found))
        except Exception as wrong:
            run.fail(wrong)
            self.ended(run.number)
            return False
        if not found.verified:
            self.ended(run.number)
            return False
        self.take(run, found.account, found)
        self.start(run, found.account, found)
        return True

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
        self.stops += 1
        self._stopping = True
        if self._conductor is not None and why is not None:
            self._conductor.why = why
        if self._task is not None:
            self._task.cancel()
        await self.idle()
        self._stopping = False


def _secret(account: Account) -> str:
    return account.notification_identity[1]
