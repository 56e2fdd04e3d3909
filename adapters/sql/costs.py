"""What password hashes cost that are stored."""

from pathlib import Path

from sqlalchemy import func, select

from adapters.sql.sqlite import read_only_engine, translated
from adapters.sql.tables import users

# A bcrypt hash ends with `$2b$COST$` and 53 characters, whatever stands before it.
_cost = func.substr(users.c.password_hash, func.length(users.c.password_hash) - 55, 2)
_HIGHEST = select(func.max(_cost))


def highest_cost(path: Path) -> int | None:
    """The highest cost of bcrypt, an exponent; `None` if there are no users. It looks at all of
    them: call it off the event loop. Raises `StorageUnavailable`.
    """
    with translated(), read_only_engine(path).connect() as connection:
        cost = connection.scalar(_HIGHEST)
    return None if cost is None else int(cost)
