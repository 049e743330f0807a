"""The demo as a person sees it: the real program in a real terminal of 80 columns and 24 lines."""

import re
from pathlib import Path

from tests.interop.device import HANDSET
from tests.interop.terminal import Terminal


def test_a_person_finds_out_why_step_1_failed_follows_a_nonce_and_leaves(tmp_path: Path) -> None:
    own = {f"XDG_{name}_HOME": str(tmp_path / name) for name in ("CONFIG", "STATE", "DATA")}
    with Terminal(HANDSET, "demo", "--pace", "0", columns=80, rows=24, env=own) as terminal:
        terminal.wait_for("✓ synchronised, 2 sent and 3 received", "1 ✗ failed", "6 ✓ passed")

        terminal.send("1")
        terminal.wait_for(
            "step 1: stored nonce  ✗ failed",
            "The digest over the stored nonce is not the one that came",
            "with another nonce, or with another secret",
            "✗ stored nonce",
            "Change request, step 1: The client receives a notification",
        )

        terminal.send("66")
        terminal.wait_for("step 6: confirmed  ✓ passed", "the candidate is now the stored nonce")

        terminal.send("L")
        told = "(package 4, 200)"
        shown = terminal.wait_for("▌ledger: 10 changes of a nonce", " · before:", told)
        nonce = re.findall(r"server nonce of the handset: ([0-9A-F]{32}) · before:", shown)[0]
        shown = terminal.wait_for(f"server    {nonce[:8]}… 2 in   confirmed by the server's succe")
        stored = f"candidate {nonce[:8]}… stored"
        assert stored not in shown
        terminal.send("kk\r")
        terminal.wait_for(stored, "▌interval store", f"candidate of the handset: {nonce}")

        terminal.send("?")
        terminal.wait_for("Help", "how it went", "why 1 failed")
        terminal.send("q")
        terminal.wait_for(stored)
        terminal.send("q")
        assert terminal.wait_for_end() == 0
        assert terminal.restored
