"""From what a bearer hands over to a push: SMS in parts, ports, what is no push; nothing is lost silently."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.protocol import reception
from emulator.protocol.events import Octets, PushArrived, Remarked, SmsArrived, What
from emulator.protocol.reception import Ignored, Outcome
from emulator.wire import concatenation, sms, udh
from emulator.wire.concatenation import PATIENCE, State
from emulator.wire.received import Content, Datagram, Pdu, Posted, Received, ShortMessage
from emulator.wire.udh import Part, Ports
from tests.wire.material import VECTORS

WSP = bytes.fromhex(VECTORS["notif.ds12"]["output"]["wsp_pdu_hex"])
LONG = bytes.fromhex(VECTORS["sms.concat"]["inputs"]["wsp_pdu_hex"])
PORTS = Ports(2948, 9200)


def received(content: Content) -> Received:
    return Received("modem:/tmp/m0", "/tmp/m0", content)


def play(*contents: Content, every: float = 1.0) -> tuple[State, list[Outcome]]:
    state: State = ()
    outcomes = []
    for place, content in enumerate(contents):
        state, outcome = reception.receive(state, received(content), place * every)
        outcomes.append(outcome)
    return state, outcomes


def remarks(whats: tuple[What, ...]) -> list[str]:
    return [what.id for what in whats if isinstance(what, Remarked)]


def message(payload: bytes, ports: Ports | None = PORTS, part: Part | None = None) -> ShortMessage:
    return ShortMessage("+447700900999", "+447700900123", udh.build(ports, part), payload, 4)


def test_a_datagram_is_a_push_as_it_is() -> None:
    _, (outcome,) = play(Datagram(WSP))
    assert outcome == Outcome(push=PushArrived("modem:/tmp/m0", "/tmp/m0", Octets.of(WSP)))


def test_a_post_keeps_its_headers() -> None:
    headers = (("content-type", "application/vnd.syncml.ds.notification"),)
    _, (outcome,) = play(Posted(headers, b"body"))
    assert outcome.push is not None and outcome.push.headers == headers


@pytest.mark.parametrize("kind", ["deliver", "submit"])
def test_an_sms_with_a_push(kind: str) -> None:
    (pdu,) = sms.pdus(kind, WSP)  # type: ignore[arg-type]
    _, (outcome,) = play(Pdu(pdu))
    (arrived,) = outcome.before
    assert isinstance(arrived, SmsArrived) and arrived.form == kind
    assert (arrived.number, arrived.total) == (1, 1)
    assert outcome.push is not None and bytes(outcome.push.octets) == WSP
    assert outcome.push.parts == 1 and outcome.ignored is None


def test_parts_over_two_links_out_of_order() -> None:
    first, second = sms.user_data(LONG, 7)
    header = udh.read(second)
    late = message(second[header.length :], PORTS, header.part)
    pdu = sms.deliver(first)
    state, (waits, whole) = play(late, Pdu(pdu))
    assert waits.push is None and len(waits.before) == 1
    assert whole.push is not None and bytes(whole.push.octets) == LONG
    assert whole.push.parts == 2 and state == ()


def test_what_never_comes_is_remarked() -> None:
    state, _ = play(message(b"x", part=Part(1, 8, 3, 2)))
    state, said = reception.expired(state, PATIENCE + 1)
    assert state == () and remarks(said) == ["sms-incomplete"]
    assert "part 1, 3 of 3" in said[0].sentence  # type: ignore[union-attr]
    _, outcomes = play(message(b"x", part=Part(1, 8, 2, 1)), message(b"y"), every=PATIENCE + 1)
    assert remarks(outcomes[1].before) == ["sms-incomplete"] and outcomes[1].push is not None


def test_a_part_that_comes_again() -> None:
    part = message(b"x", part=Part(1, 8, 2, 1))
    assert remarks(play(part, part)[1][1].before) == ["sms-part-again"]


@pytest.mark.parametrize(
    ("ports", "words"),
    [
        (None, "an SMS for the owner (8-bit), no push"),
        (Ports(2949, 0), "port 2949 is for WTLS, which this handset does not speak"),
        (Ports(16000, 0), "an SMS for port 16000; pushes come to 2948"),
    ],
)
def test_ports_decide_who_gets_it(ports: Ports | None, words: str) -> None:
    _, (outcome,) = play(message(WSP, ports))
    assert outcome.ignored == Ignored("not-for-us", words)


@pytest.mark.parametrize("octets", [b"", b"\x00", b"\x00\x42", b"\x00\x41\x00\xff"])
def test_what_cannot_be_read(octets: bytes) -> None:
    _, (outcome,) = play(Pdu(octets))
    assert remarks(outcome.before) == ["sms-malformed"]
    assert outcome.ignored is not None and outcome.ignored.reason == "malformed"


contents = st.one_of(
    st.builds(Datagram, st.binary(max_size=50)),
    st.builds(Pdu, st.binary(max_size=60)),
    st.builds(Posted, st.just(()), st.binary(max_size=50)),
    st.builds(
        ShortMessage, st.sampled_from(["+1", "+2"]), st.just("+3"),
        st.binary(max_size=14) | st.builds(lambda n: udh.build(PORTS, Part(1, 8, 3, n)), st.integers(1, 3)),
        st.binary(max_size=20), st.integers(0, 255),
    ),
)  # fmt: skip


@given(st.lists(contents, max_size=30))
def test_each_delivery_leaves_something_in_the_journal(things: list[Content]) -> None:
    state, outcomes = play(*things)
    assert all(outcome.before or outcome.push for outcome in outcomes)
    assert len(state) <= concatenation.MAX_PENDING
