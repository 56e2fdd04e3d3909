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
from entrypoints.preparation import CannotStart
from entrypoints.settings import InvalidSettings, read_settings
from entrypoints.storage import reason_of

if TYPE_CHECKING:
    from entrypoints.services import Services

_Result = TypeVar("_Result")

CONSOLE = Caller("console", "")
"""Where commands come from, in the record of what happened."""


def with_services(act: "Callable[[Services], Awaitable[_Result]]") -> _Result:
    """Do it with a service that answers no requests. Exits with a sentence if it cannot be done."""
    from entrypoints.services import build_services

    async def run() -> _Result:
        services = build_services(read_settings().unobserved)
        async with services.running():
            return await act(services)

    with told():
        return asyncio.run(run())


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
