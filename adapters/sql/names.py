"""The table of what names look like: whose each is, and until when it is held."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, update

from adapters.sql.tables import names, users
from adapters.sql.transactions import Reader, Transaction, Transactions
from adapters.sql.values import to_micros
from domain.errors import UsernameTaken
from domain.user import Username

_BATCH = 100
_IS_ONE_OF_THESE = names.c.look.in_(bindparam("looks", expanding=True))
_IS_OWN = names.c.user_id == bindparam("owner")
_IS_HELD = names.c.held_until.is_not(None)
_IS_OVER = names.c.held_until <= bindparam("now")
_TAKE = update(names).values(user_id=bindparam("owner"), held_until=None).where(_IS_ONE_OF_THESE)
_TAKE_FREE = _TAKE.where(or_(_IS_OWN, _IS_OVER))
_TAKE_HELD_TOO = _TAKE.where(or_(_IS_OWN, _IS_HELD))
_HOLD = (
    update(names)
    .values(held_until=bindparam("until"))
    .where(_IS_OWN, names.c.held_until.is_(None), ~_IS_ONE_OF_THESE)
)
_HELD_LAST = (
    select(names.c.look)
    .where(_IS_OWN, _IS_HELD)
    .order_by(names.c.held_until.desc(), names.c.look)
    .limit(bindparam("at_most"))
)
_LET_GO = delete(names).where(_IS_OWN, _IS_HELD, names.c.look.not_in(_HELD_LAST))
_OVER = (
    select(names.c.look)
    .where(_IS_OVER)
    .limit(bindparam("at_most"))
    .with_for_update(skip_locked=True)
)
_REMOVE_OVER = delete(names).where(names.c.look.in_(_OVER))

_IS_MISSING = users.c.has_looks == 0
_MISSING = select(users.c.id, users.c.username).where(_IS_MISSING).order_by(users.c.id)
_MISSING_AND_FREE = _MISSING.where(users.c.id.in_(bindparam("ids", expanding=True)))
_HAS_LOOKS = update(users).values(has_looks=1).where(_IS_MISSING)
_THIS_HAS_LOOKS = _HAS_LOOKS.where(users.c.id == bindparam("owner"))
_THESE_HAVE_LOOKS = _HAS_LOOKS.where(users.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class SqlNames:
    """Fits `domain.names.Names`."""

    transaction: Transaction

    async def take(
        self, looks: Collection[str], user_id: int, *, now: datetime, held_too: bool = False
    ) -> None:
        await self.transaction.add_missing(names, _rows(looks, user_id))
        wanted: dict[str, object] = {"looks": sorted(looks), "owner": user_id}
        if held_too:
            taken = await self.transaction.execute(_TAKE_HELD_TOO, wanted)
        else:
            taken = await self.transaction.execute(_TAKE_FREE, {**wanted, "now": to_micros(now)})
        if taken < len(looks):
            raise UsernameTaken
        await self.transaction.execute(_THIS_HAS_LOOKS, {"owner": user_id})

    async def hold(
        self, user_id: int, *, but: Collection[str] = (), until: datetime, at_most: int
    ) -> None:
        given_up = {"owner": user_id, "looks": sorted(but), "until": to_micros(until)}
        if await self.transaction.execute(_HOLD, given_up):
            await self.transaction.execute(_LET_GO, {"owner": user_id, "at_most": at_most})

    async def remove_old(self, now: datetime, *, at_most: int) -> int:
        values = {"now": to_micros(now), "at_most": at_most}
        return await self.transaction.execute(_REMOVE_OVER, values)


class MissingLooks:
    """Fills in what the names look like that an older version has given: some accounts at a time,
    so that nobody waits long for this. Of two that look alike the older account has the look.
    """

    def __init__(
        self,
        reader: Reader,
        transactions: Transactions,
        looks: Callable[[Username], Collection[str]],
    ) -> None:
        self._reader, self._transactions, self._looks = reader, transactions, looks

    async def fill(self) -> int:
        """Look at some names, and say at how many; 0 if none is left. Raises `Unavailable`."""
        found = await self._reader.all(_MISSING.limit(_BATCH))
        if found:
            # Those that somebody else holds are left for the next time.
            free = _MISSING_AND_FREE.with_for_update(key_share=True, skip_locked=True)
            async with self._transactions.begin() as transaction:
                accounts = await transaction.all(free, {"ids": [id_ for id_, _ in found]})
                if accounts:
                    await transaction.add_missing(names, self._rows_of(accounts))
                    ids = [id_ for id_, _ in accounts]
                    await transaction.execute(_THESE_HAVE_LOOKS, {"ids": ids})
        return len(found)

    def _rows_of(self, accounts: Iterable[Sequence[Any]]) -> list[dict[str, object]]:
        rows: dict[object, dict[str, object]] = {}
        for id_, username in accounts:
            for row in _rows(self._looks(Username(username)), id_):
                rows.setdefault(row["look"], row)
        return [rows[look] for look in sorted(rows, key=str)]


def _rows(looks: Iterable[str], user_id: int) -> list[dict[str, object]]:
    """In the order of the key, so that two that want the same do not wait in a circle."""
    return [{"look": each, "user_id": user_id, "held_until": None} for each in sorted(looks)]
