"""What came in, in a line; and the tree of an SMS."""

from emulator.exports import arrivals, tree
from emulator.exports.looks import look
from emulator.protocol.events import Octets, PushArrived, PushesDropped, SmsArrived
from emulator.tui.describe import describe
from emulator.tui.views.subject import subject
from emulator.wire import push, sms, udh
from emulator.wire.udh import Ports
from tests.tui import recording
from tests.wire.pushes import NOTIFICATIONS

WSP = push.build(NOTIFICATIONS["notif.ds12"])
EVENTS = recording.events(up=recording.texted())


def test_each_in_a_line() -> None:
    assert [look(event, 120).rows for event in EVENTS] == [  # type: ignore[union-attr]
        ("modem: SMS 1 of 2 from +447700900999, 167 octets",),
        ("modem: SMS 2 of 2 from +447700900999, 117 octets",),
        ("smpp: an SMS that cannot be read, 2 octets",),
        ("✗ 9,900 deliveries on udp://127.0.0.1:2948 lost: one sender brought too many at once",),
        ("✗ 1 delivery on udp://127.0.0.1:2948 lost: too many waited to be judged",),
    ]
    whole = PushArrived("modem:/tmp/m0", "+44", Octets("00"), (), 2)
    assert arrivals.push(whole) == "modem: 1 octets in 2 SMS"


def test_each_in_a_sentence() -> None:
    told = [describe(event) for event in EVENTS]
    assert "all 2 parts" in told[0].sentence and "part 1 of 2" in told[0].title
    assert "cannot be read" in told[2].title and told[3].title == "deliveries lost"
    assert isinstance(EVENTS[3].what, PushesDropped)


def test_the_tree_of_an_sms_has_its_fields_and_the_push_inside_with_their_octets() -> None:
    (data,) = sms.user_data(WSP, 7)
    pdu = sms.deliver(data)
    what = SmsArrived("modem:m0", "m0", Octets.of(pdu), "deliver", "+44", 1, 1)
    nodes = tree.of_sms(what).nodes
    assert [node.label for node in nodes if node.depth == 0] == [
        "sms", "wsp push", "package #0 (DS)",
    ]  # fmt: skip
    by_name = {node.label: pdu[node.start : node.end] for node in nodes}
    assert by_name["ports"].hex()[:8] == "05040b84"
    assert pdu.endswith(by_name["digest"] + NOTIFICATIONS["notif.ds12"][16:])
    assert by_name["wsp push"] + by_name["package #0 (DS)"] == WSP


def test_the_tree_of_an_sms_as_a_service_centre_has_it() -> None:
    header = udh.build(Ports(2948, 9200))
    octets = Octets.of(header + WSP)
    what = SmsArrived("smpp://h:1", "k", octets, "message", "+44", 1, 1, len(header))
    nodes = tree.of_sms(what).nodes
    starts = {node.label: node.start for node in nodes}
    assert (starts["ports"], starts["wsp push"], starts["sender"]) == (1, len(header), -1)


def test_what_cannot_be_read_says_so_in_the_tree_and_in_every_view() -> None:
    for event in EVENTS:
        subject(EVENTS, event)
    assert "cannot be read" in tree.of_sms(EVENTS[2].what).remark  # type: ignore[arg-type]
