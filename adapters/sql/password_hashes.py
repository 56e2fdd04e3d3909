"""What password hashes cost that are stored, and which pepper they were made with."""

from sqlalchemy import Connection, case, func, or_, select, text

from adapters.sql.tables import users
from domain.password import PasswordHash

_stored = users.c.password_hash
# As much of a hash as says what it costs, and little of its salt: `hmac-sha384:KEY_ID__:$2b$12$` or
# `:0:$2b$12$`, `argon2$argon2id$v=19$m=102400,t=2,p=8$`, `pbkdf2_sha256$1000000$`.
_beginning = case(
    (_stored.like("hmac-sha384:0:%"), func.substr(_stored, 1, 21)),
    (_stored.like("hmac-sha384:%"), func.substr(_stored, 1, 28)),
    (_stored.like("argon2$%"), func.substr(_stored, 1, 38)),
    (_stored.like("$argon2%"), func.substr(_stored, 1, 32)),
    (_stored.like("$pbkdf2%"), func.substr(_stored, 1, 23)),
    (_stored.like("$scrypt%"), func.substr(_stored, 1, 22)),
    (_stored.like("bcrypt$%"), func.substr(_stored, 1, 14)),
    (_stored.like("scrypt$%"), func.substr(_stored, 1, 13)),
    (_stored.like("$2%"), func.substr(_stored, 1, 7)),
    (_stored.like("pbkdf2_sha1$%"), func.substr(_stored, 1, 19)),
    else_=func.substr(_stored, 1, 21),
)
_BEGINNINGS = (
    "hmac-sha384:",
    "$2",
    "bcrypt",
    "pbkdf2",
    "scrypt",
    "argon2",
    "$argon2",
    "$scrypt",
    "$pbkdf2",
)
_ONE_OF_EACH = (
    select(func.min(_stored))
    .where(or_(*(_stored.startswith(each) for each in _BEGINNINGS)))
    .group_by(_beginning)
    .limit(10_000)
)

# `hmac-sha384:KEY_ID:`, and what follows of the hash itself is cut off.
_BY_PEPPER = select(func.substr(_stored, 1, 20), func.count()).group_by(text("1"))


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


def hashes_of_each_cost(connection: Connection) -> list[PasswordHash]:
    """At least one stored hash of each scheme and cost. It looks at all of them, which takes
    long.
    """
    return [PasswordHash(hashed) for (hashed,) in connection.execute(_ONE_OF_EACH)]
