"""What to enter at a server so that it knows this device: one sheet an account.

Reads what it is given; whether a secret is shown is the reader's choice, and never the default.
"""

from typing import NamedTuple

from emulator.protocol.keyring import Account, Device


class Row(NamedTuple):
    """One entry of the sheet."""

    label: str
    value: str
    is_secret: bool = False

    def shown(self, secrets: bool, masked: str) -> str:
        """The value as it may be seen; `masked` stands for a secret that may not."""
        if not self.value:
            return "-"
        return masked if self.is_secret and not secrets else self.value


def rows(device: Device, account: Account) -> tuple[Row, ...]:
    """The sheet of one account."""
    return (
        Row("device id", device.id),
        Row("server id", account.server_id),
        Row("user", account.user),
        Row("password", account.password, True),
        Row("server secret", account.server_secret, True),
        Row("client nonce", _text(account.client_nonce)),
        Row("server nonce", _text(account.server_nonce)),
        Row("encoding", device.codec),
        *(Row(f"store {s.name}", f"{s.server} ({s.type})") for s in account.stores),
    )


def _text(nonce: bytes | None) -> str:
    return "" if nonce is None else nonce.hex() or "(empty)"
