"""Leases: rows with a holder and an end."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import BindParameter, ColumnElement, Executable, bindparam, delete, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

from adapters.sql.tables import leases
from adapters.sql.transactions import Transactions
from adapters.sql.values import NowMicros

_holder: BindParameter[str] = bindparam("holder")
_length: BindParameter[int] = bindparam("length", type_=leases.c.until.type)
_END: ColumnElement[int] = NowMicros() + _length
_GIVE_BACK = delete(leases).where(leases.c.holder == bindparam("holder"))
_MICROSECOND = timedelta(microseconds=1)


def _take(insert: PostgresqlInsert | SqliteInsert) -> Executable:
    """Insert the lease, or take it over if it is ours or has ended; else change nothing.

    Of two who ask at once, the one who has to wait may have reckoned its end first: that the other
    one's is later says nothing, unless it is later than any lease lasts.
    """
    missing = insert.values(name=bindparam("name"), holder=_holder, until=_END)
    return missing.on_conflict_do_update(
        index_elements=[leases.c.name],
        set_={"holder": missing.excluded.holder, "until": missing.excluded.until},
        where=or_(
            leases.c.holder == missing.excluded.holder,
            leases.c.until < NowMicros(),
            leases.c.until > _END + _length,  # the clock was set back
        ),
    ).returning(leases.c.name)


TAKE_ON_SQLITE = _take(sqlite.insert(leases))
TAKE_ON_POSTGRESQL = _take(postgresql.insert(leases))


class SqlLeases:
    """Fits `domain.ports.Leases`. `take` is the engine's statement."""

    def __init__(self, transactions: Transactions, take: Executable) -> None:
        self._transactions = transactions
        self._take = take

    async def take(self, names: Sequence[str], holder: str, length: timedelta) -> Collection[str]:
        taken: set[str] = set()
        async with self._transactions.begin() as transaction:
            for name in sorted(names):
                values = {"name": name, "holder": holder, "length": length // _MICROSECOND}
                taken.update(str(row[0]) for row in await transaction.all(self._take, values))
        return taken

    async def give_back(self, holder: str) -> None:
        async with self._transactions.begin() as transaction:
            await transaction.execute(_GIVE_BACK, {"holder": holder})
