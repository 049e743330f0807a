"""`handset serve`: the built-in server alone, until interrupted."""

import asyncio
import contextlib
import signal
from pathlib import Path

from emulator.server import accounts as books
from emulator.server.app import Server
from emulator.server.exchange import Fact, Said
from emulator.server.misbehaviour import TABLE, parse
from emulator.verbs.exits import Exit, Failure


def serve(port: int, accounts: Path | None, state: Path | None, misbehave: tuple[str, ...]) -> Exit:
    """Serves on 127.0.0.1; what the server finds goes to standard output, a sentence a line."""
    if misbehave == ("list",):
        _list()
        return Exit.MET
    try:
        misbehaviour = parse(misbehave)
        start = books.demo() if accounts is None else books.load(accounts)
        file = None if state is None else books.StateFile(state)
        if file is not None:
            start = file.into(start)
    except ValueError as wrong:
        raise Failure(str(wrong)) from wrong
    except OSError as wrong:
        raise Failure(f"{accounts or state}: {wrong.strerror}") from wrong

    async def run() -> Exit:
        server = Server(
            start,
            port=port,
            misbehaviour=misbehaviour,
            facts=_say,
            keep=file.keep if file else None,
        )
        try:
            await server.start()
        except OSError as wrong:
            raise Failure(str(wrong.strerror or wrong), Exit.TRANSPORT) from wrong
        print(f"DS server at {server.url}; control interface at /control/accounts", flush=True)
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        await stopped.wait()
        await server.stop()
        return Exit.INTERRUPTED

    return asyncio.run(run())


def _say(fact: Fact) -> None:
    if isinstance(fact, Said):
        with contextlib.suppress(BrokenPipeError):
            print(f"{fact.device_id}: {fact.sentence}", flush=True)


def _list() -> None:
    for name, row in TABLE.items():
        shown = f"{name}:{row.value}" if row.value else name
        print(f"{shown:24} {row.description}")
        if row.values:
            print(f"{'':24} {row.value}: {', '.join(row.values)}")
