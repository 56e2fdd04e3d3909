"""What password hashes cost that are stored, and which pepper they were made with."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Text,
    case,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from adapters.sql.tables import users
from domain.password import PasswordHash

_stored = users.c.password_hash


class _Position(FunctionElement[int]):
    """Where a text begins in another one, from 1 on; 0 if it does not occur."""

    inherit_cache = True
    type = Integer()


@compiles(_Position)
def _of_sqlite(element: _Position, compiler: Any, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)})"


@compiles(_Position, "postgresql")
def _of_postgresql(element: _Position, compiler: Any, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)})"


def _up_to(mark: str, times: int, more: int = 0) -> ColumnElement[str]:
    """The stored hash up to so many of these marks, and so many characters more."""
    position: ColumnElement[int] = literal(0)
    for _ in range(times):
        rest = func.substr(_stored, position + 1)
        position = position + _Position(rest, literal(mark))
    return func.substr(_stored, 1, position + more, type_=Text)


# As much of a hash as says what it costs, and nothing of its salt, of which each has another one.
# Django's scrypt has two parameters behind the salt: `scrypt$N$SALT$R$P$` and 88 characters.
_beginning = case(
    (_stored.like("hmac-sha384:0:%"), func.substr(_stored, 1, 21)),
    (_stored.like("hmac-sha384:%"), func.substr(_stored, 1, 28)),
    (_stored.like("argon2$%"), _up_to(",p=", 1, len("p=8$"))),
    (_stored.like("$argon2%"), _up_to(",p=", 1, len("p=8$"))),
    (_stored.like("$pbkdf2%"), _up_to("$", 3)),
    (_stored.like("$scrypt%"), _up_to("$", 3)),
    (_stored.like("bcrypt$%"), func.substr(_stored, 1, 14)),
    (
        _stored.like("scrypt$%"),
        _up_to("$", 2) + func.substr(_stored, func.length(_stored) - 92, 5, type_=Text),
    ),
    (_stored.like("$2%"), func.substr(_stored, 1, 7)),
    (_stored.like("pbkdf2_%"), _up_to("$", 2)),
    else_=func.substr(_stored, 1, 21),
)
_OURS = "hmac-sha384"
_BEGINNINGS = (
    f"{_OURS}:",
    "$2",
    "bcrypt",
    "pbkdf2",
    "scrypt",
    "argon2",
    "$argon2",
    "$scrypt",
    "$pbkdf2",
)
_SOME_OF_EACH = (
    select(func.min(_stored), func.max(_stored))
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
        scheme, _, rest = str(beginning).partition(":")
        key = rest.partition(":")[0] if scheme == _OURS else ""
        found[key] = found.get(key, 0) + int(number)
    return found


def hashes_of_each_cost(connection: Connection) -> list[PasswordHash]:
    """The first and the last stored hash of each scheme and cost, for one may be damaged. It looks
    at all of them, which takes long.
    """
    found = {hashed for both in connection.execute(_SOME_OF_EACH) for hashed in both}
    return [PasswordHash(hashed) for hashed in sorted(found)]
