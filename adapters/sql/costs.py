"""What password hashes cost that are stored, and which pepper they were made with."""

from sqlalchemy import Connection, func, select, text

from adapters.sql.tables import users

# A bcrypt hash ends with `$2b$COST$` and 53 characters, whatever stands before it.
_cost = func.substr(users.c.password_hash, func.length(users.c.password_hash) - 55, 2)
_HIGHEST = select(func.max(_cost))


# `hmac-sha384:KEY_ID:`, and what follows of the hash itself is cut off.
_BY_PEPPER = select(func.substr(users.c.password_hash, 1, 20), func.count()).group_by(text("1"))


def hashes_by_pepper(connection: Connection) -> dict[str, int]:
    """How many hashes were made with each pepper, by its id; "" is of elsewhere. It looks at all
    of them, which takes long.
    """
    found: dict[str, int] = {}
    for beginning, number in connection.execute(_BY_PEPPER):
        _, _, rest = str(beginning).partition(":")
        pepper, is_ours, _ = rest.partition(":") if rest else ("", "", "")
        key = pepper if is_ours or rest else ""
        found[key] = found.get(key, 0) + int(number)
    return found


def highest_cost(connection: Connection) -> int | None:
    """The highest cost of bcrypt, an exponent; `None` if there are no users. It looks at all of
    them, which takes long.
    """
    cost = connection.scalar(_HIGHEST)
    return None if cost is None else int(cost)
