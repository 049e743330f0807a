"""Both sides' nonces: what the handset holds beside what the server holds, and whether they agree."""

from collections.abc import Sequence

from emulator.exports.text import EQUAL, UNEQUAL, Line, Span, brief, clip, width_of
from emulator.tui.block import Block
from emulator.tui.run import Known

_NAME = 11
WHOLE = 32
"""Cells of a whole nonce of 16 octets."""


def _value(nonce: str | None, size: int) -> str:
    if nonce is None:
        return "?"
    return clip(nonce.upper(), size) if nonce else "(empty)"


def _mark(own: str | None, peer: str | None, inferred: bool) -> tuple[str, str, str]:
    """(mark, tone, word). What is only supposed of a foreign server never looks like a fact."""
    if own is None or peer is None:
        return " ", "dim", ""
    if inferred:
        return (EQUAL if own == peer else UNEQUAL), "dim", "supposed"
    return (EQUAL, "good", "agree") if own == peer else (UNEQUAL, "bad", "differ")


def _row(
    name: str, own: str | None, peer: str | None, size: int, inferred: bool, room: int
) -> Line:
    mark, tone, word = _mark(own, peer, inferred)
    return (
        Span(f" {name:<{_NAME - 1}}", "plain"),
        Span(f"{_value(own, size):<{size}}", "plain" if own else "dim"),
        Span(f" {mark} ", tone),
        Span(f"{_value(peer, size):<{size}}", "plain" if peer and not inferred else "dim"),
        Span(f"  {word}" if len(word) + 2 <= room else "", tone),
    )


def nonce_lines(known: Known, width: int) -> list[Line]:
    """A header and the rows client, server, candidate."""
    size = min(WHOLE, max((width - _NAME - 4) // 2, 8))
    own, peer = known.nonces, known.peer
    inferred = peer is not None and peer.inferred
    supposed = "DS server, supposed" if inferred else "DS server"
    head = f" {'nonces':<{_NAME - 1}}{'handset':<{size}}   {supposed}"
    room = width - _NAME - 2 * size - 3
    candidate: Line
    if own.candidate:
        there = peer is not None and not inferred and peer.server == own.candidate
        candidate = (
            Span(f" {'candidate':<{_NAME - 1}}"),
            Span(f"{_value(own.candidate, size):<{size}}"),
            Span("   "),
            Span("the server has it already" if there else "sent, not confirmed yet", "note"),
        )
    else:
        candidate = (Span(f" {'candidate':<{_NAME - 1}}"), Span("none", "dim"))
    return [
        (Span(head.ljust(width), "bar"),),
        _row("client", own.client, peer.client if peer else None, size, inferred, room),
        _row("server", own.server, peer.server if peer else None, size, inferred, room),
        candidate,
    ]


def folded_lines(known: Known, width: int) -> list[Line]:
    """All of it on one line, as much as fits: how each nonce begins, and whether both sides agree."""
    shapes = ((4, True), (4, False), (2, False), (0, False))
    lines = [_folded(known, octets, words) for octets, words in shapes]
    return [next((line for line in lines if width_of(line) <= width), lines[-1])]


def _folded(known: Known, octets: int, words: bool) -> Line:
    own, peer = known.nonces, known.peer
    inferred = peer is not None and peer.inferred
    spans = [Span(" nonces", "plain")]
    for name, mine, theirs in (
        ("client", own.client, peer.client if peer else None),
        ("server", own.server, peer.server if peer else None),
    ):
        mark, tone, word = _mark(mine, theirs, inferred)
        spans.append(Span(f"  {name}", "dim"))
        if octets or mine is None:
            value = "?" if mine is None else brief(mine, octets)
            spans.append(Span(f" {value}", "plain" if mine else "dim"))
        spans.append(Span(f" {mark} {word if words else ''}".rstrip(), tone))
    return tuple(spans)


class Nonces(Block):
    """The panel of both sides' nonces."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.known = Known()
        self.folded = False
        """Whether there is room for one line only."""

    def lines(self, width: int) -> Sequence[Line]:
        if self.folded:
            return folded_lines(self.known, width)
        return nonce_lines(self.known, width)
