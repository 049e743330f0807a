"""`handset profile ...` and `handset nonces`: the verbs for what the handset knows of servers."""

from typing import Annotated, Literal

import typer

from emulator.verbs.exits import Failure
from emulator.verbs.options import Json, Secrets, StateFolder, User, done

profile_app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)
Codec = Literal["wbxml", "xml"]
Slot = Literal["client", "server", "candidate"]
Action = Literal["show", "set", "forget", "stale", "unpin"]


@profile_app.command(name="list")
def list_profiles() -> None:
    """The shipped profiles, and your own."""
    from emulator.verbs import profile

    profile.list_()


@profile_app.command(name="show")
def show_profile(name: str, show_secrets: Secrets = False) -> None:
    """Every setting, and where it came from."""
    from emulator.verbs import profile

    profile.show(name, show_secrets)


@profile_app.command(name="check")
def check_profile(name: str) -> None:
    """Whether a handset could work with it."""
    from emulator.verbs import profile

    profile.check(name)


@profile_app.command(name="new")
def new_profile(
    url: Annotated[str, typer.Option("--url", metavar="URL")] = "",
    user: User = "",
    password_from: Annotated[
        str,
        typer.Option(
            "--password-from",
            metavar="env:NAME|file:PATH|-",
            help="The profile says where it is; with - it stands in the profile.",
        ),
    ] = "",
    server: Annotated[
        str, typer.Option("--server", metavar="KIND", help="`profile list` names them.")
    ] = "generic",
    server_id: Annotated[str, typer.Option("--server-id", metavar="S")] = "",
    secret_from: Annotated[
        str, typer.Option("--server-secret-from", metavar="env:NAME|file:PATH|-")
    ] = "",
    device_id: Annotated[str, typer.Option("--device-id", metavar="ID")] = "",
    codec: Annotated[Codec, typer.Option("--codec")] = "wbxml",
    stores: Annotated[
        str, typer.Option("--stores", metavar="NAME=URI,...", help="Default: the server kind's.")
    ] = "",
    pin: Annotated[
        str,
        typer.Option("--pin", metavar="SHA256", help="Trust this certificate; `shown`: any shown."),
    ] = "",
    name: Annotated[
        str, typer.Option("--name", "-o", metavar="NAME|FILE", help="Default: the server's host.")
    ] = "",
    tries: Annotated[bool, typer.Option("--try/--no-try", help="Ask the server first.")] = True,
) -> None:
    """A profile for a server: tried at once, and written if the server takes it."""
    from emulator.profiles import writing
    from emulator.verbs import newprofile as verb

    draft = writing.Draft(
        url=url,
        server=server,
        user=user,
        server_id=server_id,
        device_id=device_id or writing.Draft().device_id,
        codec=codec,
        pin=pin,
    )
    done(verb.new(verb.Wanted(draft, name, password_from, secret_from, stores, tries)))


def nonces(
    profile: Annotated[str, typer.Argument(help="A profile file, or a shipped profile's name.")],
    action: Annotated[Action, typer.Argument()] = "show",
    nonce: Annotated[str | None, typer.Argument(metavar="[HEX]", help="For set.")] = None,
    slot: Annotated[Slot, typer.Option("--slot", help="Which nonce.")] = "server",
    account: Annotated[str, typer.Option("--account", metavar="NAME")] = "",
    sheet: Annotated[bool, typer.Option("--sheet", help="What to enter at the server.")] = False,
    secret_from: Annotated[
        str,
        typer.Option(
            "--server-secret-from",
            metavar="env:NAME|file:PATH|-",
            help="With set: a new server secret; HEX is then its server nonce (AAuthData).",
        ),
    ] = "",
    bootstrap: Annotated[
        bool, typer.Option("--bootstrap", help="With it: HEX, or empty, is both nonces.")
    ] = False,
    state: StateFolder = None,
    json: Json = False,
    show_secrets: Secrets = False,
) -> None:
    """What the store holds, with the ledger; change it for a test."""
    from emulator.verbs import nonces as verb

    if sheet:
        verb.sheet(profile, state, account, show_secrets)
    elif action == "show":
        verb.show(profile, state, account, json)
    elif secret_from and action == "set":
        from emulator.verbs import credentials

        credentials.replace(profile, state, account, secret_from, nonce, bootstrap)
    elif secret_from or bootstrap:
        raise Failure("--server-secret-from goes with set, --bootstrap with both")
    else:
        verb.change(profile, state, account, action, slot, nonce)
