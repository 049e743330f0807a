"""SIGKILL at every point of a session: the next notification always leads to a session."""

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from emulator.protocol.effects import SetNonce
from emulator.protocol.keyring import Account, Replacement
from emulator.store import Store

NONCES_KEPT = 2
"""Commits of a session that change nonces: client nonce with candidate; candidate to stored."""


@pytest.mark.parametrize(
    ("scenario", "messages"),
    [
        ("resync", 3),
        pytest.param("resync-401", 4, marks=pytest.mark.thorough),
        pytest.param("ordinary", 3, marks=pytest.mark.thorough),
    ],
)
def test_after_sigkill_at_any_point_the_next_notification_leads_to_a_session(
    scenario, messages, tmp_path
):
    """The next notification is signed as an honest server signs: over the nonce that it holds, or
    over the SessionID while that is the one that lost step. In an ordinary session the device must
    be able to check it without the SessionID."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash", scenario, str(tmp_path)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    deaths = [line["died"] for line in lines]
    # Every message: before it leaves, when it arrives, when it has been answered, when its reply is in.
    for point in ("before-Send", "request-arrived", "request-answered", "reply-received"):
        assert deaths.count(point) == messages, point
    # Every commit: before it and within it; after it is before what follows.
    assert deaths.count("before-Keep") == deaths.count("inside-Keep") >= NONCES_KEPT + 1
    assert deaths.count("before-End") == 1
    # Of the sweeps over the points, each has gone on until a session lived.
    assert deaths.count("") == 3
    for line in lines:
        _left_whole(line)
        _led_on(line, scenario)
    assert {line["restarted"] for line in lines} == {True, False}


def _left_whole(line):
    """No half-written store; the ledger tells how each nonce came to be; the journal is readable."""
    left = line["left"]
    assert left["integrity"] == "ok", line
    assert left["ledger_unbroken"], line
    assert left["ledger_says"] == left["nonces"], line
    assert left["journal"] >= 3, line
    # The nonce that the server holds is there, unless it is still the one that lost step.
    if line["signed"] == "stored":
        held = (left["nonces"].get("server"), left["nonces"].get("candidate"))
        assert line["server_held"] in held, line


def _led_on(line, scenario):
    following = line["next"]
    assert following["outcome"] == "synchronised", line
    assert (following["client"], following["server"]) == (line["client"], line["server"]), line
    expected = {"session-id": ["verified-session-id"]}.get(
        line["signed"], ["verified-stored", "verified-candidate"]
    )
    assert following["verdict"] in expected, line
    assert scenario != "ordinary" or line["signed"] == "stored"
    # No item is lost, and none is doubled on the device.
    assert len(set(following["items"])) == len(following["items"]), line
    assert any("N:Doe;Jane" in item for item in following["items"]), line


NEW = Replacement("AuthSecret replaced", "new", server_nonce=b"AAuthData")
OLD = Account("account", server_id="ds", server_secret="old", server_nonce=b"before")


def killed(folder, monkeypatch, point):
    """A process that replaces the secret and is killed at that point, with SIGKILL."""
    child = os.fork()
    if child == 0:
        try:
            die = partial(os.kill, os.getpid(), signal.SIGKILL)
            store = Store(folder)
            store.adopt(OLD)
            store.keep((SetNonce("account", "candidate", b"c", "sent"),), 1.0)
            if point == "before it is proposed":
                die()
            store.propose("account", NEW)
            if point == "proposed":
                die()
            if point == "half enforced":
                monkeypatch.setattr(store, "_set_nonce", lambda *_: die())
            store.enforce("account", 2.0)
            die()
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)


@pytest.mark.parametrize(
    "point", ["before it is proposed", "proposed", "half enforced", "enforced"]
)
def test_decision_14_a_power_cut_leaves_the_old_credentials_or_the_new(
    point, tmp_path, monkeypatch
):
    """Never a mixture; and what was proposed once is in force after the next start."""
    killed(tmp_path / "state", monkeypatch, point)
    with Store(tmp_path / "state") as store:
        found = store.fill(OLD)
        old = ("old", b"before", b"c")
        new = ("new", b"AAuthData", None)
        expected = new if point == "enforced" else old
        assert (found.server_secret, found.server_nonce, found.candidate) == expected
        store.enforce("account", 3.0)
        found = store.fill(OLD)
        expected = old if point == "before it is proposed" else new
        assert (found.server_secret, found.server_nonce, found.candidate) == expected
