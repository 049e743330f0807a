"""Decision 15: what a notification does while sessions run."""

from emulator.protocol.arrivals import Arrivals, admit, next_waiting, started
from tests.protocol.flow import DEFAULT_NONCE, SERVER_NONCE, account, judge, package0

FIRST, SECOND = account(name="first"), account(name="second", server_id="second.example.com")


def verified(session_id, who=FIRST):
    return judge(package0(SERVER_NONCE, session_id, server_id=who.server_id,
                          identity=who.server_id), who)  # fmt: skip


def running(session_id=1):
    return started(Arrivals(), "first", verified(session_id))


def test_decision_15_nothing_runs_so_it_starts():
    assert admit(Arrivals(), verified(1), 1, "s")[1] == "start"


def test_decision_15_the_id_that_opened_the_session_is_counted_and_starts_nothing():
    arrivals, admission, _ = admit(running(1), verified(1), 2, "s")
    assert (admission, arrivals.waiting) == ("duplicate", ())


def test_decision_15_also_when_the_replay_guard_has_used_it_up_already():
    from emulator.protocol.keyring import Opening

    who = account(name="first", openings=(Opening(0x4A7C, 0, True),))
    opened = started(Arrivals(), "first", judge(package0(DEFAULT_NONCE), account(name="first")))
    again = judge(package0(DEFAULT_NONCE), who)
    assert again.reason == "replayed"
    assert admit(opened, again, 2, "s")[1] == "duplicate"


def test_decision_15_another_id_is_held_newest_only():
    arrivals, admission, replaced = admit(running(1), verified(2), 2, "s")
    assert (admission, replaced) == ("held", None)
    arrivals, _, replaced = admit(arrivals, verified(3), 3, "s")
    assert replaced is not None
    assert replaced.run == 2
    assert [w.run for w in arrivals.waiting] == [3]


def test_decision_15_other_accounts_wait_in_order():
    arrivals, _, _ = admit(running(1), verified(2, SECOND), 2, "s")
    arrivals, _, _ = admit(arrivals, verified(2), 3, "s")
    arrivals, _, _ = admit(arrivals, verified(3, SECOND), 4, "s")
    assert [w.verdict.account for w in arrivals.waiting] == ["second", "first"]
    arrivals, following = next_waiting(arrivals)
    assert following is not None
    assert (following.run, arrivals.running) == (4, "")
    assert [w.run for w in arrivals.waiting] == [3]


def test_decision_15_it_starts_with_the_verdict_of_its_arrival():
    held = verified(2)
    arrivals, _, _ = admit(running(1), held, 2, "secret-then")
    _, following = next_waiting(arrivals)
    assert following is not None
    assert following.verdict is held
    assert following.secret == "secret-then"


def test_decision_15_a_client_initiated_session_has_no_id_to_compare():
    arrivals = started(Arrivals(), "first", None)
    assert admit(arrivals, verified(0), 2, "s")[1] == "held"


def test_an_ignored_notification_is_never_held():
    assert admit(running(1), judge(package0(b"wrong", 2), FIRST), 2, "s")[1] == "start"


def test_nothing_waits():
    assert next_waiting(running(1)) == (Arrivals(), None)
