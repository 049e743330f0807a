"""The decks that the start screen can put under the main screen, made after its first paint."""

from typing import TYPE_CHECKING

from emulator.starts import PACE, SCENARIOS
from emulator.tui.deck import Awaited

if TYPE_CHECKING:
    from emulator.bench import Bench
    from emulator.live import Live


def demo() -> Awaited:
    """The demo as `handset demo` plays it."""
    scenario = "resync"

    def make() -> "Bench":
        from emulator.bench import Bench

        return Bench(scenario=scenario, pace=PACE)

    return Awaited("demo", SCENARIOS[scenario].title, make, captions=True)


def handset(name: str) -> Awaited:
    """The handset of a profile, a name or a path, as `handset run` plays it. It listens where
    notifications could be checked. Raises ProfileError, before anything is on the screen."""
    from emulator import profiles

    profile = profiles.load(name)
    if wrong := profiles.problems(profile, notifications=False):
        raise profiles.ProfileError(f"{profile.path}: {'; '.join(wrong)}")
    listens = not profiles.unheard(profile)

    def make() -> "Live":
        import time

        from emulator import holdings
        from emulator.bearers import udp
        from emulator.journal import Journal
        from emulator.live import Live

        listen = (udp.DEFAULT,) if listens else ()
        return Live(profile, holdings.folder(profile), Journal(time.time), listen=listen)

    return Awaited(profile.name, ", ".join(a.url for a in profile.accounts), make)
