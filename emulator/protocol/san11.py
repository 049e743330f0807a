"""The DS 1.1 notification: a SyncML message with Alerts and without a digest. Decision 16.

Without a Cred it proves nothing: whether it is ignored, put to the owner, or taken at its word is the
profile's choice (`notification.san11`). One whose Cred is wrong is never taken. No rule of the
resynchronisation applies: the SessionID is no nonce here. Starts nothing itself.
"""

import msgspec

from emulator.protocol import servercred
from emulator.protocol.events import ServerCredJudged
from emulator.protocol.keyring import Account, Keyring
from emulator.wire.syncml import Alert, Message, number

CODES = range(206, 211)
"""Alert codes by which a server asks for a synchronisation (SyncML Sync Protocol 1.1, 8)."""


class Alerted(msgspec.Struct, frozen=True):
    """What a DS 1.1 alert asks for: (alert code, datastore's URI at the server) of each.

    `asks`: the owner is to be asked first.
    """

    syncs: tuple[tuple[int, str], ...]
    asks: bool


def account_of(message: Message, keyring: Keyring) -> Account | None:
    """The DS account of the server that the message says it comes from, by id or URL."""
    source = message.header.source
    names = {source.uri, source.name} - {"", None} if source else set()
    return next((a for a in keyring.of("ds") if names & {a.server_id, a.url}), None)


def cred(message: Message, account: Account) -> ServerCredJudged | None:
    """What its Cred proves; None without one. A server that sends its bare secret knows it."""
    header = message.header
    if header.cred is None:
        return None
    over = servercred.own(account)
    return servercred.judge(header.cred, header.ver_dtd, account, over, basic=True)


def syncs(message: Message) -> tuple[tuple[int, str], ...]:
    """(alert code, the datastore's URI at the server) of each item of the Alerts 206 to 210."""
    return tuple(
        (number(command.data), item.source.uri)
        for command in message.commands
        if isinstance(command, Alert) and number(command.data) in CODES
        for item in command.items
        if item.source is not None
    )
