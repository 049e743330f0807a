"""What of any push may be kept: whatever is in it, in however many SMS it comes, in whatever order."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from emulator.protocol import reception, redaction
from emulator.protocol.events import Octets, PushArrived, SmsArrived, What
from emulator.wire import arrival, push, sms, udh
from emulator.wire.errors import WireError
from emulator.wire.received import Content, Datagram, Pdu, Posted, ShortMessage
from tests.arrivals import contents, leaked, parts, received, wrapped

MARKER = b"\xe5nN0-pass:w0rd\xc7"
NAMED = sorted(set(push.CONTENT_TYPE_CODES.values()) - redaction.HARMLESS)
TOKENS = st.text("abcxyz0189.+-", min_size=1, max_size=12)
TYPES = st.sampled_from(NAMED) | st.builds("application/x-{}".format, TOKENS)
BODIES = st.builds(
    lambda before, after: before + MARKER + after, st.binary(max_size=300), st.binary(max_size=300)
)


def kept(*given: Content) -> list[What]:
    """What the journal gets of these deliveries, but for what a verdict says."""
    state: reception.State = ()
    whats: list[What] = []
    for at, content in enumerate(given):
        state, outcome = reception.receive(state, received(content), float(at))
        whats += outcome.before
        if outcome.push is None:
            continue
        try:
            arrived = reception.unwrapped(outcome.push)
        except WireError:
            arrived = None
        stray = outcome.ignored is not None and outcome.ignored.reason == "not-for-us"
        whats.append(redaction.of_push(outcome.push, arrived, stray))
    return whats


def lines(whats: list[What]) -> str:
    return msgspec.json.encode(whats).decode()


@given(TYPES, BODIES, st.data())
def test_nothing_of_a_type_that_may_hold_secrets_is_kept(
    content_type: str, body: bytes, data: st.DataObject
) -> None:
    wsp = wrapped(content_type, body)
    count = data.draw(st.integers(-(-len(wsp) // 120), 9))
    order = data.draw(st.permutations(range(count)))
    form = data.draw(st.sampled_from([Pdu, ShortMessage]))
    pieces = parts(wsp, count)
    given: list[Content] = []
    for at in order:
        header = udh.read(pieces[at]).length
        head, rest = pieces[at][:header], pieces[at][header:]
        given.append(
            Pdu(sms.deliver(pieces[at])) if form is Pdu else ShortMessage("1", "2", head, rest, 4)
        )
    whats = kept(*given, Datagram(wsp), Posted((("content-type", content_type),), body))
    pushes = [what for what in whats if isinstance(what, PushArrived)]
    assert len(pushes) == 3 and all(what.octets.cuts for what in pushes)
    assert sum(isinstance(what, SmsArrived) for what in whats) == count
    assert leaked(lines(whats), [MARKER]) == []


@given(st.binary(max_size=40), st.integers(0, 60))
def test_nor_where_the_push_breaks_off(after: bytes, size: int) -> None:
    wsp = wrapped(push.PROVISIONING, MARKER + after)
    cut_off = wsp[: len(wsp) - min(size, len(after))]
    assert leaked(lines(kept(Datagram(cut_off))), [MARKER]) == []


@given(st.binary(max_size=60))
def test_a_cut_says_where_nothing_is_left_and_moves_nothing(octets: bytes) -> None:
    for what in kept(Datagram(octets), Pdu(octets), ShortMessage("1", "2", b"", octets, 4)):
        if not isinstance(what, PushArrived | SmsArrived):
            continue
        whole = bytearray(octets)
        for gap in what.octets.cuts:
            assert 0 < gap.length <= len(octets) - gap.offset
            whole[gap.offset : gap.offset + gap.length] = bytes(gap.length)
        if len(bytes(what.octets)) == len(octets):
            assert bytes(what.octets) == bytes(whole)


def test_what_was_cut_out_before_stays_so() -> None:
    (what,) = kept(contents("udp", "text/plain", MARKER)[0])
    assert isinstance(what, PushArrived)
    assert redaction.of_push(what, arrival.read(bytes(what.octets))) is what
    assert Octets.of(bytes(what.octets)) != what.octets
