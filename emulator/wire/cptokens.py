"""The code pages of OMA Client Provisioning: its attributes, and the values that have tokens.

Tables only. Sources: WAP-183-PROVCONT, section "WBXML encoding"; OMA ProvCont 1.1 (page 1), as
libwbxml and Kannel agree on them.
"""

from collections.abc import Iterator

import msgspec

Start = tuple[str, str]
"""The name of an attribute and the beginning of its value."""


class AttributePage(msgspec.Struct, frozen=True):
    """One page of attributes: what each token stands for, and which token to write.

    `whole` are the values that are written as one token when nothing else is in the value, `parts`
    those that a value may be put together from ("HTTP-" and "BASIC").
    """

    starts: dict[int, Start]
    values: dict[int, str]
    start_codes: dict[Start, int]
    whole: dict[str, int]
    parts: dict[str, int]


def _run(first: int, names: str) -> Iterator[tuple[int, str]]:
    return ((token, name) for token, name in enumerate(names.split(), first) if name != "-")


_NAMES_0 = """
NAME NAP-ADDRESS NAP-ADDRTYPE CALLTYPE VALIDUNTIL AUTHTYPE AUTHNAME AUTHSECRET LINGER BEARER NAPID
COUNTRY NETWORK INTERNET PROXY-ID PROXY-PROVIDER-ID DOMAIN PROVURL PXAUTH-TYPE PXAUTH-ID PXAUTH-PW
STARTPAGE BASAUTH-ID BASAUTH-PW PUSHENABLED PXADDR PXADDRTYPE TO-NAPID PORTNBR SERVICE LINKSPEED
DNLINKSPEED LOCAL-ADDR LOCAL-ADDRTYPE CONTEXT-ALLOW TRUST MASTER SID SOC WSP-VERSION
PHYSICAL-PROXY-ID CLIENT-ID DELIVERY-ERR-SDU DELIVERY-ORDER TRAFFIC-CLASS MAX-SDU-SIZE
MAX-BITRATE-UPLINK MAX-BITRATE-DNLINK RESIDUAL-BER SDU-ERROR-RATIO TRAFFIC-HANDL-PRIO TRANSFER-DELAY
GUARANTEED-BITRATE-UPLINK GUARANTEED-BITRATE-DNLINK PXADDR-FQDN PROXY-PW PPGAUTH-TYPE
"""
_NAMES_0_MORE = """
PULLENABLED DNS-ADDR MAX-NUM-RETRY FIRST-RETRY-TIMEOUT REREG-THRESHOLD T-BIT - AUTH-ENTITY SPI
"""
_TYPES_0 = """
PXLOGICAL PXPHYSICAL PORT VALIDITY NAPDEF BOOTSTRAP VENDORCONFIG CLIENTIDENTITY PXAUTHINFO
NAPAUTHINFO ACCESS
"""
_NAMES_1 = """
AACCEPT AAUTHDATA AAUTHLEVEL AAUTHNAME AAUTHSECRET AAUTHTYPE ADDR ADDRTYPE APPID APROTOCOL
PROVIDER-ID TO-PROXY URI RULE
"""
_KANNEL_NAMES_1 = "APPREF TO-APPREF"
_TYPES_1 = "APPLICATION APPADDR APPAUTH CLIENTIDENTITY RESOURCE"

_ADDRESSES_0 = "IPV4 IPV6 E164 ALPHA APN SCODE TETRA-ITSI MAN"
_CALLS_0 = "ANALOG-MODEM V.120 V.110 X.31 BIT-TRANSPARENT DIRECT-ASYNCHRONOUS-DATA-SERVICE"
_AUTH_0 = "PAP CHAP HTTP-BASIC HTTP-DIGEST WTLS-SS MD5"
_BEARERS_0 = """
GSM-USSD GSM-SMS ANSI-136-GUTS IS-95-CDMA-SMS IS-95-CDMA-CSD IS-95-CDMA-PACKET ANSI-136-CSD
ANSI-136-GPRS GSM-CSD GSM-GPRS AMPS-CDPD PDC-CSD PDC-PACKET IDEN-SMS IDEN-CSD IDEN-PACKET
FLEX/REFLEX PHS-SMS PHS-CSD TRETRA-SDS TRETRA-PACKET ANSI-136-GHOST MOBITEX-MPAK
CDMA2000-1X-SIMPLE-IP CDMA2000-1X-MOBILE-IP
"""
_SERVICES_0 = """
CL-WSP CO-WSP CL-SEC-WSP CO-SEC-WSP CL-SEC-WTA CO-SEC-WTA OTA-HTTP-TO OTA-HTTP-TLS-TO OTA-HTTP-PO
OTA-HTTP-TLS-PO
"""
_PARTS_1 = ", HTTP- BASIC DIGEST"
_PARTS_AT, _OLD_PARTS_AT = 0x90, 0x80
"""PROV 1.1 moved them: software before it wrote 80-83, which are global tokens of WBXML."""


def _starts(names: list[tuple[int, str]], types: list[tuple[int, str]]) -> dict[int, Start]:
    starts = {0x05: ("name", ""), 0x06: ("value", ""), 0x50: ("type", "")}
    starts |= {token: ("name", name) for token, name in names}
    return starts | {token: ("type", name) for token, name in types}


def _page(
    starts: dict[int, Start],
    values: dict[int, str],
    parts: dict[int, str],
    read_only: dict[int, str],
    unwritten: frozenset[int] = frozenset(),
) -> AttributePage:
    written = {token: start for token, start in starts.items() if token not in unwritten}
    return AttributePage(
        starts,
        values | parts | read_only,
        {start: token for token, start in written.items()},
        {value: token for token, value in (values | parts).items()},
        {value: token for token, value in parts.items()},
    )


_KANNEL = dict(_run(0x3C, _KANNEL_NAMES_1))

ATTRIBUTES: tuple[AttributePage, ...] = (
    _page(
        {0x45: ("version", ""), 0x46: ("version", "1.0")}
        | _starts([*_run(0x07, _NAMES_0), *_run(0x47, _NAMES_0_MORE)], [*_run(0x51, _TYPES_0)]),
        dict(
            [
                *_run(0x85, _ADDRESSES_0),
                *_run(0x90, _CALLS_0),
                *_run(0x9A, _AUTH_0),
                *_run(0xA2, _BEARERS_0),
                *_run(0xC5, "AUTOBAUDING"),
                *_run(0xCA, _SERVICES_0),
                *_run(0xE0, "AAA HA"),
            ]
        ),
        {},
        {},
    ),
    _page(
        _starts(
            [
                *_run(0x07, "NAME"),
                *_run(0x14, "INTERNET"),
                *_run(0x1C, "STARTPAGE"),
                *_run(0x22, "TO-NAPID PORTNBR SERVICE"),
                *_run(0x2E, _NAMES_1),
                *_KANNEL.items(),
            ],
            [*_run(0x53, "PORT"), *_run(0x55, _TYPES_1)],
        ),
        dict([*_run(0x86, "IPV6 E164 ALPHA"), *_run(0x8D, "APPSRV OBEX")]),
        dict(_run(_PARTS_AT, _PARTS_1)),
        dict(_run(_OLD_PARTS_AT, _PARTS_1)),
        # Only Kannel knows these two: read, and written as text.
        frozenset(_KANNEL),
    ),
)
"""The attribute pages by number."""

OLD_VALUES = frozenset(range(_OLD_PARTS_AT, _OLD_PARTS_AT + len(_PARTS_1.split())))
"""The tokens of page 1 that only software before PROV 1.1 writes."""
