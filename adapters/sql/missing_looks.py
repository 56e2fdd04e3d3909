"""What names look like is filled in for accounts that came without it."""

from collections.abc import Collection, Mapping

from sqlalchemy import bindparam, or_, select

from adapters.sql.names import HAS_LOOKS, SqlNames, rows_of
from adapters.sql.tables import names, users
from adapters.sql.transactions import Reader, Transaction, Transactions
from domain.names import HELD_AT_MOST, NamePolicy
from domain.ports import Clock
from domain.user import Username

_BATCH = 100
_IS_MISSING = users.c.looks_of != users.c.username
_MISSING = (
    select(users.c.id)
    .where(_IS_MISSING, users.c.id > bindparam("after"))
    .order_by(users.c.id)
    .limit(_BATCH)
)
_FREE = (
    select(users.c.id, users.c.username)
    .where(_IS_MISSING, users.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(users.c.id)
    .with_for_update(key_share=True, skip_locked=True)
)
_THEIRS = select(names.c.look, names.c.user_id, names.c.held_until).where(
    or_(
        names.c.look.in_(bindparam("looks", expanding=True)),
        names.c.user_id.in_(bindparam("ids", expanding=True)),
    )
)

_Looks = Mapping[int, frozenset[str]]


class MissingLooks:
    """Fills in what the names look like that came in with an import or that code of before has
    given, and holds those that it has taken away: some accounts at a time, so that nobody waits
    long for this. Of two that look alike the older account has the look; the other is tried again
    the next time.
    """

    def __init__(
        self, reader: Reader, transactions: Transactions, policy: NamePolicy, clock: Clock
    ) -> None:
        self._reader, self._transactions = reader, transactions
        self._policy, self._clock = policy, clock
        self._after = 0

    async def fill(self) -> int:
        """Look at some names, and say at how many; 0 when it has been at all of them. Raises
        `Unavailable`.
        """
        found = [id_ for (id_,) in await self._reader.all(_MISSING, after=self._after)]
        self._after = found[-1] if found else 0
        if found:
            async with self._transactions.begin() as transaction:
                # Those that somebody else holds are left for the next time.
                free = await transaction.all(_FREE, {"ids": found})
                looks = {id_: self._policy.looks(Username(name)) for id_, name in free}
                done = await self._fill_together(transaction, looks) if looks else ()
                for id_ in [each for each in looks if each not in done]:
                    await self._fill(SqlNames(transaction), id_, looks[id_])
        return len(found)

    async def _fill_together(self, transaction: Transaction, looks: _Looks) -> Collection[int]:
        """Most names are alone with their looks. Say whose are."""
        rows = [row for id_, own in looks.items() for row in rows_of(own, id_)]
        await transaction.add_missing(names, sorted(rows, key=lambda row: str(row["look"])))
        all_looks = sorted({look for own in looks.values() for look in own})
        theirs: dict[int, set[str]] = {id_: set() for id_ in looks}
        is_odd = set()
        asked = {"looks": all_looks, "ids": [*looks]}
        for look, owner, held_until in await transaction.all(_THEIRS, asked):
            theirs.setdefault(owner, set()).add(look)
            if held_until is not None:
                is_odd.add(owner)
        done = [id_ for id_, own in looks.items() if theirs[id_] == own and id_ not in is_odd]
        if done:
            await transaction.execute_each(HAS_LOOKS, [{"owner": each} for each in done])
        return {*done}

    async def _fill(self, taken: SqlNames, user_id: int, looks: frozenset[str]) -> None:
        now = self._clock.now()
        await taken.take(looks, user_id, now=now, shared=looks)
        until = now + self._policy.held_for
        await taken.hold(user_id, but=looks, until=until, at_most=HELD_AT_MOST)
