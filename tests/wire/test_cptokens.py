"""The tables of OMA CP against neighbours in the published ones, and against themselves."""

import pytest

from emulator.wire.cptokens import ATTRIBUTES, OLD_VALUES


@pytest.mark.parametrize(
    ("page", "token", "start"),
    [
        (0, 0x05, ("name", "")),
        (0, 0x06, ("value", "")),
        (0, 0x07, ("name", "NAME")),
        (0, 0x14, ("name", "INTERNET")),
        (0, 0x1B, ("name", "PXAUTH-PW")),
        (0, 0x23, ("name", "PORTNBR")),
        (0, 0x3E, ("name", "PROXY-PW")),
        (0, 0x3F, ("name", "PPGAUTH-TYPE")),
        (0, 0x45, ("version", "")),
        (0, 0x46, ("version", "1.0")),
        (0, 0x47, ("name", "PULLENABLED")),
        (0, 0x4C, ("name", "T-BIT")),
        (0, 0x4E, ("name", "AUTH-ENTITY")),
        (0, 0x4F, ("name", "SPI")),
        (0, 0x50, ("type", "")),
        (0, 0x51, ("type", "PXLOGICAL")),
        (0, 0x5B, ("type", "ACCESS")),
        (1, 0x24, ("name", "SERVICE")),
        (1, 0x2E, ("name", "AACCEPT")),
        (1, 0x32, ("name", "AAUTHSECRET")),
        (1, 0x3B, ("name", "RULE")),
        (1, 0x3D, ("name", "TO-APPREF")),
        (1, 0x53, ("type", "PORT")),
        (1, 0x55, ("type", "APPLICATION")),
        (1, 0x59, ("type", "RESOURCE")),
    ],
)
def test_starts(page: int, token: int, start: tuple[str, str]) -> None:
    assert ATTRIBUTES[page].starts[token] == start


@pytest.mark.parametrize(
    ("page", "token", "value"),
    [
        (0, 0x85, "IPV4"),
        (0, 0x8C, "MAN"),
        (0, 0x90, "ANALOG-MODEM"),
        (0, 0x9F, "MD5"),
        (0, 0xAB, "GSM-GPRS"),
        (0, 0xBA, "CDMA2000-1X-MOBILE-IP"),
        (0, 0xC5, "AUTOBAUDING"),
        (0, 0xCA, "CL-WSP"),
        (0, 0xD3, "OTA-HTTP-TLS-PO"),
        (0, 0xE1, "HA"),
        (1, 0x86, "IPV6"),
        (1, 0x8D, "APPSRV"),
        (1, 0x90, ","),
        (1, 0x93, "DIGEST"),
        (1, 0x80, ","),
        (1, 0x83, "DIGEST"),
    ],
)
def test_values(page: int, token: int, value: str) -> None:
    assert ATTRIBUTES[page].values[token] == value


def test_what_is_written_is_read() -> None:
    for page in ATTRIBUTES:
        for start, token in page.start_codes.items():
            assert page.starts[token] == start
            assert token < 0x80
        for value, token in page.whole.items():
            assert page.values[token] == value
            assert token >= 0x80
        assert page.parts.items() <= page.whole.items()
    assert not OLD_VALUES & set(ATTRIBUTES[1].whole.values())
    assert ("name", "APPREF") not in ATTRIBUTES[1].start_codes
