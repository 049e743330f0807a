"""A GSM modem's side of the AT dialogue, as Kannel, smstools and gammu speak it. Pure: octets in, octets out.

[3GPP TS 27.005 for SMS in PDU mode, 27.007 for the rest]. The modem is the handset: an SMS that is
given to it for sending is taken as one that has come in. Knows nothing of ports and pushes.
"""

import re

import msgspec

MANUFACTURER, MODEL, REVISION = "ds-handset", "GSM modem", "1"
MAX_LINE = 1024
"""Characters of a line; a PDU has at most 2 * (12 + 164)."""
_LONGEST_NAME = 20
"""Characters of a command's name."""
_SUBMIT, _ESCAPE = b"\x1a", b"\x1b"
_BEGUN = re.compile(rb"AT[A-Z&+]", re.IGNORECASE)
"""What no PDU has: a sender that broke off in one is back, with a command."""
_LINE_END = re.compile(rb"[\r\n]")
_ENDED = re.compile(rb"[\r\n\x1a\x1b]")
_OK, _ERROR = "OK", "ERROR"
_NOT_A_PDU = "+CMS ERROR: 304"
"""Invalid PDU mode parameter [27.005, 3.2.5]."""

ANSWERS: tuple[tuple[str, str], ...] = (
    (r"", ""),
    (r"[Z&]F?\d*|F", ""),
    (r"I\d?", f"{MANUFACTURER} {MODEL} {REVISION}"),
    (r"[SXVQLM]\d*=?\d*", ""),
    (r"\+(CGMI|GMI)", MANUFACTURER),
    (r"\+(CGMM|GMM)", MODEL),
    (r"\+(CGMR|GMR)", REVISION),
    (r"\+(CGSN|GSN)", "{imei}"),
    (r"\+CIMI", "001019999999999"),
    (r"\+CPIN\?", "+CPIN: READY"),
    (r"\+CSQ", "+CSQ: 20,99"),
    (r"\+CREG\?", "+CREG: 0,1"),
    (r"\+COPS\?", '+COPS: 0,0,"handset"'),
    (r"\+CMGF\?", "+CMGF: 0"),
    (r"\+CMGF=\?", "+CMGF: (0)"),
    (r"\+CMGF=0", ""),
    (r"\+CSMS=\?", "+CSMS: (0,1)"),
    (r"\+CSMS\?", "+CSMS: 1,1,1,1"),
    (r"\+CSMS=[01]", "+CSMS: 1,1,1"),
    (r"\+CSCA\?", '+CSCA: "+447700900000",145'),
    (r"\+CPMS=\?", '+CPMS: ("ME","SM"),("ME","SM"),("ME","SM")'),
    (r"\+CPMS\?", '+CPMS: "ME",0,50,"ME",0,50,"ME",0,50'),
    (r"\+CPMS=.*", "+CPMS: 0,50,0,50,0,50"),
    (r"\+CNMI=\?", "+CNMI: (0-2),(0-3),(0,2,3),(0-2),(0,1)"),
    (r"\+CSCS=\?", '+CSCS: ("GSM","UCS2")'),
    (r"\+CSCS\?", '+CSCS: "GSM"'),
    (r"\+CMG[LD]=.*", ""),
    (r"\+(CMEE|CREG|CNMI|CSCS|CSCA|CMMS|CLIP|COPS|CFUN|CGREG|CRC|CSDH|CPBS|IFC)=.*", ""),
)
"""(what is asked, without AT; what is answered before OK). "" answers OK alone; what is in no row, ERROR."""
_ROWS = tuple((re.compile(pattern), answer) for pattern, answer in ANSWERS)
_SEND = re.compile(r"\+CMGS=(\d{1,3})")
_ECHO = re.compile(r"E([01]?)")


class Modem(msgspec.Struct, frozen=True):
    """The state of one dialogue. `awaits`: a PDU of so many octets is to come, 0: a command; `skips`:
    the rest of a line that was too long is passed over."""

    imei: str = "004999010640000"
    echo: bool = True
    awaits: int = 0
    buffer: bytes = b""
    sent: int = 0
    skips: bool = False


class Heard(msgspec.Struct, frozen=True):
    """What some octets led to: the reply, the PDUs given for sending, what the modem could not do."""

    reply: bytes = b""
    pdus: tuple[bytes, ...] = ()
    unknown: tuple[str, ...] = ()


def hear(modem: Modem, octets: bytes) -> tuple[Modem, Heard]:
    """Octets came in over the line."""
    reply = octets if modem.echo else b""
    pdus: list[bytes] = []
    unknown: list[str] = []
    if modem.skips:
        end = _ENDED.search(octets)
        octets = octets[end.end() :] if end else b""
        modem = msgspec.structs.replace(modem, skips=end is None)
    modem = msgspec.structs.replace(modem, buffer=modem.buffer + octets)
    while True:
        modem, step = _pdu(modem) if modem.awaits else _command(modem)
        if step is None:
            break
        reply += step.reply
        pdus += step.pdus
        unknown += step.unknown
    if len(modem.buffer) > MAX_LINE:
        modem = msgspec.structs.replace(modem, buffer=b"", awaits=0, skips=True)
        reply += _line(_ERROR)
        unknown.append(f"a line of more than {MAX_LINE} characters")
    return modem, Heard(reply, tuple(pdus), tuple(unknown))


def _pdu(modem: Modem) -> tuple[Modem, Heard | None]:
    """A PDU in hex, ended by ctrl+z; escape calls it off [27.005, 3.5.1]."""
    ends = [at for at in map(modem.buffer.find, (_SUBMIT, _ESCAPE)) if at >= 0]
    if begun := _BEGUN.search(modem.buffer, 0, min(ends, default=len(modem.buffer))):
        rest = modem.buffer[begun.start() :]
        modem = msgspec.structs.replace(modem, buffer=rest, awaits=0)
        return modem, Heard(b"", (), ("half a PDU",))
    if not ends:
        return modem, None
    end = min(ends)
    text, rest = modem.buffer[:end].strip(), modem.buffer[end + 1 :]
    length, called_off = modem.awaits, modem.buffer[end : end + 1] == _ESCAPE
    modem = msgspec.structs.replace(modem, buffer=rest, awaits=0)
    if called_off:
        return modem, Heard(_line(_OK))
    try:
        pdu = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        return modem, Heard(_line(_NOT_A_PDU), (), ("a PDU that is no hex",))
    # The service centre's address is not counted.
    if not pdu or len(pdu) - 1 - pdu[0] != length:
        wrong = f"a PDU of {len(pdu)} octets where AT+CMGS said {length}"
        return modem, Heard(_line(_NOT_A_PDU), (), (wrong,))
    sent = modem.sent + 1
    modem = msgspec.structs.replace(modem, sent=sent)
    return modem, Heard(_line(f"+CMGS: {sent % 256}") + _line(_OK), (pdu,))


def _command(modem: Modem) -> tuple[Modem, Heard | None]:
    end = _LINE_END.search(modem.buffer)
    if end is None:
        return modem, None
    # Escape and ctrl+z mean nothing here: senders begin with them, to end what was before.
    line = modem.buffer[: end.start()].strip(_SUBMIT + _ESCAPE + b" ").decode("latin-1").strip()
    modem = msgspec.structs.replace(modem, buffer=modem.buffer[end.end() :])
    if not line:
        return modem, Heard()
    prefix = line.upper().find("AT")
    if prefix < 0:
        wrong = f"a line of {len(line)} characters that is no AT command"
        return modem, Heard(_line(_ERROR), (), (wrong,))
    # What stands before the prefix is noise [ITU-T V.250, 5.2.1].
    line = line[prefix:]
    reply = b""
    for part in line[2:].split(";") if ";" in line else [line[2:]]:
        asked = part.strip()
        upper = asked.upper()
        if send := _SEND.fullmatch(upper):
            return msgspec.structs.replace(modem, awaits=int(send[1])), Heard(reply + b"\r\n> ")
        if echo := _ECHO.fullmatch(upper):
            modem = msgspec.structs.replace(modem, echo=echo[1] == "1")
            continue
        answer = next((says for row, says in _ROWS if row.fullmatch(upper)), None)
        if answer is None:
            # What it is to be set to may be a PIN.
            command = asked.partition("=")[0][:_LONGEST_NAME]
            return modem, Heard(reply + _line(_ERROR), (), (f"AT{command}",))
        if answer:
            reply += _line(answer.format(imei=modem.imei))
    return modem, Heard(reply + _line(_OK))


def _line(text: str) -> bytes:
    return f"\r\n{text}\r\n".encode("latin-1")
