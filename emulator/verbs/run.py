"""`handset run`: the handset for real. Waits for notifications on its bearers, or starts a sync."""

import asyncio
import time
from pathlib import Path

from emulator import profiles
from emulator.bearers import addresses, udp
from emulator.bearers.addresses import AddressError
from emulator.live import Live
from emulator.profiles import Profile
from emulator.store import StoreError
from emulator.verbs import live, screens, state, terminal
from emulator.verbs.exits import Exit, Failure


def run(
    name: str,
    url: str,
    listen: tuple[str, ...],
    sync: tuple[str, ...],
    breaks: tuple[str, ...],
    headless: bool,
    as_json: bool,
    once: bool,
    timeout: float | None,
    journal: Path | None,
    folder: Path | None,
    looks: screens.Wanted = screens.ANY,
) -> Exit:
    """Runs a handset of that profile on the screen, or headless until it is over."""
    terminal.check_breaks(breaks, headless or as_json)
    profile = profiles.load(name, {"account.url": url} if url else None)
    on_screen = terminal.on_screen(headless or as_json)
    # Only a person at the screen can start a sync later: without one there is nothing else to do.
    waits = bool(listen) or not (sync or on_screen)
    if found := profiles.problems(profile, notifications=waits):
        raise Failure("\n".join(f"{name}: {problem}" for problem in found))
    _check_stores(profile, sync)
    if not listen and not sync and not profiles.unheard(profile):
        listen = (udp.DEFAULT,)
    try:
        addresses.check(listen)
    except AddressError as wrong:
        raise Failure(f"--listen: {wrong}") from wrong
    _check_files(listen)
    record = terminal.journal(journal, time.time)
    place = state.folder(profile, folder)
    if on_screen:
        deck = Live(profile, place, record, listen=listen, sync=sync, breakpoints=breaks)
        return screens.show(deck, looks)
    endless = any(map(addresses.ENDLESS.match, listen))

    async def main() -> Exit:
        watch = live.Headless(
            once=once or not listen,
            endless=endless,
            as_json=as_json,
            limit=timeout,
            announce=True,
        )
        deck = Live(
            profile,
            place,
            record,
            listen=listen,
            sync=sync,
            ended=watch.ended,
            attended=False,
        )
        return await watch.run(deck)

    try:
        return asyncio.run(main())
    except StoreError as wrong:
        record.close()
        if journal is not None:
            # Nothing is in it yet, and the next try may have the same name.
            journal.unlink()
        raise Failure(str(wrong)) from wrong


def _check_files(listen: tuple[str, ...]) -> None:
    for address in listen:
        path = Path(address.removeprefix("file:"))
        if address.startswith("file:") and not path.exists():
            raise Failure(f"--listen {address}: No such file or directory")


def _check_stores(profile: Profile, wanted: tuple[str, ...]) -> None:
    """One account must have them all: a session is one account's."""
    by_account = {a.name: {store.name for store in a.stores} for a in profile.accounts}
    if not any(names.issuperset(wanted) for names in by_account.values()):
        known = "; ".join(f"{name}: {', '.join(sorted(n))}" for name, n in by_account.items())
        raise Failure(f"--sync {', '.join(wanted)}: no account has that; {known}")
