"""What the handset says to its owner: no word of SyncML, and what the owner can do. One table.

Knows how a run ended, not how that is drawn.
"""

from emulator.tui.device import Ended

WORDS: dict[tuple[str, str], str] = {
    ("synchronised", ""): "Everything is up to date.",
    ("ignored", ""): "A request came that this phone did not follow.",
    ("ignored", "digest"): (
        "A request came that nobody could prove to be the server's. Nothing was done. "
        "If it was, check the server's password."
    ),
    ("ignored", "unknown-server"): (
        "A request came from a server that this phone has no account for. Nothing was done."
    ),
    ("ignored", "replayed"): "An old request came once more. It was not followed.",
    ("ignored", "malformed"): "A request came that could not be read. Ask for it once more.",
    ("ignored", "resync-disabled"): (
        "The server and this phone have lost step, and this phone may not repair that by "
        "itself. Set the account up again."
    ),
    ("ignored", "session-id-zero"): "A request came without a number. Ask for it once more.",
    ("ignored", "no-digest"): "A request came without any proof. It was not followed.",
    ("ignored", "transport-not-secure"): (
        "The connection to this server is not safe enough. Use an https address."
    ),
    ("ignored", "rate-limited"): "Too many requests came at once. Wait a minute.",
    ("ignored", "no-dm-session"): "The operator wants to manage this phone, which it cannot do.",
    ("ignored", "superseded"): "A request had to wait, and a newer one took its place.",
    ("ignored", "not-for-us"): "A message came that is not for synchronisation.",
    ("declined", ""): "You declined. Nothing was sent.",
    ("auth-refused", ""): (
        "The server did not accept this phone's password. Check user and password."
    ),
    ("auth-refused", "downgrade"): (
        "The server wants the password in the clear. This phone does not send it. "
        "Use an https address, or ask the server's people."
    ),
    ("auth-refused", "challenge-missing"): (
        "The server refused this phone and did not say why. Check user and password."
    ),
    ("server-not-authenticated", ""): (
        "The server could not prove who it is, so the phone stopped. Check the server's password."
    ),
    ("transport", ""): "The server did not answer. Check the connection, then try again.",
    ("transport", "unreachable"): (
        "The server cannot be reached. Check its address and the connection, then try again."
    ),
    ("transport", "no-time"): "The server took too long to answer. Try again later.",
    ("transport", "certificate"): (
        "The server's certificate is not trusted. Check its address, or have it pinned."
    ),
    ("transport", "http-404"): "There is no synchronisation at this address. Check it.",
    ("transport", "http-401"): (
        "The web server wants a password of its own. Ask the server's people."
    ),
    ("transport", "http-407"): "The proxy wants a password. Check the proxy settings.",
    ("transport", "http-5xx"): "The server has a fault. Try again later.",
    ("transport", "not-syncml"): "What answered is no synchronisation server. Check the address.",
    ("peer-error", ""): "The server made a mistake, so the phone stopped. Try again.",
    ("peer-error", "status-402"): "The server wants to be paid first. Ask the server's people.",
    ("peer-error", "status-403"): "The server does not allow this phone. Ask the server's people.",
    ("peer-error", "status-404"): "The server does not know what the phone asked for.",
    ("peer-error", "status-503"): "The server is busy. Try again later.",
    ("peer-error", "status-500"): "The server has a fault. Try again later.",
    ("peer-error", "store-refused"): (
        "The server has no place for what this phone wants to synchronise. Check the names of "
        "the stores."
    ),
    ("peer-error", "broken-message"): "The server's answer could not be read. Try again.",
    ("peer-error", "no-final"): "The server never came to an end, so the phone stopped.",
    ("peer-error", "endless-222"): "The server never came to an end, so the phone stopped.",
    ("peer-error", "step-6"): (
        "The server did not confirm the new key. Its next request may not be understood."
    ),
    ("timed-out", ""): "It took too long, so the phone stopped. Try again.",
    ("interrupted", ""): "The synchronisation was broken off. Start it again.",
    ("interrupted", "power"): (
        "The phone lost its power in the middle. What was not finished comes the next time."
    ),
}
"""(outcome, clue) to a sentence; the clue "" is for all others of that outcome."""


def sentence(ended: Ended) -> str:
    """How the last run ended, to the owner. The newest clue that explains this outcome counts."""
    keys = [(ended.outcome, clue) for clue in (*ended.clues, "")]
    words = next((WORDS[key] for key in keys if key in WORDS), "")
    if ended.outcome != "synchronised":
        return words or "The synchronisation did not work. Try again."
    if not ended.sent and not ended.received:
        return f"{words} Nothing was new."
    return f"{words} {ended.sent} sent, {ended.received} received."
