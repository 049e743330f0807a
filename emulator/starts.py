"""The start states of a bench: which nonces are stale, and what the first notification is signed with."""

from typing import Literal

import msgspec

PACE = 2.0
"""Seconds that a run of the demo takes on the screen, so that a person can follow."""


class Scenario(msgspec.Struct, frozen=True):
    """A start state of both ends."""

    title: str
    signed_with: Literal["session-id", "stored"]
    stale_server_nonce: bool = True
    stale_client_nonce: bool = False


SCENARIOS: dict[str, Scenario] = {
    "resync": Scenario("the server lost the nonce it shares with the device", "session-id"),
    "ordinary": Scenario(
        "both sides agree: an ordinary session", "stored", stale_server_nonce=False
    ),
    "both-stale": Scenario(
        "the client nonce is stale too: step 4 begins with a 401",
        "session-id",
        stale_client_nonce=True,
    ),
    "wrong-nonce": Scenario("the sender signs with a nonce that the device never had", "stored"),
}
