"""As much as fits into one message: numbers the parts, joins Syncs, stays below the client's limit.

Knows neither what the parts mean nor whether they are all; that is for the peer to tell.
"""

from collections.abc import Sequence

import msgspec

from emulator.server.state import Part, Sent
from emulator.wire import build
from emulator.wire.codec import Codec
from emulator.wire.syncml import Command, Message, Sync, SyncBody, SyncHdr


class Packed(msgspec.Struct, frozen=True):
    """A message ready to leave: its octets, how many parts are in it, and the changes in it."""

    octets: bytes
    count: int
    sent: tuple[Sent, ...]


def pack(
    header: SyncHdr,
    parts: Sequence[Part],
    *,
    final: bool,
    room: int,
    codec: Codec,
    least: int = 1,
) -> Packed:
    """The longest run of `parts` that fits into `room` octets (0: no limit), but `least` of them.

    Final stands in it only when `final` is wanted and every part is in it.
    """

    def attempt(count: int) -> tuple[Message, bytes]:
        commands = build.number(_joined(parts[:count]))
        last = final and count == len(parts)
        message = Message(header=header, body=SyncBody(commands=commands, final=last))
        return message, codec.encode(message)

    count = len(parts)
    message, octets = attempt(count)
    if room and len(octets) > room:
        low, high = min(least, count), count
        while high - low > 1:
            middle = (low + high) // 2
            if len(attempt(middle)[1]) <= room:
                low = middle
            else:
                high = middle
        count = low
        message, octets = attempt(count)
    return Packed(octets, count, _sent(message, parts[:count]))


def _joined(parts: Sequence[Part]) -> list[Command]:
    """The commands of the parts, neighbours that belong to the same Sync put into one."""
    joined: list[Command] = []
    changes: list[Command] = []

    def close() -> None:
        if changes and isinstance(joined[-1], Sync):
            joined[-1] = msgspec.structs.replace(joined[-1], commands=tuple(changes))
        changes.clear()

    for part in parts:
        command = part.command
        before = joined[-1] if joined else None
        if not (
            isinstance(command, Sync)
            and isinstance(before, Sync)
            and (command.target, command.source) == (before.target, before.source)
        ):
            close()
            joined.append(command)
        if isinstance(command, Sync):
            changes += command.commands
    close()
    return joined


def _sent(message: Message, parts: Sequence[Part]) -> tuple[Sent, ...]:
    """The changes in the parts, with the CmdIDs that they got, in the same order."""
    numbered = [c for sync in message.commands if isinstance(sync, Sync) for c in sync.commands]
    changes = [part.change for part in parts if part.change is not None]
    msg_id = message.header.msg_id
    return tuple(
        msgspec.structs.replace(change, msg_id=msg_id, cmd_id=command.cmd_id)
        for change, command in zip(changes, numbered, strict=True)
    )
