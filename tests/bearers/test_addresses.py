"""Which bearer an address means."""

import pytest

from emulator.bearers import addresses
from emulator.bearers.addresses import AddressError, Ears


def _unheard(*_: object) -> None:
    raise AssertionError("nothing came")


EARS = Ears(*[_unheard] * 6)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("udp://127.0.0.1:2948", "UdpBearer"),
        ("udp://localhost:1", "UdpBearer"),
        ("modem:/tmp/m0", "PtyModem"),
        ("modem:m0", "PtyModem"),
        ("modem:tcp://127.0.0.1:5000", "TcpModem"),
        ("smpp://127.0.0.1:2775", "Smpp"),
        ("smsc-http://127.0.0.1:8080/", "SmscHttp"),
        ("http://127.0.0.1:4035/", "OtaHttp"),
        ("file:pushes.txt", "Lines"),
    ],
)
def test_each_form_has_its_bearer_which_goes_by_that_address(text: str, kind: str) -> None:
    bearer = addresses.bearer(text, EARS)
    assert (type(bearer).__name__, bearer.address) == (kind, text)
    assert addresses.ENDLESS.match(text) is None or kind != "Lines"


def test_the_slash_at_the_end_may_be_left_out_and_a_dash_is_standard_input() -> None:
    assert addresses.bearer("http://127.0.0.1:4035", EARS).address == "http://127.0.0.1:4035/"
    assert addresses.bearer("-", EARS).address == "stdin"
    assert not any(map(addresses.ENDLESS.match, ("-", "file:x")))


@pytest.mark.parametrize(
    "text",
    ["", "modem:", "modem:tcp://h", "smpp://h", "http://h:1/x", "https://h:1/", "udp://h:65536",
     "udp://a/b:1", "file:", "--", "modem:tcp:x"],
)  # fmt: skip
def test_what_is_no_address_says_which_there_are(text: str) -> None:
    with pytest.raises(AddressError, match=r"modem:PATH.*smpp://HOST:PORT.* or - is expected"):
        addresses.check(("udp://h:1", text))
