"""Senders of SMS towards a handset that listens: links of Kannel, smstools, gammu and its daemon.

Nothing here knows our own package; addresses are those of `--listen`.
"""

import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests.interop.need import need
from tests.interop.peers import PATIENCE

PHONE = "+358401234567"
ANY = "ANY"
"""The id of no link: each SMS goes over one of them, which one is chance."""

_SMSC = """
group = smsc
smsc-id = {id}
allowed-smsc-id = "{id};ANY"
preferred-smsc-id = {id}
{more}
"""
_MODEM = """
group = modems
id = handset
name = "Handset"
detect-string = "ds-handset"
init-string = "AT+CNMI=1,2,0,1,0"
hardware-flow-control = false
enable-hwhs = "AT"
sendline-sleep = 5
"""


def kannel_links(pty: Path, tcp: int, smpp: int, http: int, own: int) -> str:
    """AT on a pseudo terminal and on a port, SMPP, HTTP (it wants a port of its `own`)."""
    here = "127.0.0.1"
    links = {
        "ATPTY": f"smsc = at\nmodemtype = handset\ndevice = {pty}\nspeed = 115200",
        "ATTCP": f"smsc = at\nmodemtype = handset\nalt-dcs = true\ndevice = rawtcp\nhost = {here}\n"
        f"port = {tcp}",
        "SMPP": f"smsc = smpp\nhost = {here}\nport = {smpp}\ntransceiver-mode = true\n"
        'smsc-username = test\nsmsc-password = test\nsystem-type = ""\ninterface-version = 34',
        "HTTP": f"smsc = http\nsystem-type = kannel\nport = {own}\nsmsc-username = nork\n"
        f'smsc-password = z0rK\nsend-url = "http://{here}:{http}/kannel"',
    }
    return "".join(_SMSC.format(id=id, more=more) for id, more in links.items()) + _MODEM


def smstools(device: Path, udh: bytes, data: bytes) -> None:
    """smsd takes one binary SMS from its spool; it is ended when it has sent it."""
    need("smsd")
    with tempfile.TemporaryDirectory(prefix="smstools-") as folder:
        spool = Path(folder)
        names = ("outgoing", "checked", "failed", "incoming", "sent")
        for name in names:
            (spool / name).mkdir()
        lines = [f"{name} = {spool}/{name}" for name in names]
        lines += [f"{name} = {spool}/{name}" for name in ("logfile", "infofile", "pidfile")]
        conf = spool / "smsd.conf"
        conf.write_text(
            "devices = GSM1\nloglevel = 7\ndelaytime = 1\n" + "\n".join(lines) + "\n\n[GSM1]\n"
            f"device = {device}\nincoming = no\nbaudrate = 115200\nrtscts = no\n"
        )
        head = f"To: {PHONE[1:]}\nAlphabet: binary\nUDH-DATA: {udh.hex(' ').upper()}\n\n"
        (spool / "outgoing" / "push").write_bytes(head.encode() + data)
        _spooled(["smsd", "-c", str(conf), "-t"], spool)


def gammu_smsd(device: Path, udh: bytes, data: bytes) -> None:
    """gammu's daemon takes one binary SMS from its spool; it is ended when it has sent it."""
    need("gammu-smsd")
    with tempfile.TemporaryDirectory(prefix="gammu-") as folder:
        spool = Path(folder)
        for name in ("inbox", "outbox", "sent", "error"):
            (spool / name).mkdir()
        conf = spool / "smsdrc"
        conf.write_text(
            f"[gammu]\ndevice = {device}\nconnection = at115200\nmodel = at\n\n"
            f"[smsd]\nservice = files\nlogfile = {spool}/logfile\nreceive = 0\n"
            f"inboxpath = {spool}/inbox/\noutboxpath = {spool}/outbox/\n"
            f"sentsmspath = {spool}/sent/\nerrorsmspath = {spool}/error/\n"
            "checksecurity = 0\ncheckbattery = 0\nchecksignal = 0\nchecknetwork = 0\n"
        )
        (spool / "outbox" / f"OUTA_{PHONE}_00.smsbackup").write_text(
            f'[SMSBackup000]\nPDU = Submit\nNumber = "{PHONE}"\nClass = -1\nCoding = 8bit\n'
            f"UDH = {udh.hex().upper()}\nLength = {len(data)}\nText00 = {data.hex().upper()}\n"
        )
        _spooled(["gammu-smsd", "-c", str(conf)], spool)


def _spooled(command: list[str], spool: Path) -> None:
    """Runs a daemon until it has moved what it had to send to `sent`."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=spool,
        start_new_session=True,
    )
    try:
        end = time.monotonic() + PATIENCE
        while not list((spool / "sent").iterdir()):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError((spool / "logfile").read_text(errors="replace"))
            time.sleep(0.05)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def gammu(device: Path, *command: str) -> str:
    """gammu over the AT commands of that device."""
    need("gammu")
    with tempfile.TemporaryDirectory(prefix="gammu-") as folder:
        conf = Path(folder) / "gammurc"
        conf.write_text(f"[gammu]\ndevice = {device}\nconnection = at115200\n")
        return _run(["gammu", "-c", str(conf), *command], Path(folder))


def _run(command: list[str], folder: Path) -> str:
    env = os.environ | {"HOME": str(folder), "LC_ALL": "C"}
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        env=env,
        cwd=folder,
    )
    said = (done.stdout + done.stderr).decode(errors="replace")
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {said}")
    return said
