"""The control interface: one table of methods and paths over the service, JSON in and out.

Knows no HTTP library; `app` brings the requests here and guards the door. Secrets are masked unless
the query says `secrets=1`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar
from urllib.parse import unquote

import msgspec

from emulator.server import misbehaviour
from emulator.server.accounts import NewAccount, account_of
from emulator.server.datastore import name_of
from emulator.server.exchange import NoncesAre
from emulator.server.sender import DEFAULT_SYNCS
from emulator.server.service import Service, Told
from emulator.server.state import Account, Scheme
from emulator.wire.notification import Sync

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MASK = "***"
T = TypeVar("T")


class Call(msgspec.Struct, frozen=True):
    """A request to the control interface: what the `*` of its path stand for, query, body."""

    parts: tuple[str, ...]
    query: Mapping[str, str]
    body: bytes


class Lines(msgspec.Struct, frozen=True):
    """An answer of JSON lines."""

    octets: bytes


class AccountChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    user: str | msgspec.UnsetType = msgspec.UNSET
    password: str | msgspec.UnsetType = msgspec.UNSET
    server_id: str | msgspec.UnsetType = msgspec.UNSET
    server_secret: str | msgspec.UnsetType = msgspec.UNSET
    client_nonce_hex: str | msgspec.UnsetType = msgspec.UNSET
    server_nonce_hex: str | msgspec.UnsetType = msgspec.UNSET
    scheme: Scheme | msgspec.UnsetType = msgspec.UNSET
    authenticates: bool | msgspec.UnsetType = msgspec.UNSET


class Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: tuple[str, ...]


class ItemBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str
    type: str = "text/x-vcard"


class Notification(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`nonce`: stored, session-id, or hex digits. `target`: "HOST:PORT", loopback only."""

    device_id: str
    session_id: int | None = None
    nonce: str = "stored"
    encoding: str = "raw16_be"
    syncs: tuple[Sync, ...] = DEFAULT_SYNCS
    ui_mode: int = 1
    initiator: int = 1
    version: int = 12
    vendor_hex: str = ""
    form: str = "package0"
    target: str | None = None


class Forbidden(Exception):
    """What the control interface does not do, for whomever."""


def _body(cls: type[T], call: Call) -> T:
    return msgspec.json.decode(call.body or b"{}", type=cls)


# Accounts


def _shown(service: Service, account: Account, call: Call) -> dict[str, Any]:
    secret = call.query.get("secrets") == "1"
    stores = service.state.stores.get(account.device_id, {})
    return {
        "device_id": account.device_id,
        "user": account.user,
        "password": account.password if secret else MASK,
        "server_id": account.server_id,
        "server_secret": account.server_secret if secret else MASK,
        "client_nonce_hex": account.client_nonce.hex(),
        "server_nonce_hex": account.server_nonce.hex(),
        "scheme": account.scheme,
        "authenticates": account.authenticates,
        "device": account.device,
        "items": {name: len(store.items) for name, store in stores.items()},
    }


def _accounts(service: Service, call: Call) -> Any:
    return [_shown(service, account, call) for account in service.state.accounts.values()]


def _account(service: Service, call: Call) -> Any:
    return _shown(service, service.account(call.parts[0]), call)


def _add_account(service: Service, call: Call) -> Any:
    account = account_of(_body(NewAccount, call))
    if account.device_id in service.state.accounts:
        raise ValueError(f"device_id: {account.device_id} has an account already")
    service.put_account(account)
    return _shown(service, account, call)


def _change_account(service: Service, call: Call) -> Any:
    account = service.account(call.parts[0])
    changes: dict[str, Any] = msgspec.to_builtins(_body(AccountChange, call))
    for nonce in ("client_nonce", "server_nonce"):
        if f"{nonce}_hex" in changes:
            changes[nonce] = _unhex(f"{nonce}_hex", changes.pop(f"{nonce}_hex"))
    account = msgspec.structs.replace(account, **changes)
    service.put_account(account)
    return _shown(service, account, call)


# Misbehaviour


def _misbehaviours(service: Service, call: Call) -> Any:
    return [
        {
            "name": name,
            "description": row.description,
            "value": row.value or None,
            "values": row.values,
            "on": name in service.misbehaviour,
        }
        for name, row in misbehaviour.TABLE.items()
    ]


def _misbehaviour(service: Service, call: Call) -> Any:
    return {"names": service.misbehaviour.names}


def _set_misbehaviour(service: Service, call: Call) -> Any:
    service.misbehaviour = misbehaviour.parse(_body(Names, call).names)
    return _misbehaviour(service, call)


# Items


def _items(service: Service, call: Call) -> Any:
    device_id, name = call.parts
    store = service.store(device_id, name_of(name))
    return [
        {
            "guid": guid,
            "luid": store.mapped[guid].luid if guid in store.mapped else None,
            "type": item.type,
            "text": item.octets.decode("utf-8", "replace"),
        }
        for guid, item in store.items.items()
    ]


def _put_item(service: Service, call: Call) -> Any:
    device_id, name, guid = (*call.parts, "")[:3]
    item = _body(ItemBody, call)
    octets = item.text.encode()
    return {"guid": service.put_item(device_id, name_of(name), octets, item.type, guid)}


def _remove_item(service: Service, call: Call) -> Any:
    device_id, name, guid = call.parts
    service.remove_item(device_id, name_of(name), guid)
    return {"guid": guid}


# Notifications and facts


def _notify(service: Service, call: Call) -> Any:
    wanted = _body(Notification, call)
    named: dict[str, Literal["stored", "session-id"]] = {
        "stored": "stored",
        "session-id": "session-id",
    }
    made = service.notify(
        wanted.device_id,
        session_id=wanted.session_id,
        nonce=named.get(wanted.nonce) or _unhex("nonce", wanted.nonce),
        encoding=wanted.encoding,
        syncs=wanted.syncs,
        ui_mode=wanted.ui_mode,
        initiator=wanted.initiator,
        version=wanted.version,
        vendor=_unhex("vendor_hex", wanted.vendor_hex),
        form=wanted.form,
        target=_target(wanted.target),
    )
    return {
        "session_id": made.session_id,
        "hex": made.octets.hex(),
        "datagram_hex": made.datagram.hex(),
        "sent_to": wanted.target,
    }


def _target(text: str | None) -> tuple[str, int] | None:
    if text is None:
        return None
    host, _, port = text.removeprefix("udp://").rpartition(":")
    host = host.strip("[]")
    if host not in LOOPBACK:
        raise Forbidden(f"target: loopback only, not {host or text}")
    if not port.isdigit() or not 0 < int(port) < 0x10000:
        raise ValueError(f"target: HOST:PORT wanted, not {text}")
    return host, int(port)


def _unhex(key: str, text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ValueError(f"{key}: hex digits wanted, not {text!r}") from None


def _facts(service: Service, call: Call) -> Any:
    since = call.query.get("since", "0")
    if not since.isdigit():
        raise ValueError(f"since: a number wanted, not {since!r}")
    lines = (msgspec.json.encode(line(t)) + b"\n" for t in service.told if t.seq > int(since))
    return Lines(b"".join(lines))


def line(told: Told) -> dict[str, Any]:
    """A fact as JSON: its kind under "fact", nonces in hex."""
    fact = told.fact
    values: dict[str, Any] = {"seq": told.seq, "at": told.at}
    if isinstance(fact, NoncesAre):
        return {
            **values,
            "fact": "nonces-are",
            "device_id": fact.device_id,
            "client_nonce_hex": fact.client_nonce.hex(),
            "server_nonce_hex": fact.server_nonce.hex(),
        }
    return {**values, "fact": "said", "device_id": fact.device_id, "sentence": fact.sentence}


Handler = Callable[[Service, Call], Any]
ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "accounts"): _accounts,
    ("POST", "accounts"): _add_account,
    ("GET", "accounts/*"): _account,
    ("PATCH", "accounts/*"): _change_account,
    ("GET", "misbehaviours"): _misbehaviours,
    ("GET", "misbehaviour"): _misbehaviour,
    ("PUT", "misbehaviour"): _set_misbehaviour,
    ("GET", "items/*/*"): _items,
    ("POST", "items/*/*"): _put_item,
    ("PUT", "items/*/*/*"): _put_item,
    ("DELETE", "items/*/*/*"): _remove_item,
    ("POST", "notify"): _notify,
    ("GET", "facts"): _facts,
}


def handle(
    service: Service, method: str, path: str, query: Mapping[str, str], body: bytes
) -> tuple[int, Any]:
    """Status and value (JSON, or Lines) for a request; `path` as it came, after "/control/"."""
    for (wanted, pattern), handler in ROUTES.items():
        parts = _match(pattern, path)
        if wanted != method or parts is None:
            continue
        try:
            return 200, handler(service, Call(parts, query, body))
        except Forbidden as why:
            return 403, {"error": str(why)}
        except LookupError as why:
            return 404, {"error": str(why.args[0])}
        except (ValueError, msgspec.MsgspecError) as why:
            return 400, {"error": str(why)}
        except OSError as why:
            return 502, {"error": f"not sent: {why}"}
    known = sorted(f"{wanted} /control/{pattern}" for wanted, pattern in ROUTES)
    return 404, {"error": f"no {method} /control/{path}", "known": known}


def _match(pattern: str, path: str) -> tuple[str, ...] | None:
    wanted, given = pattern.split("/"), [unquote(part) for part in path.strip("/").split("/")]
    if len(wanted) != len(given):
        return None
    if any(w not in ("*", g) for w, g in zip(wanted, given, strict=True)):
        return None
    return tuple(g for w, g in zip(wanted, given, strict=True) if w == "*")


def allowed(client: str, headers: Mapping[str, str]) -> str | None:
    """Why a request may not come in: only from this machine, and not from a page in a browser."""
    if client not in LOOPBACK:
        return f"the control interface is for this machine only, not for {client}"
    host = headers.get("host", "")
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    if name.strip("[]").lower() not in LOOPBACK:
        return f"Host {host or '(none)'} is not this machine"
    if "origin" in headers:
        return "requests with an Origin come from a browser's page"
    return None
