"""What bearers bring waits, bounded; what is too much is counted; long SMS are put together."""

import asyncio
import socket

import pytest

from emulator import intake
from emulator.bearers import udp
from emulator.bearers.udp import UdpBearer
from emulator.intake import Intake
from emulator.journal import Journal
from emulator.protocol.events import PushArrived, PushesDropped, Remarked, SmsArrived
from emulator.protocol.flood import BURST
from emulator.wire import push, sms
from emulator.wire.concatenation import PATIENCE
from emulator.wire.received import Datagram, Pdu, Received

WSP = push.build(bytes(200))


class Table:
    """An intake with a clock that stands until it is moved; `arrived` are the pushes."""

    def __init__(self, held: bool = False) -> None:
        self.now = 1000.0
        self.journal = Journal(lambda: self.now)
        self.arrived: list[PushArrived] = []
        self.gate = asyncio.Event()
        if not held:
            self.gate.set()
        self.intake = Intake(self.journal, self._arrive, lambda: self.now)
        self.intake.start()

    async def _arrive(self, pushed: PushArrived, ignored: object) -> None:
        self.arrived.append(pushed)
        await self.gate.wait()

    def of(self, kind: type) -> list:
        return [e.what for e in self.journal.events if isinstance(e.what, kind)]

    async def close(self) -> None:
        self.intake.stop()
        await self.intake.give_up()


def datagram(sender: str) -> Received:
    return Received("udp://h:1", sender, Datagram(b"\x01"))


async def test_one_sender_that_brings_too_much_loses_the_rest_and_another_does_not() -> None:
    table = Table()
    for number in range(500):
        table.intake.put(datagram(f"10.0.0.1:{number}"))
    table.intake.put(datagram("10.0.0.2:1"))
    await table.intake.settled()
    assert len(table.arrived) == BURST + 1
    assert table.arrived[-1].sender == "10.0.0.2:1"
    assert table.of(PushesDropped) == [PushesDropped("udp://h:1", "rate", 500 - int(BURST))]
    table.now += 1
    table.intake.put(datagram("10.0.0.1:9"))
    await table.intake.settled()
    assert len(table.arrived) == BURST + 2
    assert len(table.of(PushesDropped)) == 1
    await table.close()


async def test_what_waits_and_what_is_judged_is_bounded_together() -> None:
    table = Table(held=True)
    for number in range(intake.QUEUE // 2):
        table.intake.put(datagram(f"10.0.{number // 250}.{number % 250}:1"))
    for _ in range(2 * intake.QUEUE):
        await asyncio.sleep(0)
    assert len(table.arrived) == intake.QUEUE // 2
    for number in range(intake.QUEUE):
        table.intake.put(datagram(f"10.1.{number // 250}.{number % 250}:1"))
    table.gate.set()
    await table.intake.settled()
    assert len(table.arrived) == intake.QUEUE
    lost = intake.QUEUE // 2
    assert table.of(PushesDropped) == [PushesDropped("udp://h:1", "queue", lost)]
    assert len(table.intake._buckets) <= intake.MAX_SENDERS
    await table.close()


async def test_parts_of_a_long_sms_are_events_and_the_whole_is_one_push() -> None:
    table = Table()
    parts = [sms.deliver(part) for part in sms.user_data(WSP, reference=7)]
    assert len(parts) > 1
    for pdu in reversed(parts):
        table.intake.put(Received("modem:m0", "m0", Pdu(pdu)))
    await table.intake.settled()
    came = table.of(SmsArrived)
    assert [bytes(what.octets) for what in came] == parts[::-1]
    assert [what.number for what in came] == list(range(len(parts), 0, -1))
    (whole,) = table.arrived
    assert (bytes(whole.octets), whole.parts) == (WSP, len(parts))
    await table.close()


async def test_a_part_that_never_comes_is_remarked_when_its_time_is_over() -> None:
    table = Table()
    first, *_ = (sms.deliver(part) for part in sms.user_data(WSP, reference=7))
    table.intake.put(Received("modem:m0", "m0", Pdu(first)))
    await table.intake.settled()
    table.now += PATIENCE
    table.intake.expire()
    assert table.of(Remarked) == []
    table.now += 1
    table.intake.expire()
    (said,) = table.of(Remarked)
    assert said.id == "sms-incomplete" and "part 2 of 2" in said.sentence
    assert table.arrived == []
    await table.close()


async def test_a_file_is_never_too_fast() -> None:
    table = Table()
    for _ in range(int(3 * BURST)):
        await table.intake.take(datagram("file:x"))
    await table.intake.settled()
    assert len(table.arrived) == 3 * BURST
    assert table.of(PushesDropped) == []
    await table.close()


@pytest.mark.parametrize("room", [1, udp.BUFFER])
async def test_of_a_flood_everything_is_judged_or_counted(
    room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what the system has thrown away: with little room for what waits there, most of it."""
    monkeypatch.setattr(udp, "BUFFER", room)
    table = Table()
    bearer = UdpBearer("127.0.0.1", 0, table.intake.put, table.intake.lose)
    await bearer.open()
    whole = 2000
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(whole):  # meanwhile the loop, and with it the bearer, stands still
            sender.sendto(b"\x01", ("127.0.0.1", bearer.port))
    async with asyncio.timeout(10):
        while len(table.arrived) + sum(d.count for d in table.of(PushesDropped)) < whole:
            await table.intake.settled()
            await asyncio.sleep(0)
    lost = {(d.bearer, d.reason) for d in table.of(PushesDropped)}
    assert len(table.arrived) + sum(d.count for d in table.of(PushesDropped)) == whole
    assert lost <= {(bearer.address, "rate"), (bearer.address, "system")}
    assert ((bearer.address, "system") in lost) or room > 1
    bearer.close()
    await table.close()
