"""What the codes and names of the field mean, in short sentences for people.

Tables only. Sources: Status codes: OMA SyncML RepPro 1.2, 10; Alert codes: OMA DS Protocol 1.2, 13, and
OMA DM Protocol 1.2.1; elements: RepPro 1.2, 6, and MetInf 1.2; package #0: OMA DM 1.2.1 Notification, 6.2,
with the DS body. Decides nothing: the session has its own rules.
"""

STATUS: dict[int, str] = {
    101: "in progress",
    200: "OK",
    201: "the item was added",
    202: "accepted, not yet carried out",
    203: "a non-authoritative response",
    204: "no content",
    205: "the source should update its content",
    206: "only a part was carried out",
    207: "conflict: both versions were merged",
    208: "conflict: the client's version won",
    209: "conflict: both versions were kept",
    210: "deleted, but not archived",
    211: "nothing to delete: the item was not there",
    212: "authentication accepted for the whole session",
    213: "chunk of a large object taken, more is expected",
    214: "the operation was cancelled",
    215: "not executed, because of another command",
    216: "Atomic was rolled back",
    300: "several choices for the target",
    301: "the target has moved for good",
    302: "the target is elsewhere for now",
    303: "see another URI",
    304: "not modified",
    305: "a proxy must be used",
    400: "bad request: the command is malformed",
    401: "invalid credentials: they do not verify",
    402: "payment is needed",
    403: "forbidden",
    404: "not found",
    405: "the command is not allowed on the target",
    406: "an optional feature that is not supported",
    407: "credentials are missing",
    408: "a request took too long",
    409: "conflict between client and server",
    410: "gone for good",
    411: "the size is missing",
    412: "the command is incomplete",
    413: "the message or item is too large",
    414: "the URI is too long",
    415: "media type or format not supported",
    416: "the announced size is too large",
    417: "busy: try again later",
    418: "the item exists already",
    419: "conflict: the server's version won",
    420: "the device is full",
    421: "the search grammar is not known",
    422: "bad CGI script",
    423: "conflict with a soft delete",
    424: "the size is not the announced one",
    425: "permission denied",
    426: "a part of an item was not taken",
    427: "the item is not empty",
    428: "moving failed",
    500: "the command failed",
    501: "the command is not implemented",
    502: "bad gateway",
    503: "the service is not available",
    504: "the gateway waited in vain",
    505: "this version of the DTD is not supported",
    506: "processing error",
    507: "Atomic failed",
    508: "refresh required: a slow sync is needed",
    510: "the datastore failed",
    511: "the server failed",
    512: "synchronisation failed",
    513: "this protocol version is not supported",
    514: "the operation was cancelled",
    516: "rolling back Atomic failed",
    517: "the response to Atomic does not fit into a message",
}

ALERT: dict[int, str] = {
    100: "show a text to the user",
    200: "two-way sync",
    201: "slow sync: all items are compared",
    202: "one-way sync from the client",
    203: "refresh from the client: the server takes all of it",
    204: "one-way sync from the server",
    205: "refresh from the server: the client takes all of it",
    206: "two-way sync, asked for by the server",
    207: "one-way sync from the client, asked for by the server",
    208: "refresh from the client, asked for by the server",
    209: "one-way sync from the server, asked for by the server",
    210: "refresh from the server, asked for by the server",
    221: "send the result of the last package again",
    222: "next message, please: nothing else to say now",
    223: "the end of a large object is missing",
    224: "suspend the session",
    225: "resume the session",
    1100: "DM: display a text",
    1101: "DM: confirm or reject",
    1102: "DM: ask for a text",
    1103: "DM: choose one",
    1104: "DM: choose several",
    1200: "DM session that the server asked for",
    1201: "DM session that the client starts",
    1222: "DM: next message, please",
    1223: "DM: the session is aborted",
    1224: "DM: an event of the client",
    1225: "DM: the end of a large object is missing",
    1226: "DM: a generic alert",
}

UI_MODE: dict[str, str] = {
    "not-specified": "the profile decides whether the owner is asked",
    "background": "the session starts without a word",
    "informative": "the owner is told",
    "user-interaction": "the owner is asked first",
}

INITIATOR: dict[str, str] = {
    "user": "the end user caused it",
    "server": "the server caused it",
}

AUTH: dict[str, str] = {
    "syncml:auth-basic": "user and password in base64, not hashed",
    "syncml:auth-md5": "MD5 over name, secret and nonce",
    "syncml:auth-mac": "MD5 over name, secret, nonce and body, in a header of HTTP",
}

FORMAT: dict[str, str] = {
    "b64": "the data is base64",
    "bin": "the data is binary",
    "chr": "the data is text",
    "xml": "the data is XML",
    "int": "the data is a number",
    "node": "an inner node, no data",
}

ELEMENTS: dict[str, str] = {
    "SyncHdr": "who speaks to whom, in which session",
    "SyncBody": "the commands",
    "VerDTD": "version of the representation",
    "VerProto": "version of the protocol",
    "SessionID": "the same in all messages of a session",
    "MsgID": "counts the sender's messages from 1",
    "Target": "whom it is for",
    "Source": "whom it is from",
    "LocURI": "address",
    "LocName": "name; in SyncHdr the user",
    "RespURI": "where the next message must go",
    "Cred": "proves who the sender is",
    "Chal": "challenge: how to prove oneself next time",
    "NextNonce": "signs the next Cred",
    "MaxMsgSize": "octets that a message may have",
    "MaxObjSize": "octets that an item may have",
    "Status": "answer to a command",
    "CmdID": "number of this command in its message",
    "MsgRef": "answers a command of this message",
    "CmdRef": "answers this command; 0 is SyncHdr",
    "Cmd": "answers a command of this name",
    "TargetRef": "the target of what is answered",
    "SourceRef": "the source of what is answered",
    "Alert": "asks for a sync, or says something",
    "Sync": "changes of a datastore",
    "Add": "a new item",
    "Replace": "an item in place of the old one",
    "Delete": "an item is gone",
    "Copy": "copy an item",
    "Move": "move an item",
    "Exec": "carry something out",
    "Put": "hands something over",
    "Get": "asks for something",
    "Results": "what a Get asked for",
    "Search": "looks for items",
    "Atomic": "all of it or nothing",
    "Sequence": "in this order",
    "Map": "which GUID the client's LUIDs have",
    "MapItem": "one pair of GUID (Target) and LUID (Source)",
    "Item": "one piece of data",
    "Meta": "about the data",
    "Anchor": "marks up to where both are synchronised",
    "Last": "anchor of the last sync",
    "Next": "anchor of this sync",
    "Final": "last message of the package",
    "NoResp": "no Status is wanted",
    "NoResults": "no Results are wanted",
    "MoreData": "the item goes on in the next message",
    "NumberOfChanges": "how many changes will follow",
    "Archive": "keep a copy of what is deleted",
    "SftDel": "soft delete: the server keeps it",
    "DevInf": "what the device can do",
    "MgmtTree": "a management object",
}

FIELDS: dict[str, str] = {
    "digest": "MD5 that proves who sent it",
    "version": "of the notification's format",
    "session id": "the session to open; also the default nonce",
    "server id": "which server asks",
    "number of syncs": "how many datastores are named",
    "vendor": "octets of the vendor, signed like the rest",
    "TID": "number of the push",
    "service centre": "who keeps and forwards SMS; its length first",
    "type": "which way it goes, and whether a header comes first",
    "data coding": "which characters, or octets",
    "data length": "what follows, in octets or in characters of 7 bits",
    "ports": "for which application of the phone",
    "part": "how to put a long SMS together",
    "PDU type": "06: a push",
    "X-Wap-Application-Id": "the phone's application that it is for",
}
"""What a field of a push or a package #0 is for."""


def of_status(text: str) -> str:
    """What a Status code means, "" for one that nobody knows."""
    return STATUS.get(_code(text), "")


def of_alert(text: str) -> str:
    """What an Alert code means, "" for one that nobody knows."""
    return ALERT.get(_code(text), "")


def of_value(path: tuple[str, ...], value: str) -> str:
    """What the value of the element at `path` means, where it is a code."""
    match path[-2:]:
        case ("Status", "Data"):
            return of_status(value)
        case ("Alert", "Data"):
            return of_alert(value)
        case (*_, "Type"):
            return AUTH.get(value.strip().lower(), "")
        case (*_, "Format"):
            return FORMAT.get(value.strip().lower(), "")
        case (*_, "CmdRef") if value.strip() == "0":
            return "SyncHdr, so the message as a whole"
    return ""


def of_field(name: str, value: str) -> str:
    """What the value of a field of a package #0 means, where it is a code."""
    if name == "ui-mode":
        return UI_MODE.get(value, "")
    if name == "initiator":
        return INITIATOR.get(value, "")
    is_alert = name.startswith("sync ") and name.endswith(" type")
    return of_alert(value) if is_alert and not name.endswith("content type") else ""


def _code(text: str) -> int:
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else -1
