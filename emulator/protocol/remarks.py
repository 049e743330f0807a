"""Conformance remarks about the peer: id, severity, clause and what is odd, in one table."""

import msgspec

from emulator.protocol.events import Remarked, Severity


class Remark(msgspec.Struct, frozen=True):
    """A remark as found: the row of the table and the detail of the case."""

    id: str
    detail: str = ""

    def event(self) -> Remarked:
        severity, clause, sentence = REMARKS[self.id]
        words = sentence + (f": {self.detail}" if self.detail else "")
        return Remarked(self.id, severity, clause, words)


REMARKS: dict[str, tuple[Severity, str, str]] = {
    "sms-malformed": (
        "warning",
        "3GPP TS 23.040, 9.2",
        "an SMS that cannot be read; nothing is made of it",
    ),
    "sms-incomplete": (
        "warning",
        "3GPP TS 23.040, 9.2.3.24.1",
        "a long SMS of which parts never came; it is given up",
    ),
    "sms-part-again": (
        "note",
        "3GPP TS 23.040, 9.2.3.24.1",
        "a part of a long SMS came again; the newer one counts",
    ),
    "modem-cannot": (
        "note",
        "3GPP TS 27.007, 27.005",
        "a sender asks for what this modem does not know; it was answered ERROR",
    ),
    "delivery-refused": (
        "warning",
        "WAP-235 PushOTA; SMPP 3.4; 3GPP TS 27.005",
        "a bearer turned a sender away; nothing is made of what it brought",
    ),
    "several-accounts": (
        "note",
        "decision 15",
        "more than one account verifies the notification; the first is taken, besides",
    ),
    "session-id-changed": (
        "warning",
        "SyncML RepPro, SessionID",
        "the reply stands under another SessionID; we go on under ours",
    ),
    "downgrade": (
        "error",
        "decision 5",
        "the server asks for a weaker or unknown kind of credentials",
    ),
    "challenge-without-nonce": (
        "warning",
        "SyncML RepPro, Chal",
        "an md5 challenge without NextNonce: we sign with the empty nonce",
    ),
    "challenge-missing": (
        "error",
        "SyncML Security, 401/407",
        "401 or 407 without a Chal: nothing to answer with",
    ),
    "nonce-not-base64": (
        "warning",
        "SyncML RepPro, NextNonce",
        "NextNonce without Format b64: its text is the nonce",
    ),
    "no-new-client-nonce": (
        "note",
        "change request 5.1, step 4",
        "the success Status brings no new client nonce; the stored one stays",
    ),
    "mac-accepted-for-session": (
        "warning",
        "SyncML Security, auth-MAC",
        "212 where every message is signed: the code is 200; we go on signing",
    ),
    "mac-without-new-nonce": (
        "warning",
        "SyncML Security, auth-MAC",
        "every message has to bring a new nonce; this one brings none",
    ),
    "mac-header-malformed": (
        "error",
        "SyncML Security, auth-MAC",
        "the header x-syncml-hmac cannot be read; it proves nothing",
    ),
    "mac-in-cred": (
        "error",
        "SyncML Security, auth-MAC",
        "auth-MAC stands in the header x-syncml-hmac; a Cred beside it proves nothing",
    ),
    "server-name-differs": (
        "note",
        "decision 7",
        "the server calls itself otherwise than the account",
    ),
    "server-does-not-authenticate": (
        "warning",
        "change request 5.1, step 5",
        "the server sent no Cred of its own",
    ),
    "server-used-stored-nonce": (
        "note",
        "decision 7",
        "in a resynchronisation the server proved itself with another nonce than the SessionID",
    ),
    "carried-out-unauthenticated": (
        "error",
        "SyncML Security, 401/407; decision 7",
        "the server refuses our Cred and carries out commands of the same message",
    ),
    "command-challenged": (
        "warning",
        "decision 5",
        "401, 407 or a Chal on a command instead of SyncHdr; that datastore is left out",
    ),
    "store-refused": (
        "warning",
        "DS Protocol, sync initialisation",
        "the server refuses a datastore",
    ),
    "item-refused": ("warning", "DS Protocol, Sync", "the server refuses an item"),
    "no-header-status": (
        "warning",
        "SyncML Protocol, Status",
        "the message has no Status for our SyncHdr",
    ),
    "devinf-asked-again": (
        "note",
        "DS Protocol, device information exchange",
        "the server asks for the device information that package 1 has brought it",
    ),
    "command-unsupported": (
        "note",
        "DS Protocol",
        "a command that this handset does not carry out",
    ),
    "map-refused": (
        "warning",
        "DS Protocol, Map",
        "the server refuses a Map; it goes out again in the next session",
    ),
    "chunk-missing": (
        "warning",
        "DS Protocol, large objects",
        "another item came before the last chunk of a large one, which is dropped",
    ),
    "item-unnamed": (
        "error",
        "SyncML RepPro, Replace",
        "the server replaces an item and names none, neither by our LUID nor by its GUID",
    ),
    "item-too-large": (
        "warning",
        "DS Protocol, MaxObjSize",
        "the server sends an item larger than our MaxObjSize",
    ),
    "anchor-differs": (
        "warning",
        "DS Protocol, anchors",
        "the server's last anchor is not the one it gave us",
    ),
    "alert-without-digest": (
        "warning",
        "decision 16",
        "a DS 1.1 alert has no digest: anybody may have sent it; the profile lets it through",
    ),
    "unknown-datastore": (
        "note",
        "decision 18",
        "the notification names a datastore that this account does not have",
    ),
    "basic-over-http": (
        "warning",
        "SyncML Security, basic",
        "credentials are sent readable over plain http",
    ),
    "duplicate-reply": (
        "error",
        "SyncML RepPro, MsgID",
        "the reply is the one before once more, not the one to our message; we ask again",
    ),
    "not-syncml": (
        "error",
        "SyncML HTTP Binding, responses",
        "the answer of HTTP brings no SyncML message",
    ),
    "broken-message": (
        "error",
        "SyncML HTTP Binding, Content-Type; SyncML RepPro",
        "the message cannot be read in the encoding of the session",
    ),
    "resp-uri-changed": (
        "note",
        "SyncML RepPro, RespURI",
        "the server gives another RespURI in the middle of a session; we follow it",
    ),
    "accepted-once": (
        "note",
        "SyncML Security, 200 and 212; decision 13",
        "200 instead of 212: the server wants a Cred in each message",
    ),
    "wrong-refusal": (
        "warning",
        "SyncML Security, 401/407",
        "a wrong Cred is refused with 401, a missing one with 407; the server mixes them up",
    ),
    "chal-type-differs": (
        "warning",
        "SyncML RepPro, Chal; decision 6",
        "the Chal of a success Status is of another type than our credentials",
    ),
    "server-cred-missing": (
        "warning",
        "change request 5.1, step 5",
        "the server sent no Cred although it has to; it is asked for one",
    ),
    "server-cred-wrong": (
        "warning",
        "change request 5.1, step 5; decision 7",
        "the server's Cred verifies with none of the nonces that it may use; it is challenged once",
    ),
    "no-final": (
        "error",
        "SyncML RepPro, Final; decision 17",
        "the server never marks the end of its package",
    ),
    "endless-222": (
        "error",
        "DS Protocol, Alert 222; decision 17",
        "the server asks for the next message again and again and brings nothing",
    ),
    "wire": ("note", "SyncML RepPro", "not as described"),
}


def remark(id_: str, detail: str = "") -> Remark:
    """A remark of the table; an id that is not there is our mistake (KeyError)."""
    assert id_ in REMARKS, id_
    return Remark(id_, detail)
