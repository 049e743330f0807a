"""Both sides' nonces: what the handset holds beside what the server holds, and whether they agree."""

from collections.abc import Sequence

from emulator.tui.block import Block
from emulator.tui.run import Known
from emulator.tui.text import EQUAL, UNEQUAL, Line, Span, clip

_NAME = 11
WHOLE = 32
"""Cells of a whole nonce of 16 octets."""


def _value(nonce: str | None, size: int) -> str:
    if nonce is None:
        return "?"
    return clip(nonce.upper(), size) if nonce else "(empty)"


def _row(
    name: str, own: str | None, peer: str | None, size: int, words: tuple[str, str], room: int
) -> Line:
    mark, tone, word = " ", "dim", ""
    if own is not None and peer is not None:
        equal = own == peer
        mark, tone = (EQUAL, "good") if equal else (UNEQUAL, "bad")
        word = words[0] if equal else words[1]
    return (
        Span(f" {name:<{_NAME - 1}}", "plain"),
        Span(f"{_value(own, size):<{size}}", "plain" if own else "dim"),
        Span(f" {mark} ", tone),
        Span(f"{_value(peer, size):<{size}}", "plain" if peer else "dim"),
        Span(f"  {word}" if len(word) + 2 <= room else "", tone),
    )


def nonce_lines(known: Known, width: int) -> list[Line]:
    """A header and the rows client, server, candidate."""
    size = min(WHOLE, max((width - _NAME - 4) // 2, 8))
    own, peer = known.nonces, known.peer
    supposed = "DS server, supposed" if peer is not None and peer.inferred else "DS server"
    head = f" {'nonces':<{_NAME - 1}}{'handset':<{size}}   {supposed}"
    room = width - _NAME - 2 * size - 3
    words = ("agree", "differ")
    candidate: Line
    if own.candidate:
        there = peer is not None and peer.server == own.candidate
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
        _row("client", own.client, peer.client if peer else None, size, words, room),
        _row("server", own.server, peer.server if peer else None, size, words, room),
        candidate,
    ]


class Nonces(Block):
    """The panel of both sides' nonces."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.known = Known()

    def lines(self, width: int) -> Sequence[Line]:
        return nonce_lines(self.known, width)
