"""What password hashes cost that are stored."""

from sqlalchemy import Connection, func, select

from adapters.sql.tables import users

# A bcrypt hash ends with `$2b$COST$` and 53 characters, whatever stands before it.
_cost = func.substr(users.c.password_hash, func.length(users.c.password_hash) - 55, 2)
_HIGHEST = select(func.max(_cost))


def highest_cost(connection: Connection) -> int | None:
    """The highest cost of bcrypt, an exponent; `None` if there are no users. It looks at all of
    them, which takes long.
    """
    cost = connection.scalar(_HIGHEST)
    return None if cost is None else int(cost)
