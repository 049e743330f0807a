"""A server that gives the same answers round and round; a program of its own, for the yardstick.

    python -m tests.benchmarks.canned <answers.json

Prints its port. Answers are [content type, body in hex]. The same HTTP machinery as the built-in
server's, so that a client has the same to do with either.
"""

import itertools
import json
import socket
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def main() -> None:
    answers = itertools.cycle((kind, bytes.fromhex(body)) for kind, body in json.load(sys.stdin))

    async def answer(request: Request) -> Response:
        await request.body()
        kind, body = next(answers)
        return Response(body, media_type=kind)

    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    app = Starlette(routes=[Route("/sync", answer, methods=["POST"])])
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
