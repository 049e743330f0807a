"""What is known of both sides' nonces: the fold, against one that reads all events at once."""

from hypothesis import given
from hypothesis import strategies as st

from emulator.protocol.events import (
    AnyWhat,
    CredMade,
    Event,
    HandsetStarted,
    MessageSent,
    NoncesHeld,
    NonceStored,
    NonceTried,
    Octets,
    PeerNonces,
    PushArrived,
    SessionOpened,
)
from emulator.tui.book import SLOTS, Book, Held, learn
from tests.tui import recording
from tests.tui.recording import CLIENT_0, CLIENT_1, LOST, SERVER_1, STALE, events

accounts = st.sampled_from(["ds", "other"])
nonces = st.sampled_from(["", "00", "11", "22"])
maybe = st.none() | nonces
cred = st.builds(
    CredMade, st.just("md5"), st.just("u"), nonces, st.sampled_from(["stored", "challenge"]),
    st.just("1.2"), st.just(""),
)  # fmt: skip
empty = st.just(Octets(""))
whats: st.SearchStrategy[AnyWhat] = st.one_of(
    st.just(HandsetStarted("p", "IMEI:1", ("s",))),
    st.builds(NoncesHeld, accounts, maybe, maybe, maybe),
    st.builds(PeerNonces, accounts, maybe, maybe, st.booleans()),
    st.builds(NonceStored, accounts, st.sampled_from(SLOTS), nonces, nonces, st.just("why")),
    st.builds(
        NonceTried, accounts, st.just("s"), st.sampled_from(["stored", "candidate", "session-id"]),
        st.just(""), nonces, st.just("a"), st.just("b"), st.booleans(),
    ),
    st.builds(
        MessageSent, st.integers(1, 9), st.just(1), st.just("u"), st.just("t"), empty, st.just(1),
        st.just("Cred"), st.none() | cred,
    ),
    st.builds(SessionOpened, accounts, st.just("resync"), st.just("1"), st.just("u"), st.sampled_from(["md5", "basic"])),
    st.builds(PushArrived, st.just("udp"), st.just("x"), empty),
)  # fmt: skip
histories = st.lists(st.tuples(whats, st.integers(0, 3)), max_size=40).map(
    lambda told: [
        Event(seq=n, at=float(n), session=run, what=what) for n, (what, run) in enumerate(told, 1)
    ]
)


def book_after(happened: list[Event]) -> Book:
    book = Book()
    for event in happened:
        book = learn(book, event)
    return book


def _newest(happened: list[Event], account: str, slot: str) -> str | None:
    """What the store holds in a slot, by the newest event that tells it."""
    about = ""
    found: str | None = None
    for event in happened:
        what = event.what
        match what:
            case HandsetStarted():
                about, found = "", None
            case NoncesHeld() if what.account == account:
                about, found = about or account, getattr(what, slot) or ""
            case NoncesHeld() | PeerNonces():
                about = about or what.account
            case NonceStored():
                about = what.account
                if (what.account, what.slot) == (account, slot):
                    found = what.nonce
            case NonceTried():
                about = what.account
                kind = {"server": "stored", "candidate": "candidate"}.get(slot)
                if (what.account, what.nonce_kind) == (account, kind):
                    found = what.nonce
            case MessageSent() if what.cred is not None and what.cred.nonce_kind == "stored":
                if (about, "client") == (account, slot):
                    found = what.cred.nonce
            case SessionOpened():
                about = what.account
    return found


@given(histories)
def test_a_slot_holds_what_the_newest_event_said_of_it(happened: list[Event]) -> None:
    book = book_after(happened)
    for account in ("ds", "other"):
        held = book.own.get(account, Held())
        for slot in SLOTS:
            assert getattr(held, slot) == _newest(happened, account, slot)


@given(histories)
def test_what_was_before_is_never_what_is_said_to_replace_it(happened: list[Event]) -> None:
    book = Book()
    for event in happened:
        before, book = book, learn(book, event)
        for name, held in book.own.items():
            was = before.own.get(name, Held())
            for slot in SLOTS:
                old, new = getattr(was, slot), getattr(held, slot)
                if old is not None and old != new and not isinstance(event.what, HandsetStarted):
                    stored = isinstance(event.what, NonceStored) and event.what.previous != new
                    said = event.what.previous if stored else old  # type: ignore[union-attr]
                    assert getattr(book.own_before[name], slot) == said


def test_a_resync_leaves_what_both_sides_held_before() -> None:
    pages = book_after(events(recording.resync(), up=recording.up())).of()
    assert pages.own == Held(CLIENT_1, SERVER_1, "")
    assert pages.own_before == Held(CLIENT_0, STALE, SERVER_1)
    assert pages.peer == PeerNonces("ds", CLIENT_1, SERVER_1, False)
    assert pages.peer_before == Held(CLIENT_0, LOST)
    assert pages.differing == ()


def test_which_nonce_differs_is_known_where_both_sides_are() -> None:
    happened = events(recording.resync(), up=recording.up())
    book = book_after(happened)

    def said(client: str | None, server: str | None, inferred: bool) -> tuple[str, ...]:
        what = PeerNonces("ds", client, server, inferred)
        return learn(book, Event(seq=99, at=0.0, what=what)).of().differing

    assert said(CLIENT_0, LOST, False) == ("client", "server")
    assert said(CLIENT_1, LOST, False) == ("server",)
    assert said(CLIENT_0, SERVER_1, False) == ("client",)
    assert said(CLIENT_0, LOST, True) == said(None, None, False) == ()


def test_basic_has_no_client_nonce_that_could_differ() -> None:
    opened = SessionOpened("ds", "ordinary", "1", "http://h", "basic")
    told = [NoncesHeld("ds", None, STALE, None), opened, PeerNonces("ds", CLIENT_0, STALE, False)]
    book = book_after([Event(seq=n, at=0.0, what=what) for n, what in enumerate(told, 1)])
    assert book.of().differing == ()
