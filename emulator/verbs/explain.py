"""`handset explain`: why a notification verifies, or why not; with every Working and near miss."""

import time
from pathlib import Path

import msgspec

from emulator import profiles
from emulator.bearers import inbox
from emulator.exports import explanation_lines
from emulator.exports.text import plain
from emulator.protocol import explanation
from emulator.protocol.explanation import Explanation, Given
from emulator.protocol.keyring import Keyring
from emulator.verbs import state
from emulator.verbs.exits import Exit, Failure
from emulator.wire.arrival import Layer
from emulator.wire.errors import WireError

_NONCES = {"constant": "stored"}
_HINT = "not verified: give --profile, or --server-id and --secret, to check the digest"


def explain(
    source: str, profile: str, folder: Path | None, given: Given, as_json: bool, secrets: bool
) -> Exit:
    """Prints the explanation; the exit code says verified (0) or ignored (5)."""
    octets = _read(source)
    keyring = _from_profile(profile, folder) if profile else explanation.keyring(given)
    found = explanation.explain(octets, keyring, time.time(), typed=not profile)
    if as_json:
        print(msgspec.json.encode(_as_json(found)).decode())
    else:
        for line in explanation_lines.lines(found, secrets, _HINT, "(secret; --show-secrets)"):
            print(plain(line))
    if found.verdict is not None:
        return Exit.MET if found.verdict.verified else Exit.REFUSED
    return Exit.REFUSED if found.reason else Exit.MET


def _read(source: str) -> bytes:
    try:
        return inbox.read_input(source)
    except WireError as wrong:
        is_file = len(source) < 256 and Path(source).is_file()
        what = f"{source}: the file is" if is_file else f"{source[:40]!r}: neither a file nor"
        raise Failure(
            f"{what} {'neither octets of a push nor ' if is_file else ''}hex: {wrong}"
        ) from wrong
    except OSError as wrong:
        raise Failure(f"{source}: {wrong.strerror}") from wrong


def _from_profile(name: str, folder: Path | None) -> Keyring:
    """The accounts with what their store holds, which is only read."""
    accounts, _ = state.known(profiles.load(name), folder)
    return Keyring(accounts)


def _as_json(found: Explanation) -> dict[str, object]:
    content, verdict = found.notification, found.verdict
    out: dict[str, object] = {
        "verdict": "ignored" if found.reason else None,
        "reason": found.reason or found.why,
        "session_id": content.session_id if content else None,
        "server_id": content.server_id if content else None,
        "nonce": "none",
        "encoding": None,
        "near_misses": [],
        "layers": _layers(found.layers),
    }
    if found.reason:
        out["notes"] = [found.why]
    if verdict is None:
        return out
    return out | {
        "verdict": verdict.verdict,
        "reason": verdict.reason or None,
        "nonce": _NONCES.get(verdict.nonce_kind, verdict.nonce_kind),
        "encoding": verdict.encoding or None,
        "near_misses": [
            {"id": miss.id, "meaning": miss.meaning, "encoding": miss.encoding or None}
            for miss in verdict.near_misses
        ],
        "attempts": [
            {
                "nonce": attempt.nonce_kind,
                "encoding": attempt.encoding or None,
                "nonce_hex": attempt.nonce.hex(),
                "expected": attempt.working.value,
                "matched": attempt.matched,
            }
            for attempt in verdict.attempts
        ],
        "notes": found.notes,
    }


def _layers(layers: tuple[Layer, ...]) -> list[dict[str, object]]:
    return [
        {
            "name": layer.name,
            "offset": layer.offset,
            "fields": [{"name": name, "value": value} for name, value in layer.fields],
        }
        for layer in layers
    ]
