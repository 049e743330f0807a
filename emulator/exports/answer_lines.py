"""What a server answered to a first try, as lines for screen and command line."""

from collections.abc import Iterator

from emulator.bearers.certificate import Certificate
from emulator.exports.text import BAD, GOOD, Line, Span, clean, clip, wrap
from emulator.probe import Tried


def lines(tried: Tried, width: int) -> list[Line]:
    """The title with its mark, sentence, advice, certificate, and the messages in small."""
    answer = tried.answer
    mark, tone = (GOOD, "good") if answer.good else (BAD, "bad")
    out: list[Line] = [(Span(clip(f" {mark} {answer.title}", width), tone),)]
    out += _wrapped(answer.sentence, "plain", width)
    if answer.advice:
        out += _wrapped(answer.advice, "key", width)
    if tried.certificate is not None:
        out += _certificate(tried.certificate, width)
    return out + [(Span(clip(f"   {clean(row)}", width), "dim"),) for row in answer.seen]


def _wrapped(text: str, tone: str, width: int) -> list[Line]:
    return [(Span("   "), Span(row, tone)) for row in wrap(text, width - 4)]


def _certificate(certificate: Certificate, width: int) -> Iterator[Line]:
    issuer = "itself" if certificate.self_signed else certificate.issuer
    for name, value in (
        ("subject", certificate.subject),
        ("signed by", issuer),
        ("valid", f"{certificate.not_before} to {certificate.not_after}"),
        ("SHA-256", _paired(certificate.sha256[:32])),
        ("", _paired(certificate.sha256[32:])),
    ):
        yield Span(f"   {name:<10} ", "dim"), Span(clip(clean(value), width - 14))


def _paired(digits: str) -> str:
    """Hex as certificates are compared: AB:CD:..."""
    return ":".join(digits[i : i + 2] for i in range(0, len(digits), 2)).upper()
