"""`handset explain`: why a notification verifies, or why not; with every Working and near miss."""

import time
from pathlib import Path

import msgspec

from emulator import profiles
from emulator.bearers import inbox
from emulator.protocol import verdict as verdicts
from emulator.protocol.keyring import Account, Keyring
from emulator.protocol.verdict import Attempt, Verdict
from emulator.verbs import state
from emulator.verbs.digest import shown
from emulator.verbs.exits import Exit, Failure
from emulator.wire import arrival
from emulator.wire.arrival import Arrival, Layer
from emulator.wire.errors import WireError
from emulator.wire.notification import Notification

_NONCES = {"constant": "stored"}


class Given(msgspec.Struct, frozen=True):
    """The credentials of the command line, in place of a profile's."""

    server_id: str = ""
    secret: str = ""
    nonces: tuple[bytes, ...] = ()
    user: str = ""
    password: str = ""
    client_nonce: bytes | None = None
    previous_secret: str = ""


def explain(
    source: str, profile: str, folder: Path | None, given: Given, as_json: bool, secrets: bool
) -> Exit:
    """Prints the explanation; the exit code says verified (0) or ignored (5)."""
    try:
        octets = inbox.read_input(source)
    except WireError as wrong:
        is_file = len(source) < 256 and Path(source).is_file()
        what = f"{source}: the file is" if is_file else f"{source[:40]!r}: neither a file nor"
        raise Failure(
            f"{what} {'neither octets of a push nor ' if is_file else ''}hex: {wrong}"
        ) from wrong
    except OSError as wrong:
        raise Failure(f"{source}: {wrong.strerror}") from wrong
    keyring = _from_profile(profile, folder) if profile else _from_options(given)
    try:
        arrived = arrival.read(octets)
    except WireError as wrong:
        return _no_verdict((), "malformed", str(wrong), as_json)
    if not isinstance(arrived.content, Notification):
        why = getattr(arrived.content, "why", "a DS 1.1 alert carries no digest")
        reason = "not-for-us" if hasattr(arrived.content, "why") else "no-digest"
        return _no_verdict(arrived.layers, reason, why, as_json)
    if not profile:
        # Credentials of the command line are for whatever came.
        usage = arrived.content.usage
        accounts = (msgspec.structs.replace(a, protocol=usage) for a in keyring.accounts)
        keyring = Keyring(tuple(accounts))
    if not any(all(account.notification_identity) for account in keyring.accounts):
        return _fields(arrived, as_json)
    found, notes = _judge(arrived.content, keyring)
    if as_json:
        _print_json(arrived, found, notes)
    else:
        _print(arrived, found, notes, secrets)
    return Exit.MET if found.verified else Exit.REFUSED


def _from_profile(name: str, folder: Path | None) -> Keyring:
    """The accounts with what their store holds, which is only read."""
    accounts, _ = state.known(profiles.load(name), folder)
    return Keyring(accounts)


def _from_options(given: Given) -> Keyring:
    padded: tuple[bytes | None, ...] = (*given.nonces, None, None)
    stored, candidate, *previous = padded
    account = Account(
        name="account",
        server_id=given.server_id,
        server_secret=given.secret,
        user=given.user,
        password=given.password,
        client_nonce=given.client_nonce,
        server_nonce=stored,
        candidate=candidate,
        previous_nonces=tuple(nonce for nonce in previous if nonce is not None),
        previous_secrets=(given.previous_secret,) if given.previous_secret else (),
    )
    return Keyring((account,))


def _judge(notification: Notification, keyring: Keyring) -> tuple[Verdict, list[str]]:
    """The verdict without replay guard and rate, which are notes here (a dump is always a replay)."""
    guarded = verdicts.judge(notification, keyring, time.time())
    notes = []
    if guarded.reason in ("replayed", "rate-limited"):
        notes.append(f"a running handset would ignore it: {verdicts.REASONS[guarded.reason]}")
    free = Keyring(tuple(msgspec.structs.replace(a, openings=()) for a in keyring.accounts))
    found = verdicts.judge(notification, free, time.time())
    notes += [remark.event().sentence for remark in found.remarks]
    return found, notes


def _no_verdict(layers: tuple[Layer, ...], reason: str, why: str, as_json: bool) -> Exit:
    if as_json:
        _dump(
            {
                "verdict": "ignored",
                "reason": reason,
                "session_id": None,
                "server_id": None,
                "nonce": "none",
                "encoding": None,
                "near_misses": [],
                "layers": _layers(layers),
                "notes": [why],
            }
        )
    else:
        for line in _layer_lines(layers):
            print(line)
        detail = "" if why == verdicts.REASONS[reason] else f": {why}"
        print(f"ignored: {verdicts.REASONS[reason]}{detail}")
    return Exit.REFUSED


def _fields(arrived: Arrival, as_json: bool) -> Exit:
    """Without a secret there is nothing to verify: the fields only."""
    content = arrived.content
    assert isinstance(content, Notification)
    if as_json:
        _dump(
            {
                "verdict": None,
                "reason": "no secret given",
                "session_id": content.session_id,
                "server_id": content.server_id,
                "nonce": "none",
                "encoding": None,
                "near_misses": [],
                "layers": _layers(arrived.layers),
            }
        )
    else:
        for line in _layer_lines(arrived.layers):
            print(line)
        print("not verified: give --profile, or --server-id and --secret, to check the digest")
    return Exit.MET


def _print_json(arrived: Arrival, found: Verdict, notes: list[str]) -> None:
    _dump(
        {
            "verdict": found.verdict,
            "reason": found.reason or None,
            "session_id": found.notification.session_id,
            "server_id": found.notification.server_id,
            "nonce": _NONCES.get(found.nonce_kind, found.nonce_kind),
            "encoding": found.encoding or None,
            "near_misses": [
                {"id": miss.id, "meaning": miss.meaning, "encoding": miss.encoding or None}
                for miss in found.near_misses
            ],
            "layers": _layers(arrived.layers),
            "attempts": [
                {
                    "nonce": attempt.nonce_kind,
                    "encoding": attempt.encoding or None,
                    "nonce_hex": attempt.nonce.hex(),
                    "expected": attempt.working.value,
                    "matched": attempt.matched,
                }
                for attempt in found.attempts
            ],
            "notes": notes,
        }
    )


def _print(arrived: Arrival, found: Verdict, notes: list[str], secrets: bool) -> None:
    for line in _layer_lines(arrived.layers):
        print(line)
    for attempt in found.attempts:
        print()
        for line in _attempt_lines(attempt, found.notification.digest, secrets):
            print(line)
    print()
    for miss in found.near_misses:
        print(f"near miss: {miss.id}: {miss.meaning}")
    for note in notes:
        print(f"note: {note}")
    print(f"{found.verdict}: {found.sentence.removeprefix('notification ignored: ')}")


def _attempt_lines(attempt: Attempt, received: bytes, secrets: bool) -> list[str]:
    name = attempt.nonce_kind + (f" as {attempt.encoding}" if attempt.encoding else "")
    out = [f"tried: {name}, nonce {attempt.nonce.hex() or '(empty)'}"]
    width = max(len(step.name) for step in attempt.working.steps)
    for step in attempt.working.steps:
        hidden = step.secret and not secrets
        out.append(
            f"  {step.name:<{width}}  {'(secret; --show-secrets)' if hidden else shown(step.octets)}"
        )
    sign = "==" if attempt.matched else "!="
    out.append(f"  expected {attempt.working.octets.hex()} {sign} received {received.hex()}")
    return out


def _layers(layers: tuple[Layer, ...]) -> list[dict[str, object]]:
    return [
        {
            "name": layer.name,
            "offset": layer.offset,
            "fields": [{"name": name, "value": value} for name, value in layer.fields],
        }
        for layer in layers
    ]


def _layer_lines(layers: tuple[Layer, ...]) -> list[str]:
    out = []
    for layer in layers:
        out.append(f"{layer.name}, from octet {layer.offset}")
        width = max((len(name) for name, _ in layer.fields), default=0)
        out += [f"  {name:<{width}}  {value}" for name, value in layer.fields]
    return out


def _dump(value: object) -> None:
    print(msgspec.json.encode(value).decode())
