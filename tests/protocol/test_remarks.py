"""What a peer does against the rules is remarked: habits once a session, with severity and clause."""

import msgspec

from emulator.protocol.effects import Reply
from emulator.protocol.events import Remarked
from emulator.protocol.remarks import REMARKS
from emulator.wire import build
from emulator.wire.codec import XML
from emulator.wire.syncml import Get, Item, Location, Message, Put, Status, SyncBody
from tests.protocol.flow import Talk, accept, account, reply


def said(talk: Talk, id_: str) -> list[Remarked]:
    return [remark for remark in talk.events(Remarked) if remark.id == id_]


def in_lower_case(message: Message) -> Reply:
    """A message as Horde_SyncMl writes it: `xmlns="syncml:syncml1.2"`."""
    octets = XML.encode(message).replace(b"SYNCML:SYNCML1.2", b"syncml:syncml1.2")
    return Reply(200, XML.media_type, octets)


def answered(talk: Talk, code: int) -> list[Status]:
    """A Status for each command of our last message but the Alerts."""
    due = [c for c in talk.last.commands if isinstance(c, Put | Get)]
    return [build.status(talk.last, command, code) for command in due]


def test_every_remark_has_a_severity_a_clause_and_a_sentence():
    for id_, (severity, clause, sentence) in REMARKS.items():
        assert severity in ("note", "warning", "error"), id_
        assert clause and sentence, id_


def test_what_stands_in_every_message_is_remarked_once_a_session():
    talk = Talk(account(), signed=None)
    talk.hears(in_lower_case(accept(talk)))
    talk.hears(in_lower_case(reply(talk, 200)))
    assert talk.outcome == "synchronised"
    (remark,) = said(talk, "wire")
    assert "namespace-variant" in remark.sentence


def test_a_get_of_device_information_that_was_put_is_answered_and_remarked_once():
    talk = Talk(account(), signed=None)
    wanted = Get(items=(Item(target=Location("./devinf12")),))
    answer = accept(talk)
    body = SyncBody(build.number([*answer.commands, wanted]), final=True)
    talk.hears(msgspec.structs.replace(answer, body=body))
    assert any(command.name == "Results" for command in talk.last.commands)
    talk.hears(reply(talk, 200, wanted))
    assert len(said(talk, "devinf-asked-again")) == 1


def test_what_a_server_carries_out_for_one_it_does_not_know_is_remarked():
    talk = Talk(account(), signed=None)
    talk.hears(reply(talk, 401, *answered(talk, 200), challenge=build.chal("md5", b"n")))
    (remark,) = said(talk, "carried-out-unauthenticated")
    assert remark.severity == "error"
    assert remark.sentence.endswith(": Put, Get")


def test_a_refusal_of_everything_is_as_it_should_be():
    talk = Talk(account(), signed=None)
    talk.hears(reply(talk, 401, *answered(talk, 401), challenge=build.chal("md5", b"n")))
    assert said(talk, "carried-out-unauthenticated") == []


def test_a_basic_cred_that_is_refused_twice_is_no_matter_of_nonces():
    talk = Talk(account(auth__scheme="basic"), signed=None)
    for _ in range(2):
        talk.hears(reply(talk, 401, challenge=build.chal("basic", None)))
    assert talk.outcome == "auth-refused"
    assert talk.closed.sentence == ("authentication refused: 401 again: user or password are wrong")
