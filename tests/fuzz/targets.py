"""The targets of the fuzz command by name: how input number `index` is made, what is checked of it.

`share` is how many of a hundred inputs a target gets when all run.
"""

from collections.abc import Callable
from functools import cache
from random import Random

import msgspec

from emulator.wire import wbxml, xml
from emulator.wire.convert import decode_any
from emulator.wire.errors import WireError
from tests.fuzz import codecs, corpus, mutation, trees
from tests.fuzz.sessions import Sessions


class Target(msgspec.Struct, frozen=True):
    """One kind of input; `make(seed, index)` gives it, `check` raises for what does not hold."""

    name: str
    share: int
    make: Callable[[int, int], bytes]
    check: Callable[[bytes], None]


@cache
def _sessions() -> Sessions:
    return Sessions()


@cache
def _messages(kind: str) -> tuple[trees.Grown, ...]:
    """Honest replies or requests, and the captures' messages, which say what ours never would."""
    sessions = _sessions()
    honest = sessions.replies() if kind == "reply" else sessions.requests()
    grown = tuple(trees.grown(octets, decode_any(octets)) for octets in honest)
    # The honest ones come as often as all others.
    strange = (*corpus.seed_trees("xml"), *corpus.seed_trees("wbxml"))
    return grown * (len(strange) // len(grown) + 1) + strange


def _message(kind: str) -> Callable[[int, int], bytes]:
    """Whole messages, seven of eight well-formed: what is broken never gets past the codec."""

    def make(seed: int, index: int) -> bytes:
        rng = Random(f"{seed}/{kind}/{index}")
        pool = _messages(kind)
        form = rng.choice(("xml", "wbxml"))
        try:
            document = trees.mutated(rng, pool)
            octets = wbxml.encode(document) if form == "wbxml" else xml.encode(document)
        except WireError:
            octets = rng.choice(pool).octets
        if rng.random() < 0.125:
            octets = mutation.octets(rng, (octets,), mutation.DICTIONARY[form])
        return octets

    return make


def _octets(name: str) -> Callable[[int, int], bytes]:
    return lambda seed, index: mutation.generated(seed, name, index)


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        *(
            Target(name, share, _octets(name), codecs.CHECKS[name])
            for name, share in (
                ("notification", 17),
                ("wsp", 13),
                ("sms", 8),
                ("xml", 18),
                ("wbxml", 20),
                ("cp", 12),
            )
        ),
        Target("reply", 6, _message("reply"), lambda octets: _sessions().read_reply(octets)),
        Target("request", 6, _message("request"), lambda octets: _sessions().read_request(octets)),
    )
}
