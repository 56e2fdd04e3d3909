"""`frontdesk secrets …`: another secret key, another pepper, and what each ends."""

import asyncio
import secrets as random
from datetime import UTC, datetime

from click import ClickException, confirm, echo, group, option

from adapters.signing.key_file import KeyFile
from adapters.sql.fingerprints import SharedSecret
from entrypoints.commands.database import expect_secret, forget_secret
from entrypoints.commands.peppered import Peppered
from entrypoints.commands.running import told
from entrypoints.commands.snapshot import snapshot
from entrypoints.preparation import PEPPER, SECRET_KEY, key_path
from entrypoints.settings import Settings, read_settings

_BYTES = 32
_OLD_PEPPERS = "FRONTDESK_OLD_PEPPERS"
_QUESTION = (
    "Known browsers become strangers until their next login, and nothing starts with the old key"
    " any more. Go on?"
)


@group()
def secrets() -> None:
    """Change the secret key and the pepper."""


@secrets.command("rotate-key")
@option("--yes", is_flag=True, help="Do not ask.")
def rotate_key(*, yes: bool) -> None:
    """Make another secret key, and let nobody start with the old one.

    It ends what was made with the old one: browsers that were known become strangers until their
    next login, and names nobody has get other pseudonyms, so that what was counted against them
    begins anew. Passwords, sessions, access tokens, codes and invitations stay. What runs goes on
    with the old key until it is restarted.
    """
    with told():
        settings = read_settings()
        path = key_path(settings)
        if settings.secret_key is None and not path.exists():
            raise ClickException(f"There is no {path} yet; the first start makes one.")
        if not yes:
            confirm(_QUESTION, abort=True)
        if settings.secret_key is None:
            _replace_file(settings)
        else:
            _print_another(settings)


def _replace_file(settings: Settings) -> None:
    path = key_path(settings)
    aside = path.with_name(f"{path.name}.before-{datetime.now(UTC):%Y%m%dt%H%M%S}")
    KeyFile(path).replace(aside)
    expect_secret(settings, SharedSecret(SECRET_KEY, KeyFile(path).key))
    echo(f"{path} is another one. The old one is {aside}: backups of before need it.")
    if settings.postgresql:
        echo("Copy the new one into the data folder of every node.")
    echo("Restart every process of the service now.")


def _print_another(settings: Settings) -> None:
    key = random.token_urlsafe(_BYTES)
    expect_secret(settings, SharedSecret(SECRET_KEY, key.encode()))
    echo(
        f"Set {SECRET_KEY} to this on every node, or put it into the file that {SECRET_KEY}_FILE"
        " names, and restart all of them. Keep the old one: backups of before need it."
    )
    echo(key)


@secrets.command("rotate-pepper")
def rotate_pepper() -> None:
    """Make another pepper, and say where to put it.

    It ends nothing: hashes of a former pepper are known as long as it is in FRONTDESK_OLD_PEPPERS,
    and are renewed at the next login. If there was none yet, the next start may have one.
    """
    with told():
        settings = read_settings()
        asyncio.run(_show(settings))
        pepper = random.token_urlsafe(_BYTES)
        if settings.pepper:
            echo(f"Put the value of {PEPPER} into {_OLD_PEPPERS}, and set, on every node:")
        else:
            forget_secret(settings, PEPPER)  # that there was none
            echo("Set, on every node:")
        echo(f"{PEPPER}={pepper}")
        echo(
            "Restart the service. Several nodes: docs/postgresql.md has the order."
            " `frontdesk secrets status` counts the passwords that are left."
        )


@secrets.command("status")
def status() -> None:
    """Count the passwords that are hashed with the present pepper, with former ones, and with one
    that is not set here, so that nobody who has such a password can log in.
    """
    with told():
        asyncio.run(_show(read_settings()))


async def _show(settings: Settings) -> None:
    from adapters.sql.password_hashes import hashes_by_pepper

    if settings.postgresql is None and not settings.database.exists():
        raise ClickException(f"There is no database at {settings.database}.")
    async with snapshot(settings) as source:
        counted = Peppered.of(settings, await source.run(hashes_by_pepper))
    if settings.pepper is None:
        echo("There is no pepper.")
    echo(f"{counted.present} passwords are hashed with what is set now.")
    echo(f"{counted.former} need a former pepper, or none; the next login renews each.")
    if counted.unknown:
        echo(f"{counted.unknown} need a pepper that is not in {_OLD_PEPPERS}: nobody can log in.")
