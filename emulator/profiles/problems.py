"""What keeps a handset of a profile from working, and every setting with its origin."""

import re
from collections.abc import Iterator

import msgspec

from emulator.profiles.tables import TABLES, AccountTable, Profile
from emulator.protocol.keyring import Account

_SHOWN_AS_SECRET = ("server_secret", "password")
_USER_OF_URL = re.compile(r"//[^/]*@")
_NAMES_US = "no notification can name this account"
_SIGNS = "no notification can be checked"


def problems(profile: Profile, notifications: bool = True) -> list[str]:
    """What would keep a handset of this profile from working, in words.

    `notifications`: whether it is to receive any; a sync that the person starts needs less.
    """
    found = []
    if not any(account.protocol == "ds" for account in profile.accounts):
        found.append("[account] is missing: url, server_id, user and password of a DS account")
    for account in profile.accounts:
        where = f"account {account.name}"
        if not account.url.lower().startswith(("http://", "https://")):
            found.append(f"{where}: url is missing, or not http:// or https://")
        if "@" in account.url.partition("://")[2].partition("/")[0]:
            found.append(f"{where}: url holds a user name; a URL is shown everywhere, take it out")
        if notifications:
            found += [f"{where}: {key} is missing: {why}" for key, why in _lacking(account)]
        if account.protocol == "ds" and not account.stores:
            found.append(f"{where}: no datastore; add [stores.contacts] with server = ...")
        if account.policy.auth.scheme != "none" and not account.user:
            found.append(f"{where}: user is missing")
    return found


def unheard(profile: Profile) -> str:
    """What is missing, so that no notification can reach a handset of this profile; "" for nothing.

    The handset listens nowhere then; a sync that the person starts needs none of it.
    """
    found = []
    for account in profile.accounts:
        where = f" in account {account.name}" if len(profile.accounts) > 1 else ""
        found += [f"{key.replace('_', ' ')}{where}" for key, _ in _lacking(account)]
    return " and ".join(found)


def _lacking(account: Account) -> Iterator[tuple[str, str]]:
    """(key, why) of each setting that is missing for notifications."""
    if not account.server_id:
        yield "server_id", _NAMES_US
    if not account.notification_identity[1]:
        by_user = account.policy.notification.identity == "user"
        yield ("password" if by_user else "server_secret"), _SIGNS


def shown(profile: Profile, secrets: bool = False) -> Iterator[tuple[str, str, str]]:
    """(key, value, origin) of every setting, secrets masked unless asked for."""
    for name, kind in TABLES.items():
        values = profile.device if name == "device" else getattr(profile.policy, name)
        for field in msgspec.structs.fields(kind):
            value = getattr(values, field.name)
            key = f"{name}.{field.name}"
            if key == "http.proxy" and not secrets:
                value = _USER_OF_URL.sub("//(secret)@", value)
            yield key, _text(value), profile.origins.get(key, "default")
    for account in profile.accounts:
        for field in msgspec.structs.fields(AccountTable):
            key = f"accounts.{account.name}.{field.name}"
            raw: object = {
                "client_nonce_hex": _hex(account.client_nonce),
                "server_nonce_hex": _hex(account.server_nonce),
                "protocol": account.protocol,
            }.get(field.name) or getattr(account, field.name, "")
            if field.name in _SHOWN_AS_SECRET and raw and not secrets:
                raw = "(secret)"
            yield key, _text(raw), profile.origins.get(key, "default")
        for store in account.stores:
            for name in ("server", "type", "version"):
                key = f"stores.{store.name}.{name}"
                yield key, _text(getattr(store, name)), profile.origins.get(key, "default")


def _hex(nonce: bytes | None) -> str:
    return "" if nonce is None else nonce.hex()


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "-"
    return str(value).lower() if isinstance(value, bool) else str(value)
