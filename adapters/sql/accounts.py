"""All accounts, for an export."""

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from adapters.sql.tables import users
from adapters.sql.users import USER, to_user
from adapters.sql.values import to_optional_instant
from domain.account import Usage
from domain.user import User

_BATCH = 1_000
_USAGE = (users.c.signup_address, users.c.last_used_at, users.c.last_address)
_ALL = select(*USER, *_USAGE).order_by(users.c.id)


def number_of_accounts(connection: Connection) -> int:
    """How many there are."""
    return int(connection.scalar(select(func.count()).select_from(users)) or 0)


def all_accounts(connection: Connection) -> Iterator[list[tuple[User, Usage]]]:
    """With when and from where they were used, the oldest first, some at a time."""
    result = connection.execute(_ALL, execution_options={"yield_per": _BATCH})
    for rows in result.partitions():
        yield [(to_user(row[: len(USER)]), _usage(*row[len(USER) :])) for row in rows]


def _usage(address: str | None, used_at: int | None, last_address: str | None) -> Usage:
    return Usage(address, to_optional_instant(used_at), last_address)
