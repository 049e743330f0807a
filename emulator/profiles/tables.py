"""What a profile is made of: its tables and keys, the frozen `Profile`, and the error that names one.

Reads no file.
"""

import difflib
from collections.abc import Iterable
from typing import Literal

import msgspec

from emulator.protocol.keyring import Account, Device
from emulator.protocol.policy import Policy, Table


class ProfileError(Exception):
    """A profile is wrong: the text says file, key, what is allowed, and what was perhaps meant."""


class DeviceTable(Table, frozen=True):
    """[device]: how the device describes itself. `codec` xml or wbxml; `version` of SyncML."""

    id: str = "IMEI:490000000000017"
    manufacturer: str = "ds-handset"
    model: str = "emulator"
    type: str = "phone"
    codec: Literal["xml", "wbxml"] = "wbxml"
    version: Literal["1.2", "1.1", "1.0"] = "1.2"
    max_msg_size: int = 16384
    max_obj_size: int = 1_000_000


class AccountTable(Table, frozen=True):
    """[account], or [accounts.NAME]: the nonces are first values only; then the store's count."""

    url: str = ""
    server_id: str = ""
    server_secret: str = ""
    user: str = ""
    password: str = ""
    client_nonce_hex: str | None = None
    server_nonce_hex: str | None = None
    protocol: Literal["ds", "dm"] = "ds"


class StoreTable(Table, frozen=True):
    """[stores.NAME]: the datastore's URI at the server, its content type and version."""

    server: str = ""
    type: str = "text/x-vcard"
    version: str = "2.1"


class Profile(msgspec.Struct, frozen=True):
    """A whole profile. `origins` maps "table.key" to the name of the layer that set it."""

    name: str
    path: str
    device: Device
    accounts: tuple[Account, ...]
    policy: Policy
    origins: dict[str, str]
    description: str = ""

    @property
    def personal(self) -> tuple[str, ...]:
        """Who the device and its owner are: what the screen hides on demand."""
        return (self.device.id, *(account.user for account in self.accounts))


POLICY = {field.name: field.type for field in msgspec.structs.fields(Policy)}
TABLES: dict[str, type[Table]] = {"device": DeviceTable, **POLICY}
NAMED: dict[str, type[Table]] = {"accounts": AccountTable, "stores": StoreTable}
TOP = ("handset", "server", "description")
SECRETS = ("server_secret", "password", "user")


def one_of(names: Iterable[str]) -> str:
    """The names that are allowed, for an error."""
    return "one of " + ", ".join(sorted(names))


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """What was perhaps meant, for the end of an error; "" when nothing is close."""
    close = difflib.get_close_matches(name, list(names), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
