"""One request being answered: what is known, and what piles up until the reply is made.

The only values that change while an answer is worked out are here; they do not outlive it.
"""

from typing import Any

import msgspec

from emulator.server.datastore import Desk
from emulator.server.exchange import Fact, NoncesAre, Said
from emulator.server.misbehaviour import Misbehaviour
from emulator.server.state import (
    Account,
    Commit,
    KeepAccount,
    KeepOutstanding,
    KeepStore,
    Part,
    ServerState,
    Session,
    Syncing,
    kept,
    put,
)
from emulator.wire import build
from emulator.wire.syncml import Command, Item, Message, Status


class Turn:
    """`statuses` answer the client's commands, `steps` are those of the six that this reply does."""

    def __init__(
        self,
        state: ServerState,
        session: Session,
        message: Message,
        misbehaviour: Misbehaviour,
        entropy: bytes,
    ) -> None:
        self.state = state
        self.session = session
        self.message = message
        self.misbehaviour = misbehaviour
        self.entropy = entropy
        self.statuses: list[Part] = []
        self.steps: list[int] = []
        self.facts: list[Fact] = []
        self.commits: list[Commit] = []
        self._desks: dict[str, Desk] = {}

    @property
    def account(self) -> Account:
        return self.state.accounts[self.session.device_id]

    def note(self, **changes: Any) -> None:
        """Changes the session."""
        self.session = msgspec.structs.replace(self.session, **changes)

    def say(self, sentence: str) -> None:
        self.facts.append(Said(self.session.device_id, sentence))

    def commit(self, commit: Commit) -> None:
        self.commits.append(commit)
        self.state = kept(self.state, (commit,))

    def keep(self, **changes: Any) -> None:
        """Changes the account, durably; new nonces are a fact."""
        before = self.account
        account = msgspec.structs.replace(before, **changes)
        if account != before:
            self.commit(KeepAccount(account))
        if (before.client_nonce, before.server_nonce) != (
            account.client_nonce,
            account.server_nonce,
        ):
            self.tell_nonces()

    def tell_nonces(self) -> None:
        account = self.account
        self.facts.append(NoncesAre(account.device_id, account.client_nonce, account.server_nonce))

    def settle(self) -> None:
        """The notification that opened this session has done its work."""
        opened = self.session.opened_by
        if opened in self.state.outstanding:
            rest = tuple(o for o in self.state.outstanding if o != opened)
            self.commit(KeepOutstanding(rest))

    def status(self, command: Command, code: int, items: tuple[Item, ...] = ()) -> None:
        """Answers a command of the client, unless it wants none."""
        if build.wants_status(command):
            status: Status = build.status(self.message, command, code, items)
            self.statuses.append(Part(status))

    def own(self, command: Command) -> None:
        """Adds to what the server itself says in package 2."""
        self.note(own=(*self.session.own, Part(command)))

    def desk(self, name: str) -> Desk:
        """A datastore of this account, opened for changes."""
        if name not in self._desks:
            self._desks[name] = Desk(self.state.stores[self.session.device_id][name])
        return self._desks[name]

    def close_desks(self) -> None:
        """What has changed on the desks is kept."""
        device_id = self.session.device_id
        for name, desk in self._desks.items():
            if desk.store != self.state.stores[device_id][name]:
                self.commit(KeepStore(device_id, desk.store))

    def syncing(self, name: str) -> Syncing | None:
        return next((s for s in self.session.syncs if s.name == name), None)

    def note_syncing(self, syncing: Syncing) -> None:
        others = tuple(s for s in self.session.syncs if s.name != syncing.name)
        self.note(syncs=(*others, syncing))

    def finished(self) -> ServerState:
        """The state with this session as it is now."""
        sessions = put(self.state.sessions, self.session.key, self.session)
        return msgspec.structs.replace(self.state, sessions=sessions)
