"""The worked flow of the vectors, with the server's messages as they stand there."""

from emulator.protocol.effects import ENTROPY, Reply
from emulator.wire import build
from emulator.wire.codec import XML
from tests.protocol.flow import Talk, header_status
from tests.vectors.read import VECTORS

FLOW = VECTORS["resync.flow"]
STEPS = FLOW["intermediates"]
ISSUED = bytes.fromhex(FLOW["inputs"]["new_server_nonce_hex"])
NEXT = bytes.fromhex(FLOW["inputs"]["new_client_nonce_hex"])


class Worked(Talk):
    """A session whose random octets are the new server nonce of the vectors."""

    def _entropy(self) -> bytes:
        return ISSUED * (ENTROPY // len(ISSUED))

    def reads(self, name: str) -> None:
        self.hears(Reply(200, XML.media_type, STEPS[name].encode()))


def cred(message):
    return build.b64(build.cred_value(message.header.cred))


def test_accepted_at_once():
    talk = Worked()
    ours, theirs = talk.last, XML.decode(STEPS["step3_package1_xml"].encode())
    assert ours.header.session_id == theirs.header.session_id
    assert cred(ours) == cred(theirs) == STEPS["step3_client_cred"]

    talk.reads("step4_package2_xml")
    ours, theirs = talk.last, XML.decode(STEPS["step5_package3_xml"].encode())
    assert header_status(ours).code == header_status(theirs).code == 212
    assert build.next_nonce(header_status(ours).chal) == ISSUED
    assert build.next_nonce(header_status(theirs).chal) == ISSUED
    assert ("client", NEXT) in talk.nonces

    talk.reads("step6_package4_xml")
    assert talk.step(6) == "passed"
    assert ("server", ISSUED) in talk.nonces


def test_challenged_first():
    talk = Worked()
    talk.reads("step4_alt_401_xml")
    ours, theirs = talk.last, XML.decode(STEPS["step3_again_xml"].encode())
    assert cred(ours) == cred(theirs) == STEPS["step3_again_client_cred"]
    assert ours.header.msg_id == theirs.header.msg_id
    assert header_status(ours).code == header_status(theirs).code == 200
    assert header_status(ours).chal is None

    talk.reads("alt_step4_again_package2_xml")
    theirs = XML.decode(STEPS["alt_step5_package3_alt_xml"].encode())
    assert build.next_nonce(header_status(talk.last).chal) == ISSUED
    assert build.next_nonce(header_status(theirs).chal) == ISSUED
    assert ("client", bytes.fromhex(STEPS["alt_second_client_nonce_hex"])) in talk.nonces

    talk.reads("alt_step6_package4_alt_xml")
    assert talk.step(6) == "passed"
    assert ("server", ISSUED) in talk.nonces
