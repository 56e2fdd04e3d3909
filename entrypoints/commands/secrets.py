"""`frontdesk secrets …`: another secret key, another pepper, and what each ends."""

import asyncio
import secrets as random
from datetime import UTC, datetime

from click import ClickException, confirm, echo, group, option

from entrypoints.commands.database import forget_fingerprint
from entrypoints.commands.running import told
from entrypoints.commands.snapshot import snapshot
from entrypoints.preparation import key_path
from entrypoints.settings import Settings, read_settings

_BYTES = 32
_KEY, _PEPPER = "FRONTDESK_SECRET_KEY", "FRONTDESK_PEPPER"


@group()
def secrets() -> None:
    """Change the secret key and the pepper."""


@secrets.command("rotate-key")
@option("--yes", is_flag=True, help="Do not ask.")
def rotate_key(*, yes: bool) -> None:
    """Make another secret key.

    It ends what was made with the old one: browsers that were known become strangers until their
    next login, and names nobody has get other pseudonyms, so that what was counted against them
    begins anew. Passwords, sessions, keys, codes and invitations stay.
    """
    with told():
        settings = read_settings()
        path = key_path(settings)
        if settings.secret_key is None and not path.exists():
            raise ClickException(f"There is no {path} yet; the first start makes one.")
        if not yes:
            confirm("Known browsers become strangers until their next login. Go on?", abort=True)
        forget_fingerprint(settings, _KEY)
        if settings.secret_key is None:
            _replace_file(settings)
            echo("Restart every process of the service now.")
        else:
            echo(f"Stop every node, set {_KEY} to this on all of them, and start them:")
            echo(random.token_urlsafe(_BYTES))


def _replace_file(settings: Settings) -> None:
    from adapters.signing.key_file import KeyFile

    path = key_path(settings)
    aside = path.with_name(f"{path.name}.before-{datetime.now(UTC):%Y%m%dt%H%M%S}")
    KeyFile(path).replace(aside)
    echo(f"{path} is another one; the old one is {aside}.")


@secrets.command("rotate-pepper")
def rotate_pepper() -> None:
    """Make another pepper, and say how many passwords need a former one.

    It ends nothing: hashes of a former pepper are known as long as it is in FRONTDESK_OLD_PEPPERS,
    and are renewed at the next login.
    """
    with told():
        settings = read_settings()
        if settings.postgresql is None and not settings.database.exists():
            raise ClickException(f"There is no database at {settings.database}.")
        current, others = asyncio.run(_count(settings))
        echo(f"{current} passwords are hashed with the present pepper, {others} with former ones.")
        if settings.pepper:
            echo(f"Put the value of {_PEPPER} into {_PEPPER.replace('_P', '_OLD_P')}S, and set")
        else:
            forget_fingerprint(settings, _PEPPER)  # that there was none
            echo("Set, on every node:")
        echo(f"{_PEPPER}={random.token_urlsafe(_BYTES)}")
        echo("Restart the service. Run this again to see how many are left.")


async def _count(settings: Settings) -> tuple[int, int]:
    from adapters.passwords.bcrypt_hasher import pepper_id
    from adapters.sql.costs import hashes_by_pepper

    async with snapshot(settings) as source:
        found = await source.run(hashes_by_pepper)
    current = found.pop(pepper_id(settings.pepper), 0)
    return current, sum(found.values())
