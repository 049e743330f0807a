"""Whatever is sent in whatever room: all of it arrives, once, in order."""

from hypothesis import given
from hypothesis import strategies as st

from emulator.server.datastore import Desk
from emulator.server.packing import pack
from emulator.server.state import Part, Sent, Store, Syncing
from emulator.wire import build
from emulator.wire.codec import CODECS
from emulator.wire.syncml import Location, SyncHdr
from tests.server.client import changes

HEADER = SyncHdr(session_id="1", msg_id="7", source=Location("server"), target=Location("device"))


@given(
    texts=st.lists(st.text("abc\r\n ", max_size=300), max_size=20),
    room=st.integers(0, 3000),
    name=st.sampled_from(sorted(CODECS)),
)
def test_packing_loses_nothing(texts: list[str], room: int, name: str) -> None:
    codec = CODECS[name]
    desk = Desk(Store("contacts"))
    for text in texts:
        desk.put("", "text/plain", text.encode())
    left = [
        Part(build.alert(200, "a", "b")),
        *desk.changes(Syncing("contacts", 200, "./contacts", "./mine", "1")),
        Part(build.alert(100, "a", "b")),
    ]
    heard: list[tuple[str, str, str]] = []
    sent: list[Sent] = []
    while left:
        packed = pack(HEADER, left, final=True, room=room, codec=codec)
        message = codec.decode(packed.octets)
        assert packed.count == 1 or not room or len(packed.octets) <= room
        assert message.final == (packed.count == len(left))
        heard += changes(message)
        sent += packed.sent
        left = left[packed.count :]
    assert [text for _, _, text in heard] == texts
    assert [s.guid for s in sent] == [guid for _, guid, _ in heard]
    assert all(s.msg_id == "7" and s.cmd_id for s in sent)
