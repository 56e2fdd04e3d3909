"""What password hashes cost that are stored."""

from contextlib import closing
from pathlib import Path

from adapters.sql.sqlite import open_reader, translated

_HIGHEST = """
    SELECT max(CAST(substr(password_hash, instr(password_hash, '$2') + 4, 2) AS INTEGER))
    FROM users
"""


def highest_cost(path: Path) -> int | None:
    """The highest cost of bcrypt, which stands in the hash after its kind, as in `$2b$12$…`; `None`
    if there are no users. It looks at all of them: call it off the event loop. Raises
    `StorageUnavailable`.
    """
    with translated(), closing(open_reader(path)) as connection:
        ((cost,),) = connection.execute(_HIGHEST).fetchall()
    return cost or None
