"""`handset digest`: the credentials calculator, with the Working."""

from pathlib import Path

import msgspec

from emulator.protocol import digest as digests
from emulator.protocol.digest import Working
from emulator.verbs.exits import Failure


def show(working: Working, as_json: bool) -> None:
    """Prints the Working, its value as the last line; or one JSON object.

    Secret steps are shown: the secrets came from this very command line.
    """
    if as_json:
        steps = [{"name": step.name, "hex": step.hex} for step in working.steps]
        print(msgspec.json.encode({"value": working.value, "steps": steps}).decode())
        return
    width = max(len(step.name) for step in working.steps)
    for step in working.steps:
        print(f"{step.name:<{width}}  {step.readable}")
    print(working.value)


def octets(text: str, option: str) -> bytes:
    """The octets of a hex option. Raises Failure."""
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        raise Failure(f"{option}: {text!r} is not hex") from None


def hmac(user: str, password: str, nonce: bytes, body: Path) -> Working:
    try:
        return digests.mac(user, password, nonce, body.read_bytes())
    except OSError as wrong:
        raise Failure(f"--body: {body}: {wrong.strerror}") from wrong
