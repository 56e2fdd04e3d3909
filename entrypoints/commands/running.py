"""How a command does its work: with the use cases that everybody else uses."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from click import ClickException
from sqlalchemy.exc import DBAPIError

from domain.errors import FrontdeskError, Unavailable
from domain.session import Caller
from entrypoints.commands.snapshot import snapshot
from entrypoints.preparation import CannotStart, prepare
from entrypoints.settings import InvalidSettings, Settings, read_settings
from entrypoints.storage import reason_of

if TYPE_CHECKING:
    from entrypoints.services import Services

_Result = TypeVar("_Result")

COMMAND_LINE = Caller("command line", "")
"""Where commands come from, in the record of what happened."""


def with_services(
    act: "Callable[[Services], Awaitable[_Result]]", *, is_reading: bool = False
) -> _Result:
    """Do it with the use cases of a service. What only reads makes, upgrades and removes nothing.
    Exits with a sentence if it cannot be done.
    """
    from entrypoints.services import build_services

    async def run(settings: Settings) -> _Result:
        if is_reading:
            await demand_ready(settings)
        services = build_services(settings)
        async with services.working():
            return await act(services)

    with told():
        settings = read_settings().unobserved
        if not is_reading:
            prepare(settings)
        return asyncio.run(run(settings))


async def demand_ready(settings: Settings) -> None:
    """See that there is a database of this version. Raises `CannotStart`."""
    from adapters.sql.migrations import HEAD
    from adapters.sql.schema import revision_of

    if settings.postgresql is None and not settings.database.exists():
        raise CannotStart(f"There is no database at {settings.database}.")
    async with snapshot(settings) as source:
        revision = await source.run(revision_of)
    if revision != HEAD:
        there = f"is at schema revision {revision}" if revision else "has no tables yet"
        raise CannotStart(
            f"The database {there}, and this version needs {HEAD}: `frontdesk database upgrade`"
            " makes it, or the next start, unless FRONTDESK_MIGRATE=never."
        )


@contextmanager
def told() -> Iterator[None]:
    """Whatever cannot be done becomes a sentence, and the exit status 1."""
    try:
        yield
    except Unavailable as error:
        raise ClickException(f"The database cannot be used: {reason_of(error)}") from error
    except (FrontdeskError, CannotStart, InvalidSettings) as error:
        raise ClickException(str(error)) from error
    except ImportError as error:
        raise ClickException(
            f"{error.name} is not installed: pip install frontdesk[postgresql]"
        ) from error
    except (DBAPIError, sqlite3.Error, OSError) as error:
        raise ClickException(reason_of(error)) from error
