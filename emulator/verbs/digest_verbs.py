"""`handset digest ...`: the verbs of the credentials calculator and their options."""

from pathlib import Path
from typing import Annotated

import typer

from emulator.verbs.options import Json, NonceHex, Password, User

digest_app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


@digest_app.command()
def basic(user: User, password: Password, json: Json = False) -> None:
    """syncml:auth-basic."""
    from emulator.protocol import digest
    from emulator.verbs.digest import show

    show(digest.basic(user, password), json)


@digest_app.command()
def md5(user: User, password: Password, nonce_hex: NonceHex, json: Json = False) -> None:
    """syncml:auth-md5, SyncML 1.1 and later."""
    from emulator.protocol import digest
    from emulator.verbs.digest import octets, show

    show(digest.md5(user, password, octets(nonce_hex, "--nonce-hex")), json)


@digest_app.command(name="md5-1.0")
def md5_10(user: User, password: Password, nonce_hex: NonceHex, json: Json = False) -> None:
    """syncml:auth-md5, SyncML 1.0."""
    from emulator.protocol import digest
    from emulator.verbs.digest import octets, show

    show(digest.md5_10(user, password, octets(nonce_hex, "--nonce-hex")), json)


@digest_app.command()
def hmac(
    user: User,
    password: Password,
    nonce_hex: NonceHex,
    body: Annotated[Path, typer.Option("--body", metavar="FILE")],
    json: Json = False,
) -> None:
    """syncml:auth-MAC, the header x-syncml-hmac."""
    from emulator.verbs import digest as verb

    verb.show(verb.hmac(user, password, verb.octets(nonce_hex, "--nonce-hex"), body), json)


@digest_app.command()
def notification(
    server_id: Annotated[str, typer.Option("--server-id", metavar="S")],
    password: Password,
    nonce_hex: NonceHex,
    trigger_hex: Annotated[str, typer.Option("--trigger-hex", metavar="HEX")],
    json: Json = False,
) -> None:
    """The digest of a notification (package #0)."""
    from emulator.protocol import digest
    from emulator.verbs.digest import octets, show

    nonce = octets(nonce_hex, "--nonce-hex")
    show(
        digest.notification(server_id, password, nonce, octets(trigger_hex, "--trigger-hex")), json
    )
