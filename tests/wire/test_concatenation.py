"""Long SMS: any order, doubled, interleaved, never complete; memory is bounded."""

import itertools
import re

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from emulator.wire import concatenation, push, smsreader
from emulator.wire.concatenation import MAX_PENDING, PATIENCE, State, Taken
from emulator.wire.smsreader import Sms
from emulator.wire.udh import Header, Part, Ports
from tests.wire.pushes import KANNEL


def part(
    sender: str, reference: int, total: int, number: int, payload: bytes, bits: int = 8
) -> Sms:
    header = Header(0, Ports(2948, 9200), Part(reference, bits, total, number))
    return Sms("deliver", "", sender, "8-bit", header, payload, 0, ())


def play(parts: list[Sms], every: float = 1.0) -> tuple[State, list[Taken]]:
    state: State = ()
    taken = []
    for place, sms in enumerate(parts):
        state, one = concatenation.take(state, sms, place * every)
        taken.append(one)
    return state, taken


def test_an_sms_without_parts_is_whole() -> None:
    alone = Sms("deliver", "", "+1", "8-bit", Header(7, Ports(2948, 9200)), b"x", 0, ())
    state, (taken,) = play([alone])
    assert state == () and taken.whole is not None and taken.whole.payload == b"x"


@given(st.binary(min_size=2, max_size=200), st.data())
def test_parts_in_any_order_and_doubled(payload: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(1, len(payload) - 1), max_size=6, unique=True)))
    edges = [0, *cuts, len(payload)]
    pieces = [payload[a:b] for a, b in itertools.pairwise(edges)]
    whole = [part("+1", 7, len(pieces), n, piece) for n, piece in enumerate(pieces, 1)]
    others = [part("+2", 7, len(pieces) + 1, n, piece) for n, piece in enumerate(pieces, 1)]
    *early, last = data.draw(st.permutations(whole))
    again = data.draw(st.lists(st.sampled_from(early), max_size=3)) if early else []
    *_, taken = play([*data.draw(st.permutations([*early, *again, *others])), last])[1]
    assert taken.whole is not None and taken.whole.payload == payload
    assert taken.whole.parts == len(pieces)


def test_references_of_8_and_16_bits_are_different() -> None:
    state, taken = play([part("+1", 7, 2, 1, b"a"), part("+1", 7, 2, 2, b"b", bits=16)])
    assert len(state) == 2 and not any(one.whole for one in taken)


def test_a_part_that_comes_again_replaces_the_first() -> None:
    _, taken = play(
        [part("+1", 7, 2, 1, b"a"), part("+1", 7, 2, 1, b"A"), part("+1", 7, 2, 2, b"b")]
    )
    assert taken[1].again and taken[2].whole is not None and taken[2].whole.payload == b"Ab"


def test_what_is_never_complete_is_given_up() -> None:
    state, taken = play([part("+1", 7, 3, 2, b"a"), part("+2", 1, 2, 1, b"b")], PATIENCE + 1)
    assert [(each.key[0], each.missing) for each in taken[1].given_up] == [("+1", (1, 3))]
    assert concatenation.expired(state, 3 * PATIENCE + 3) == ((), state)


def test_memory_is_bounded() -> None:
    state, taken = play([part("+1", n, 2, 1, b"a") for n in range(3 * MAX_PENDING)], 0.001)
    assert len(state) == MAX_PENDING
    assert sum(len(one.given_up) for one in taken) == 2 * MAX_PENDING


def test_kannels_long_push() -> None:
    """Two links, two halves of one push, the second one first."""
    pdus = re.findall(r"PDU (0051\w*0B05040B8423F0\w+)", (KANNEL / "modem_pty.out").read_text())
    *_, taken = play([smsreader.read(bytes.fromhex(pdu)) for pdu in reversed(pdus[:2])])[1]
    assert taken.whole is not None
    assert push.parse(taken.whole.payload).body == bytes(range(200))


def test_links_that_name_no_sender_bring_parts_of_the_same_message() -> None:
    one, two, three = (part("+1", 7, 3, number, bytes([number])) for number in (1, 2, 3))
    unnamed = msgspec.structs.replace(two, kind="submit", address="+358401234567")
    for order in itertools.permutations([one, unnamed, three]):
        state, taken = play(list(order))
        whole = taken[-1].whole
        assert state == () and whole is not None
        assert (whole.payload, whole.sender) == (b"\1\2\3", "+1")
    # Another sender's message of the same reference is another one.
    other = part("+2", 7, 3, 1, b"x")
    state, taken = play([one, other, unnamed, three])
    assert taken[-1].whole is not None and taken[-1].whole.payload == b"\1\2\3"
    assert [pending.key[0] for pending in state] == ["+2"]
