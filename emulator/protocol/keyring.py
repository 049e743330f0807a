"""What verdict and session must know of the accounts, as one value: credentials, nonces, used ids.

Filled from the store by the handset, from the command line by `explain`. Never journaled.
"""

from typing import Literal

import msgspec

from emulator.protocol.policy import Policy


class Opening(msgspec.Struct, frozen=True):
    """A guarded session that a notification opened: its id, when (seconds), and whether the first
    reply used the id up."""

    session_id: int
    at: float
    used_up: bool


class Datastore(msgspec.Struct, frozen=True):
    """One store of the device: its name here, its URI at the server, its content type."""

    name: str
    server: str
    type: str = "text/x-vcard"
    version: str = "2.1"

    @property
    def uri(self) -> str:
        """The client datastore's own URI."""
        return f"./{self.name}"


class Device(msgspec.Struct, frozen=True):
    """The device as it describes itself to a server. `codec` is "xml" or "wbxml"."""

    id: str = "IMEI:490000000000017"
    manufacturer: str = "ds-handset"
    model: str = "emulator"
    type: str = "phone"
    codec: str = "wbxml"
    version: str = "1.2"
    max_msg_size: int = 16384
    max_obj_size: int = 1_000_000


class Account(msgspec.Struct, frozen=True):
    """One account with its secrets and the state of its nonces (None: never known; b"": empty).

    `previous_nonces` are server nonces of the ledger, newest first, `previous_secrets` likewise.
    """

    name: str
    url: str = ""
    server_id: str = ""
    server_secret: str = ""
    user: str = ""
    password: str = ""
    policy: Policy = Policy()
    stores: tuple[Datastore, ...] = ()
    client_nonce: bytes | None = None
    server_nonce: bytes | None = None
    candidate: bytes | None = None
    pinned: str = ""
    openings: tuple[Opening, ...] = ()
    previous_nonces: tuple[bytes, ...] = ()
    previous_secrets: tuple[str, ...] = ()
    protocol: Literal["ds", "dm"] = "ds"

    @property
    def notification_identity(self) -> tuple[str, str]:
        """Whose id and password sign this account's notifications (decision 12)."""
        if self.policy.notification.identity == "user":
            return self.user, self.password
        return self.server_id, self.server_secret


class Replacement(msgspec.Struct, frozen=True):
    """New credentials of an account: AuthSecret replaced in its DS MO, or a bootstrap (decision 14).

    None leaves a value as it is. A bootstrap gives both nonces, b"" where it has no AAUTHDATA.
    """

    reason: str
    server_secret: str
    server_nonce: bytes | None = None
    client_nonce: bytes | None = None
    password: str | None = None


class Keyring(msgspec.Struct, frozen=True):
    """All accounts, in the order of the profile."""

    accounts: tuple[Account, ...] = ()

    def account(self, name: str) -> Account:
        return next(a for a in self.accounts if a.name == name)

    def of(self, protocol: str) -> tuple[Account, ...]:
        return tuple(a for a in self.accounts if a.protocol == protocol)

    def for_server(self, server_id: str, protocol: str = "ds") -> tuple[Account, ...]:
        return tuple(a for a in self.of(protocol) if a.server_id == server_id)
