"""Our messages: header, Status first, then what the package is for; split to the peer's MaxMsgSize.

Puts together and sends; whether and when is `session.py`'s business.
"""

import functools
from collections.abc import Iterable, Sequence

import msgspec

from emulator.protocol import clientauth, incoming, serverauth, sync
from emulator.protocol.effects import Send
from emulator.protocol.events import Challenged, CredMade, Headers, MessageSent, Octets
from emulator.protocol.keyring import Datastore, Device
from emulator.protocol.turn import OutOfMessages, Sent, SessionState, Turn
from emulator.wire import build, devinf
from emulator.wire.codec import CODECS, Codec
from emulator.wire.devinf import (
    ContentCapability,
    ContentType,
    DataStore,
    DevInf,
    Property,
    SyncCap,
)
from emulator.wire.element import Element
from emulator.wire.syncml import (
    Alert,
    Chal,
    Command,
    Get,
    Item,
    Location,
    Map,
    Message,
    Meta,
    Put,
    Results,
    Status,
    Sync,
    SyncBody,
    SyncHdr,
    number,
)

Answer = Status | Results
"""What answers a command: a Status, and for a Get the Results besides."""
_SYNC_TYPES = ("1", "2", "3", "4", "5", "6", "7")
_VCARD_PROPERTIES = ("BEGIN", "END", "VERSION", "N", "FN", "TEL", "EMAIL", "ADR", "ORG", "NOTE")
_FRAME = 64
"""Octets kept free for CmdIDs and the frame of a Sync when a message is filled."""


def codec_of(state: SessionState) -> Codec:
    return CODECS[state.device.codec]


def package_1(turn: Turn, answered: Message | None = None) -> None:
    """Package 1: Alerts, Put and Get of the device information; once more after a 401/407.

    A repeat starts with a Status 200, without Chal, for the server's SyncHdr (decision 5).
    """
    where = devinf.location(turn.state.version)
    meta = Meta(type=devinf.MEDIA_TYPE)
    commands: list[Command] = [
        *sync.alerts(turn),
        Put(
            meta=meta, items=(Item(source=Location(where), data=(device_information(turn.state),)),)
        ),
        Get(meta=meta, items=(Item(target=Location(where)),)),
    ]
    statuses = () if answered is None else (build.header_status(answered, 200),)
    turn.step(3, "running", _cred_words(turn.state))
    send(turn, 1, statuses, commands, final=True)
    sync.alerted(turn)


def _cred_words(state: SessionState) -> str:
    if state.signing is None:
        return "package 1 without credentials"
    if state.signing.scheme == "basic":
        return "package 1 with user and password (basic)"
    nonce = state.signing.nonce.hex() or "empty"
    source = (
        "the nonce of the challenge"
        if state.signing.nonce_kind == "challenge"
        else ("the stored client nonce")
    )
    proof = "x-syncml-hmac" if state.signing.scheme == "mac" else "Cred"
    return f"package 1, {proof} over {source} ({nonce[:8]})"


def success_status(turn: Turn, message: Message) -> Status:
    """Our Status for the server's SyncHdr: 212 with a Chal when a new server nonce is due, else 200.

    auth-MAC: always 200, and a new server nonce in each message (decision 8).
    """
    serverauth.renew(turn)
    nonce, scheme = turn.state.issue, serverauth.challenge_scheme(turn.state)
    if nonce is None:
        return build.header_status(message, 200)
    code = 212 if turn.state.proof == "proven" and scheme != "mac" else 200
    turn.record(Challenged("client", code, scheme, nonce.hex(), False))
    return build.header_status(message, code, build.chal(scheme, nonce))


def refusal(turn: Turn, message: Message, code: int, chal: Chal) -> None:
    """401 or 407 to the server: every command of its message gets the same code, and no Sync."""
    statuses = [
        build.header_status(message, code, chal),
        *(
            build.status(message, c, code)
            for c in incoming.flat(message.commands)
            if build.wants_status(c)
        ),
    ]
    send(turn, 3, statuses, (), final=True)


def next_message(turn: Turn, message: Message, statuses: Sequence[Answer], package: int) -> None:
    """Status and Alert 222: the server has more to say in this package."""
    target = message.header.source.uri if message.header.source else ""
    alert = build.alert(build.NEXT_MESSAGE, target, turn.state.device.id)
    send(turn, package, [success_status(turn, message), *statuses], (alert,), final=False)


def changes(turn: Turn, message: Message, statuses: Sequence[Answer]) -> bool:
    """Package 3: as many of our changes as fit. True when it was the last of it."""
    head = [success_status(turn, message), *statuses]
    chosen, whole = _fill(turn, head)
    sync.goes_out(turn, {name for name, _ in chosen})
    send(turn, 3, head, [part for _, part in chosen], final=whole)
    _note(turn, chosen)
    return whole


def maps(turn: Turn, message: Message, statuses: Sequence[Answer]) -> None:
    """Package 5: Status for the server's changes, and as many Maps of what was added as fit."""
    head = [success_status(turn, message), *statuses]
    wanted = sync.maps(turn)
    chosen = _maps_that_fit(turn, head, wanted)
    send(turn, 5, head, chosen, final=chosen == wanted)
    sync.mapped(turn)


def _maps_that_fit(turn: Turn, head: Sequence[Answer], wanted: Sequence[Map]) -> list[Map]:
    state, limit = turn.state, turn.state.peer_max
    if not limit or len(_encode(turn, head, wanted, True)) <= limit:
        return list(wanted)
    codec = codec_of(state)
    room = limit - len(_encode(turn, head, [], True)) - _FRAME
    chosen: list[Map] = []
    for each in wanted:
        empty = len(codec.encode(_bare(state, (msgspec.structs.replace(each, items=()),))))
        sizes = [
            len(codec.encode(_bare(state, (msgspec.structs.replace(each, items=(item,)),)))) - empty
            for item in each.items
        ]
        room -= empty - len(codec.encode(_bare(state, ()))) + _FRAME
        count = build.fitting(sizes, room, at_least=0 if chosen else 1)
        if count:
            chosen.append(msgspec.structs.replace(each, items=each.items[:count]))
        if count < len(each.items):
            break
        room -= sum(sizes)
    return chosen


def again(turn: Turn, message: Message) -> None:
    """The last message once more under the next MsgID, its Chal now answering `message` (step 6)."""
    sent = turn.state.sent
    assert sent is not None
    turn.set(issue=turn.state.issued, repeated=True)
    old = sent.msg_id
    unanswered = tuple(each for each in turn.state.unanswered if each[0] != old)
    turn.set(unanswered=unanswered)
    send(turn, sent.package, [success_status(turn, message)], sent.commands, final=sent.final)
    sync.renumbered(turn, old, turn.state.msg_id)


def _fill(turn: Turn, head: Sequence[Answer]) -> tuple[list[tuple[str, Sync]], bool]:
    """Syncs that fit beside `head`: (datastore name, Sync) pairs, and whether all of it fits."""
    state = turn.state
    offers = sync.offers(turn)
    whole = [(store.name, offer) for store, offer in offers]
    limit = state.peer_max
    codec = codec_of(state)
    if not limit or len(_encode(turn, head, [part for _, part in whole], True)) <= limit:
        return whole, True
    room = limit - len(_encode(turn, head, [], True)) - _FRAME
    chosen: list[tuple[str, Sync]] = []
    for store, offer in offers:
        empty = msgspec.structs.replace(offer, commands=())
        base = len(codec.encode(_bare(state, (empty,))))
        blank = len(codec.encode(_bare(state, ())))
        room -= base - blank + _FRAME
        sizes = [
            len(codec.encode(_bare(state, (_widest(command),)))) - blank
            for command in offer.commands
        ]
        count = build.fitting(sizes, room, at_least=0 if chosen else 1)
        part = msgspec.structs.replace(offer, commands=offer.commands[:count])
        if count or not offer.commands:
            chosen.append((store.name, part))
        if count < len(offer.commands):
            return chosen, False
        room -= sum(sizes)
    return chosen, True


def _widest(command: Command) -> Command:
    """The command with a CmdID as long as any that it may get when the message is numbered."""
    return msgspec.structs.replace(command, cmd_id="99999")


def _bare(state: SessionState, commands: tuple[Command, ...]) -> Message:
    header = SyncHdr(state.version, f"SyncML/{state.version}", "1", "1")
    return Message(header, SyncBody(commands, False))


def _note(turn: Turn, chosen: Iterable[tuple[str, Sync]]) -> None:
    sent = turn.state.sent
    assert sent is not None
    numbered = [c for c in sent.commands if isinstance(c, Sync)]
    pairs = [(name, done) for (name, _), done in zip(chosen, numbered, strict=True)]
    sync.went_out(turn, sent.msg_id, pairs)


def send(
    turn: Turn,
    package: int,
    statuses: Iterable[Answer],
    commands: Iterable[Command],
    final: bool,
) -> None:
    """Numbers, signs, encodes and posts one message; what is noted is kept before it leaves."""
    if turn.state.messages >= turn.state.account.policy.session.max_messages:
        raise OutOfMessages
    turn.keep_noted()
    statuses = list(statuses)
    turn.set(msg_id=turn.state.msg_id + 1)
    state = turn.state
    numbered = build.number([*statuses, *commands])
    message, made = _message(state, numbered, final)
    codec = codec_of(state)
    octets = codec.encode(message)
    headers: Headers = ()
    if state.signing is not None and state.signing.scheme == "mac":
        headers, made = clientauth.mac_header(state.signing, state.account, state.version, octets)
    own = numbered[1:] if statuses else numbered
    signed = made is not None
    sent = Sent(state.url, octets, state.msg_id, package, own, final, signed, headers=headers)
    issued_in = state.issued_in
    issues = state.issue is not None and _succeeds(statuses)
    if issues:
        turn.set(issued=state.issue, issue=None, server_over=state.issue)
        issued_in = (*issued_in, state.msg_id)
    asked = frozenset(command.cmd_id for command in incoming.flat(own) if _asks(command))
    turn.set(
        sent=sent,
        messages=state.messages + 1,
        issued_in=issued_in,
        unanswered=(*state.unanswered, (state.msg_id, asked)) if asked else state.unanswered,
    )
    turn.record(
        MessageSent(
            state.msg_id,
            package,
            state.url,
            codec.media_type,
            Octets.of(octets),
            1,
            summary(message, headers),
            made,
            headers,
        )
    )
    if issues and not state.confirmed:  # not before: a person may hold the message back
        turn.step(6, "running", "Chal sent; waiting for the server's success Status")
    turn.do(Send(state.url, codec.media_type, octets, headers))


def _asks(command: Command) -> bool:
    """Whether its Status says that the server gets on: one for an Alert 222 only says that it hears us."""
    is_222 = isinstance(command, Alert) and command.code == build.NEXT_MESSAGE
    return build.wants_status(command) and not is_222


def summary(message: Message, headers: Headers) -> str:
    """What is in a message, in a few words; a header of auth-MAC counts as part of it."""
    words = build.summary(message)
    return ", ".join([*(name for name, _ in headers), words])


def _succeeds(statuses: Sequence[Answer]) -> bool:
    first = statuses[0] if statuses else None
    return isinstance(first, Status) and first.chal is not None and first.code in (200, 212)


def resend(turn: Turn) -> None:
    """The same octets once more, never a new nonce (decision 17)."""
    sent = turn.state.sent
    assert sent is not None
    sent = msgspec.structs.replace(sent, attempt=sent.attempt + 1)
    turn.set(sent=sent, messages=turn.state.messages + 1)
    codec = codec_of(turn.state)
    turn.record(
        MessageSent(
            sent.msg_id,
            sent.package,
            sent.url,
            codec.media_type,
            Octets.of(sent.octets),
            sent.attempt,
            "the same octets once more",
            headers=sent.headers,
        )
    )
    turn.do(Send(sent.url, codec.media_type, sent.octets, sent.headers))


def _encode(turn: Turn, head: Sequence[Answer], commands: Sequence[Command], final: bool) -> bytes:
    message, _ = _message(turn.state, build.number([*head, *commands]), final)
    return codec_of(turn.state).encode(message)


def _message(
    state: SessionState, commands: tuple[Command, ...], final: bool
) -> tuple[Message, CredMade | None]:
    device, account = state.device, state.account
    cred, made = None, None
    if state.signing is not None and state.signing.scheme != "mac":
        cred, made = clientauth.make_cred(state.signing, account, state.version)
    header = SyncHdr(
        ver_dtd=state.version,
        ver_proto=f"SyncML/{state.version}",
        session_id=state.session_id,
        msg_id=str(state.msg_id),
        target=Location(state.url),
        # The verifier of an md5 Cred needs the name in clear. [SyncML RepPro, Cred]
        source=Location(device.id, account.user or None),
        cred=cred,
        meta=Meta(max_msg_size=str(device.max_msg_size), max_obj_size=str(device.max_obj_size)),
    )
    if state.version == "1.0":
        header = msgspec.structs.replace(header, meta=Meta(max_msg_size=str(device.max_msg_size)))
    return Message(header, SyncBody(commands, final)), made


def answers(turn: Turn, message: Message) -> list[Answer]:
    """Carries out what the server's message says; the Status (and Results) that are due for it."""
    out: list[Answer] = []
    _strike_off(turn, message)
    for command in message.commands:
        if isinstance(command, Status):
            sync.hear_status(turn, command)
        elif isinstance(command, Sync):
            out += incoming.hear_sync(turn, message, command)
        elif isinstance(command, Alert):
            out.append(_alert(turn, message, command))
        elif isinstance(command, Get):
            out += _get(turn, message, command)
        elif isinstance(command, Results):
            out.append(build.status(message, command, 200))
        else:
            turn.remark("command-unsupported", command.name)
            out.append(build.status(message, command, 406))
    silent = {command.cmd_id for command in message.commands if command.no_resp}
    return [answer for answer in out if answer.cmd_ref not in silent]


def _strike_off(turn: Turn, message: Message) -> None:
    """What has its Status now is no longer unanswered."""
    answered: dict[int, set[str]] = {}
    for command in message.commands:
        if isinstance(command, Status):
            refs = answered.setdefault(number(command.msg_ref, -1), set())
            refs.add((command.cmd_ref or "").strip())
    left = (
        (msg_id, cmd_ids - answered.get(msg_id, set())) for msg_id, cmd_ids in turn.state.unanswered
    )
    turn.set(unanswered=tuple((msg_id, cmd_ids) for msg_id, cmd_ids in left if cmd_ids))


def _alert(turn: Turn, message: Message, alert: Alert) -> Status:
    if alert.code == build.NEXT_MESSAGE:
        return build.status(message, alert, 200)
    return sync.hear_alert(turn, message, alert)


def _get(turn: Turn, message: Message, command: Get) -> list[Answer]:
    """Put is a Get in shape. A Get of our device information is answered with Results."""
    if isinstance(command, Put):
        return [build.status(message, command, 200)]
    where = devinf.location(turn.state.version)
    if not any(item.target_uri == where for item in command.items):
        return [build.status(message, command, 404)]
    # Package 1 has Put it, always.
    turn.remark_habit("devinf-asked-again")
    item = Item(source=Location(where), data=(device_information(turn.state),))
    results = Results(
        msg_ref=message.header.msg_id,
        cmd_ref=command.cmd_id,
        meta=Meta(type=devinf.MEDIA_TYPE),
        items=(item,),
    )
    return [build.status(message, command, 200), results]


def device_information(state: SessionState) -> Element:
    """The device's DevInf in the version of the session."""
    return _devinf(state.device, state.account.stores, state.version)


@functools.cache
def _devinf(device: Device, datastores: tuple[Datastore, ...], version: str) -> Element:
    stores = []
    for store in datastores:
        kind = ContentType(store.type, store.version)
        # Content capabilities stand inside the datastore since DevInf 1.2 only.
        properties = tuple(Property(name) for name in _VCARD_PROPERTIES)
        capability = ContentCapability(store.type, store.version, properties)
        is_card = "vcard" in store.type
        stores.append(
            DataStore(
                source_ref=store.uri,
                rx_pref=kind,
                tx_pref=kind,
                capabilities=(capability,) if version == "1.2" and is_card else (),
                sync_cap=SyncCap(_SYNC_TYPES),
            )
        )
    information = DevInf(
        ver_dtd=version,
        manufacturer=device.manufacturer,
        model=device.model,
        device_id=device.id,
        device_type=device.type,
        utc=version != "1.0",
        number_of_changes=version != "1.0",
        stores=tuple(stores),
    )
    return devinf.to_element(information)
