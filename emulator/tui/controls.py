"""The live controls of the main screen: step by step, breakpoints, and what else changes a run.

Owns the way from their keys to the deck. What they mean is the deck's business.
"""

from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING

from textual.screen import Screen

from emulator.protocol.events import Event, Failed
from emulator.tui.deck import (
    Answers,
    Awaited,
    Deck,
    Misbehaves,
    Notifies,
    Powered,
    Pushes,
    Reruns,
    Spoils,
    Steps,
    Syncs,
)
from emulator.tui.ladder import Ladder
from emulator.tui.run import Known, fold
from emulator.tui.veil import Veil

if TYPE_CHECKING:
    from emulator.pushing import Wanted

_AWAKE = {"notify_handset", "send_form", "sync_now", "stale", "put_back"}
"""What a phone without power cannot be asked for."""


class Controls(Screen[None]):
    """What the main screen can do to a run at work; boxes are made when they are opened."""

    deck: Deck | Awaited
    known: Known
    paused: bool
    veil: Veil
    _ladder: Ladder

    def _project(self) -> None:
        raise NotImplementedError

    def _do(self, work: Coroutine[object, object, None]) -> None:
        """Lets the deck work beside the screen; what it raises is shown."""
        self.run_worker(self._tell(work), exit_on_error=False)

    async def _tell(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except Exception as wrong:
            # What went wrong outside any event is known as one that the journal does not have.
            failed = Failed(f"{type(wrong).__name__}: {wrong}")
            self.known = fold(self.known, Event(seq=0, at=0.0, what=failed))
            self._project()

    def may(self, action: str) -> bool:
        """Whether an action of these has something to act on now."""
        if self.known.off and action in _AWAKE:
            return False
        if action == "answer":
            return bool(self.known.question)
        if action == "notify_handset":
            # Who says `n` to a question means no notification.
            return not self.known.question
        if action == "go_on":
            return self.known.paused is not None or self.known.stops.every
        if action == "edit_message":
            return self.known.paused is not None and self.known.paused.editable
        return True

    def action_answer(self, accepted: bool) -> None:
        if isinstance(self.deck, Answers):
            self._do(self.deck.answer(accepted))

    def action_notify_handset(self) -> None:
        self._ladder.follow(True)
        if isinstance(self.deck, Notifies):
            self._do(self.deck.notify())

    def action_rerun(self) -> None:
        self.paused = False
        self._ladder.follow(True)
        if isinstance(self.deck, Reruns):
            self._do(self.deck.rerun())

    def action_stale(self) -> None:
        if isinstance(self.deck, Spoils):
            self._do(self.deck.spoil())

    def action_put_back(self) -> None:
        if isinstance(self.deck, Spoils):
            self._do(self.deck.put_back())

    def action_power(self) -> None:
        if isinstance(self.deck, Powered):
            self._do(self.deck.power())

    def action_sync_now(self) -> None:
        """Asks for account, stores and type, as far as there is something to choose."""
        from emulator.tui.picker import Choice, PickerDialog

        deck = self.deck
        stores = deck.datastores if isinstance(deck, Syncs) else {}

        def chosen(ids: tuple[str, ...] | None) -> None:
            if ids:
                self._ask_sync(ids[0], stores[ids[0]])

        if len(stores) > 1:
            choices = [Choice(name, name, ", ".join(stores[name])) for name in stores]
            self.app.push_screen(PickerDialog("Synchronise with which account?", choices), chosen)
        elif stores:
            chosen(tuple(stores))

    def _ask_sync(self, account: str, stores: Sequence[str]) -> None:
        from emulator.tui.syncing import SyncDialog, Wish

        def wished(wish: Wish | None) -> None:
            if wish is not None and isinstance(self.deck, Syncs):
                self._do(self.deck.sync(account, wish.stores, wish.code))

        self.app.push_screen(SyncDialog(account, stores), wished)

    def action_step(self) -> None:
        if isinstance(self.deck, Steps):
            self.deck.stepper.step()

    def action_go_on(self) -> None:
        if isinstance(self.deck, Steps):
            self.deck.stepper.go_on()

    def action_edit_message(self) -> None:
        from emulator.tui.editor import Editor

        deck = self.deck
        message = deck.stepper.message if isinstance(deck, Steps) else None
        if not isinstance(deck, Steps) or message is None:
            return

        async def change(octets: bytes) -> None:
            deck.stepper.change(octets)

        def edited(octets: bytes | None) -> None:
            if octets is not None:
                self._do(change(octets))

        title = f"Message {message.msg_id}, package {message.package}, as it will leave:"
        editor = Editor(title, deck.stepper.octets, message.content_type, self.veil)
        self.app.push_screen(editor, edited)

    def action_misbehave(self) -> None:
        from emulator.tui.misbehaviours import Misbehaviours, told

        deck = self.deck
        if not isinstance(deck, Misbehaves):
            return

        def chosen(names: tuple[str, ...] | None) -> None:
            if names is not None:
                self._do(deck.misbehave(names))
                self.app.notify(told(names), timeout=2, markup=False)

        self.app.push_screen(Misbehaviours(deck.misbehaviour), chosen)

    def action_send_form(self) -> None:
        from emulator.tui.send import SendForm

        deck = self.deck
        if not isinstance(deck, Pushes):
            return

        def chosen(wanted: "Wanted | None") -> None:
            if wanted is not None:
                self._do(deck.push(wanted))

        self.app.push_screen(SendForm(deck.proposal), chosen)

    def action_breakpoints(self) -> None:
        from emulator.breakpoints import BREAKPOINTS
        from emulator.protocol.states import STEPS
        from emulator.tui.picker import Choice, PickerDialog

        deck = self.deck
        if not isinstance(deck, Steps):
            return
        choices = [
            Choice(p.id, p.title, f"{p.id}. {STEPS[p.step - 1].clause if p.step else ''}")
            for p in BREAKPOINTS
        ]

        def marked(ids: tuple[str, ...] | None) -> None:
            if ids is not None:
                deck.stepper.mark(ids)

        heading = "Where shall runs stop? Space marks, enter takes it."
        self.app.push_screen(PickerDialog(heading, choices, deck.stepper.marked), marked)
