"""The server of the vector `resync.flow`, and both encodings."""

import json
from pathlib import Path
from typing import Any

import pytest

from emulator.server import accounts
from emulator.server.state import Account, ServerState
from emulator.wire.codec import CODECS, Codec
from tests.server.client import DEVICE, Network

VECTORS = Path(__file__).parents[1] / "vectors" / "vectors.json"


@pytest.fixture(scope="session")
def vectors() -> dict[str, Any]:
    return {v["id"]: v for v in json.loads(VECTORS.read_text("utf-8"))["vectors"]}


@pytest.fixture(params=sorted(CODECS))
def codec(request: pytest.FixtureRequest) -> Codec:
    return CODECS[request.param]


@pytest.fixture
def account() -> Account:
    return Account(
        device_id=DEVICE,
        user="alice",
        password="wonderland",
        server_id="ds.example.com",
        server_secret="srv-secret-1",
        client_nonce=bytes.fromhex("1f2e3d4c5b6a79880011223344556677"),
        server_nonce=bytes.fromhex("ffeeddccbbaa99887766554433221100"),
    )


@pytest.fixture
def state(account: Account) -> ServerState:
    """One account with an empty datastore."""
    return accounts.with_account(ServerState(url="http://ds.example.com/sync"), account)


@pytest.fixture
def network(state: ServerState) -> Network:
    return Network(state)
