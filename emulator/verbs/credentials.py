"""`handset nonces PROFILE set --server-secret-from`: new credentials of an account, for a test.

What a DM server's Replace of AuthSecret, or a bootstrap, does to the store (decision 14). The secret
comes from the environment, a file or standard input: never from the command line, never shown.
"""

import os
import sys
import time
from pathlib import Path

from emulator import profiles
from emulator.protocol.keyring import Replacement
from emulator.verbs import nonces, state
from emulator.verbs.exits import Failure


def replace(
    name: str,
    folder: Path | None,
    account: str,
    source: str,
    nonce_hex: str | None,
    bootstrap: bool,
) -> None:
    """Replaces the server's secret; with a nonce in hex the server nonce too (AAuthData).

    `bootstrap`: both nonces become that one, or empty.
    """
    profile = profiles.load(name)
    chosen = nonces.chosen(name, profile.accounts, account)[0]
    nonce = None if nonce_hex is None else nonces.given(nonce_hex)
    if bootstrap:
        nonce = nonce or b""
    new = Replacement(
        "by hand: bootstrap" if bootstrap else "by hand: secret replaced",
        server_secret=_secret(source),
        server_nonce=nonce,
        client_nonce=nonce if bootstrap else None,
    )
    with nonces.opened(profile, state.folder(profile, folder)) as store:
        store.propose(chosen.name, new)
        store.enforce(chosen.name, time.time())
        revision = store.revision(chosen.name, "server_secret")
        held = store.fill(chosen)
    print(
        f"{chosen.name}: server secret is replaced (revision {revision}); "
        f"client nonce is {nonces.text(held.client_nonce)}, "
        f"server nonce is {nonces.text(held.server_nonce)}"
    )


def _secret(source: str) -> str:
    """The secret from env:NAME, file:PATH or - (the first line of standard input)."""
    kind, _, place = source.partition(":")
    if source == "-":
        found = sys.stdin.readline().rstrip("\r\n")
    elif kind == "env" and place:
        if place not in os.environ:
            raise Failure(f"--server-secret-from {source}: the environment has no {place}")
        found = os.environ[place]
    elif kind == "file" and place:
        try:
            found = Path(place).read_text("utf-8").removesuffix("\n")
        except (OSError, UnicodeDecodeError) as wrong:
            raise Failure(f"--server-secret-from {source}: cannot be read: {wrong}") from wrong
    else:
        # What was given may be the secret itself: it is not shown.
        raise Failure("--server-secret-from: env:NAME, file:PATH or - is expected")
    if not found:
        raise Failure("--server-secret-from: the secret is empty")
    return found
