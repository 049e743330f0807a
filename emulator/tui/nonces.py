"""Both sides' nonces: what the handset holds beside what the server holds, and whether they agree."""

from collections.abc import Sequence

from emulator.exports.text import EQUAL, UNEQUAL, Line, Span, brief, clean, clip, fit, width_of
from emulator.tui.block import Block
from emulator.tui.book import Book, Held, Pages, Slot

_NAME = 11
WHOLE = 32
"""Cells of a whole nonce of 16 octets."""
_BEFORE = 56
"""Cells after the values in which a row says what it held before."""
_UNUSED = {
    "basic": "no client nonce with basic",
    "none": "no client nonce without Cred",
}
"""What stands in place of a client nonce where the scheme has none."""


def differ_words(differing: Sequence[Slot]) -> str:
    """Which nonces differ, in words."""
    if len(differing) > 1:
        return "client nonce and server nonce of both sides differ"
    return "".join(f"the {slot} nonce of both sides differs" for slot in differing)


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


def _unused(pages: Pages) -> str:
    """Why there is no client nonce, "" where there is one or could be."""
    return "" if pages.own.client else _UNUSED.get(pages.scheme, "")


def _row(pages: Pages, slot: Slot, size: int, width: int) -> Line:
    """One nonce of both sides: values, whether they agree, what each was before as far as it fits."""
    name = Span(f" {slot:<{_NAME - 1}}", "plain")
    if slot == "client" and _unused(pages):
        return (name, Span(_unused(pages), "dim"))
    inferred = pages.peer is not None and pages.peer.inferred
    own, peer = getattr(pages.own, slot), getattr(pages.peer, slot, None)
    mark, tone, word = _mark(own, peer, inferred)
    room = width - _NAME - 2 * size - 3
    word = f"  {word:<8}" if len(word) + 2 <= room else ""
    spans = [
        name,
        Span(fit(_value(own, size), size), "plain" if own else "dim"),
        Span(f" {mark} ", tone),
        Span(fit(_value(peer, size), size), "plain" if peer and not inferred else "dim"),
        Span(word, tone),
    ]
    if room >= _BEFORE:
        spans.append(Span(_before(pages, slot), "dim"))
    return tuple(spans)


def _before(pages: Pages, slot: Slot) -> str:
    """What each side held before, for the end of a row."""
    olds = [
        f"{side} {brief(old)}"
        for side, held in (("handset", pages.own_before), ("server", pages.peer_before))
        if (old := getattr(held, slot)) is not None
    ]
    return f"  before: {', '.join(olds)}" if olds else ""


def _last_row(pages: Pages, size: int, width: int) -> Line:
    """The candidate; while there is none, what both sides held before if that has no other place."""
    name, own, peer = "candidate", pages.own, pages.peer
    if own.candidate:
        there = peer is not None and not peer.inferred and peer.server == own.candidate
        return (
            Span(f" {name:<{_NAME - 1}}"),
            Span(fit(_value(own.candidate, size), size)),
            Span("   "),
            Span("the server has it already" if there else "sent, not confirmed yet", "note"),
        )
    olds = [_olds(held, size) for held in (pages.own_before, pages.peer_before)]
    if not any(olds) or width - _NAME - 2 * size - 3 >= _BEFORE:
        return (Span(f" {name:<{_NAME - 1}}"), Span("none", "dim"))
    return (
        Span(f" {'before':<{_NAME - 1}}"),
        Span(f"{fit(olds[0], size)}   {olds[1]}", "dim"),
    )


def _olds(held: Held, size: int) -> str:
    """The nonces of one side that were replaced, short."""
    known = [(s, n) for s, n in (("client", held.client), ("server", held.server)) if n is not None]
    for octets in (4, 2):
        text = " ".join(f"{slot} {brief(nonce, octets).rstrip('…')}" for slot, nonce in known)
        if len(text) <= size:
            return text
    return clip(text, size)


def nonce_lines(pages: Pages, width: int) -> list[Line]:
    """A header and the rows client, server, candidate."""
    size = min(WHOLE, max((width - _NAME - 4) // 2, 8))
    inferred = pages.peer is not None and pages.peer.inferred
    supposed = "DS server, supposed" if inferred else "DS server"
    head = f" {'nonces':<{_NAME - 1}}{'handset':<{size}}   {supposed}"
    if pages.accounts > 1:
        account = f"  account {clean(pages.account)} "
        head = fit(fit(head, max(width - len(account), len(head))) + account, width)
    return [
        (Span(fit(head, width), "bar"),),
        _row(pages, "client", size, width),
        _row(pages, "server", size, width),
        _last_row(pages, size, width),
    ]


def folded_lines(pages: Pages, width: int) -> list[Line]:
    """All of it on one line, as much as fits: how each nonce begins, and whether both sides agree."""
    shapes = ((4, True), (4, False), (2, False), (0, False))
    lines = [_folded(pages, octets, words) for octets, words in shapes]
    return [next((line for line in lines if width_of(line) <= width), lines[-1])]


def _folded(pages: Pages, octets: int, words: bool) -> Line:
    own, peer = pages.own, pages.peer
    inferred = peer is not None and peer.inferred
    spans = [Span(" nonces", "plain")]
    for name, mine, theirs in (
        ("client", own.client, peer.client if peer else None),
        ("server", own.server, peer.server if peer else None),
    ):
        spans.append(Span(f"  {name}", "dim"))
        if name == "client" and _unused(pages):
            spans.append(Span(" unused", "dim"))
            continue
        mark, tone, word = _mark(mine, theirs, inferred)
        if octets or mine is None:
            value = "?" if mine is None else brief(mine, octets)
            spans.append(Span(f" {value}", "plain" if mine else "dim"))
        spans.append(Span(f" {mark} {word if words else ''}".rstrip(), tone))
    return tuple(spans)


class Nonces(Block):
    """The panel of both sides' nonces. `account` is the one shown, "" for the newest."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.book = Book()
        self.account = ""
        self.folded = False
        """Whether there is room for one line only."""

    def lines(self, width: int) -> Sequence[Line]:
        pages = self.book.of(self.account)
        return folded_lines(pages, width) if self.folded else nonce_lines(pages, width)
