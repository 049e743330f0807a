"""The stage with a server that is not ours: only the handset's side can be laid and looked at.

We play the sender with the account's own secrets. What needs the server's inside does not apply, and
is never counted as passed; nothing is added to the server's data.
"""

import functools
import secrets
import socket
import time

from emulator import profiles
from emulator.protocol.effects import SetNonce
from emulator.protocol.events import ServerCredJudged, VerdictReached
from emulator.scenarios.builtin import with_nonces
from emulator.scenarios.model import Expect, Given, Items, Meanwhile, Scenario, When
from emulator.scenarios.running import Finding, Player
from emulator.scenarios.stage import Stage, package_0

_USUAL = "./contacts"
_MADE_STALE = "made stale for the scenario"
UNSEEN = frozenset({"nonces", "items", "messages", "alerts"})
"""What is not looked at: the server's nonces, and what depends on its data and its packages."""


def player(profile: str, server_url: str) -> Player:
    """Plays against the server of that profile. Raises ProfileError for one that cannot work."""
    url = {"account.url": server_url} if server_url else {}
    found = profiles.load(profile, url)
    if wrong := profiles.problems(found):
        raise profiles.ProfileError(f"{profile}: {'; '.join(wrong)}")
    demands = found.accounts[0].policy.server_auth
    return Player(
        lambda scenario: Foreign(scenario.given, profile, url),
        hindrance=hindrance,
        excuse=functools.partial(excuse, proves=demands.resync == "required"),
        leave_out=UNSEEN,
        # One account: sessions side by side would end each other.
        at_once=1,
    )


class Foreign(Stage):
    """A phone of that profile, in a new state, and its server as it is."""

    def __init__(self, given: Given, profile: str, overrides: dict[str, str]) -> None:
        super().__init__(given)
        self._profile = profile
        self._overrides = overrides
        self._servers = b""
        self._laid: bytes | None = None

    async def lay(self) -> None:
        """A session of our own comes first: afterwards both sides hold the same nonces, as far as
        the server has any; then ours are made stale where the scenario says so."""
        given = self.given
        tables = {**given.profile, "resync": {"rate": "off", **given.profile.get("resync", {})}}
        handset = "" if given.handset == Given().handset else given.handset
        profile = profiles.load(self._profile, self._overrides, handset=handset, tables=tables)
        client = profile.accounts[0].client_nonce
        await self.power_on(
            with_nonces(profile, client, secrets.token_bytes(16)), ("udp://127.0.0.1:0",)
        )
        self.the_phone.handset.sync()
        await self._run()
        self._servers = self.account.server_nonce or b""
        name = self.account.name
        stale = []
        if given.client_nonce == "stale":
            stale.append(SetNonce(name, "client", secrets.token_bytes(16), _MADE_STALE))
        if given.server_nonce == "stale":
            stale.append(SetNonce(name, "server", secrets.token_bytes(16), _MADE_STALE))
        self.the_phone.store.keep(stale, time.time())
        self._laid = self.account.server_nonce
        self.the_phone.handset.announce()

    async def push(self, act: When | Meanwhile) -> bytes:
        session_id = self.next_id(act.id)
        identity, secret = self.account.notification_identity
        nonce = self.nonce_of(act.notify, session_id)
        if act.notify == "stored" and self.account.server_nonce == self._laid:
            # No session has renewed it: the server still holds the one from before.
            nonce = self._servers
        server_id = act.server_id if isinstance(act, When) else ""
        uri = self.account.stores[0].server
        if isinstance(act, When) and act.uri != _USUAL:
            uri = act.uri
        ui = act.ui if isinstance(act, When) else 1
        own = server_id or self.account.server_id
        return package_0(identity, secret, session_id, nonce, server_id=own, uri=uri, ui=ui)

    async def send(self, octets: bytes) -> None:
        host, _, port = self.the_phone.listening[0].removeprefix("udp://").rpartition(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(octets, (host, int(port)))


def hindrance(scenario: Scenario) -> str:
    """Why a scenario cannot be played with a server that is not ours; empty when it can."""
    given, acts = scenario.given, scenario.when
    inside = [item for act in acts for item in act.meanwhile]
    misbehaviours = [act.misbehave for act in acts] + [item.misbehave for item in inside]
    if given.misbehave or any(names is not None for names in misbehaviours):
        return "needs a server that misbehaves to order"
    if "server" in [act.restart for act in acts] + [item.restart for item in inside]:
        return "needs a server that can be restarted from here"
    if any(act.secret in ("server", "both") for act in acts):
        return "needs a server whose secret can be replaced from here"
    if "none" in (given.client_nonce, given.server_nonce):
        return "needs a server whose nonces can be emptied from here"
    if any(act.expect and act.expect.alerts is not None for act in acts):
        return "needs to know what the server has synchronised before"
    if given.items != Items():
        return "needs data of its own at the server"
    if given.server.scheme != "md5" or "account" in given.profile:
        return "needs another account at the server"
    if not any(act.expect and _reaches_the_server(act.expect) for act in acts):
        return "no message reaches the server: it would say nothing about it"
    return ""


def _reaches_the_server(expect: Expect) -> bool:
    return expect.session not in (None, "none")


def excuse(scenario: Scenario, finding: Finding, *, proves: bool = True) -> str:
    """Why what went otherwise proves nothing against the server; empty when it does.

    The server did not send the notification: it cannot know that its SessionID is the nonce.
    `proves`: whether the profile says that the server has to prove itself in a resynchronisation.
    """
    judged = [e.what for e in finding.came if isinstance(e.what, ServerCredJudged)]
    if not scenario.given.server.authenticates:
        return "needs a server that does not authenticate itself; this one does" if judged else ""
    if any(miss.step < 5 for miss in finding.misses):
        return ""
    if not judged and not proves:
        return (
            "steps 1 to 4 came as expected; steps 5 and 6 need a server that proves itself: this "
            "one sent no Cred, and its profile says that it need not"
        )
    resync = any(
        isinstance(e.what, VerdictReached) and e.what.verdict == "verified-session-id"
        for e in finding.came
    )
    if not resync or any(what.matched == "session-id" for what in judged):
        return ""
    did = "signed its Cred over another nonce" if judged else "sent no Cred of its own"
    return (
        "steps 1 to 4 came as expected; steps 5 and 6 cannot be provoked: the notification was "
        f"ours, and the server, which did not send it, {did}"
    )
