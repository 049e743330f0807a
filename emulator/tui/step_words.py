"""What each of the six steps means in each of its states, for somebody who sees it for the first time.

The clause itself is in `protocol/states.py`; here is why a step stands as it stands, and what that proves.
"""

from emulator.protocol.events import StepState

NOT_REACHED = "The run ended before anything decided this step."
"""What stands in place of "pending" once the run is over."""

WORDS: dict[tuple[int, StepState], str] = {
    (1, "pending"): "No notification has been verified in this run yet.",
    (1, "running"): "The digest of the notification is being compared.",
    (
        1,
        "passed",
    ): "The digest over the stored nonce is the one that came. So both sides hold the same "
    "server nonce and the same secret: an ordinary session follows, nothing has to be repaired.",
    (
        1,
        "failed",
    ): "The digest over the stored nonce is not the one that came: the server signed with "
    "another nonce, or with another secret. This is what the flow is for and no error by itself; "
    "step 2 decides.",
    (1, "skipped"): "The handset started this session by itself, so there was no digest to verify.",
    (2, "pending"): "The SessionID is tried only when the stored nonce does not verify.",
    (2, "running"): "The digest over the SessionID is being compared.",
    (
        2,
        "passed",
    ): "The digest over the SessionID is the one that came. So the sender knows the secret, "
    "but has lost the nonce: it asks for a resynchronisation. Once the server has answered, this "
    "SessionID opens no other session.",
    (
        2,
        "failed",
    ): "The notification is ignored: no session starts, nothing is sent, no nonce changes. "
    "Either the SessionID does not verify it, or a rule forbids to use it.",
    (2, "skipped"): "Not needed: without a failed step 1 nobody uses the SessionID as a nonce.",
    (3, "pending"): "No session has been started in this run yet.",
    (
        3,
        "running",
    ): "Package 1 is on its way. Its Cred is computed over the client nonce, which no lost "
    "server nonce spoils.",
    (
        3,
        "passed",
    ): "The server answered package 1 in the SyncML session. Whether it accepts the handset "
    "is step 4.",
    (
        3,
        "failed",
    ): "No SyncML answer came to package 1. That tells nothing about nonces and changes none: "
    "look at the URL and at the server.",
    (3, "skipped"): "No session was needed.",
    (4, "pending"): "The server has not judged the credentials of the handset yet.",
    (
        4,
        "running",
    ): "The server asks for the credentials again, over the nonce in its Chal; package 1 "
    "leaves once more. This repairs a client nonce that does not fit.",
    (
        4,
        "passed",
    ): "The server accepted the Cred, so it knows user and password. A Chal beside its 200 "
    "or 212 brings the client nonce of the next session.",
    (
        4,
        "failed",
    ): "The server did not accept the handset: user, password or what it says in its Status "
    "is wrong. Nothing is stored.",
    (4, "skipped"): "The server was not asked for anything.",
    (5, "pending"): "The server has not proven itself in this session yet.",
    (
        5,
        "running",
    ): "The Cred of the server is judged. In a resynchronisation it has to be computed over "
    "the SessionID.",
    (
        5,
        "passed",
    ): "The server is the one that the handset knows. Only now may it get a new server nonce: "
    "the Chal beside our success Status. Until it is confirmed, that nonce is the candidate.",
    (
        5,
        "failed",
    ): "Whoever answers has not shown that it knows the secret of the server: its Cred is "
    "missing or does not verify. The session ends, nothing is stored, no nonce is given away.",
    (
        5,
        "skipped",
    ): "The server sent no Cred and does not have to: nobody has proven who it is, so it "
    "gets no new server nonce.",
    (6, "pending"): "No Chal of the handset is waiting for its confirmation.",
    (
        6,
        "running",
    ): "The Chal with the new server nonce is sent. Old nonce and candidate are both good "
    "until the server confirms.",
    (
        6,
        "passed",
    ): "The server took the new server nonce: the candidate is now the stored nonce. Its next "
    "notification can be verified in step 1 again.",
    (
        6,
        "failed",
    ): "The server did not confirm the new server nonce. Stored nonce and candidate both "
    "stay, so that the next notification is verified with either.",
    (6, "skipped"): "The server got no new nonce in this session, so there is nothing to confirm.",
}
