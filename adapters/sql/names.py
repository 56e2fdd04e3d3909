"""The table of what names look like: whose each is, and until when it is held."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, or_, select, update

from adapters.sql.tables import names, users
from adapters.sql.transactions import Reader, Transaction, Transactions
from adapters.sql.values import to_micros
from domain.errors import UsernameTaken
from domain.names import HELD_AT_MOST, NamePolicy
from domain.ports import Clock
from domain.user import Username

_BATCH = 100
_IS_ONE_OF_THESE = names.c.look.in_(bindparam("looks", expanding=True))
_IS_OWN = names.c.user_id == bindparam("owner")
_IS_HELD = names.c.held_until.is_not(None)
_IS_OVER = names.c.held_until <= bindparam("now")
# Code of before deletes accounts and leaves their looks.
_IS_NOBODYS = and_(
    names.c.held_until.is_(None),
    ~select(users.c.id).where(users.c.id == names.c.user_id).exists(),
)
# By growing key, so that two that want the same do not wait in a circle.
_LOCK = (
    select(names.c.look)
    .where(or_(_IS_ONE_OF_THESE, _IS_OWN))
    .order_by(names.c.look)
    .with_for_update()
)
_TAKE = update(names).values(user_id=bindparam("owner"), held_until=None).where(_IS_ONE_OF_THESE)
_TAKE_FREE = _TAKE.where(or_(_IS_OWN, _IS_OVER, _IS_NOBODYS)).returning(names.c.look)
_TAKE_HELD_TOO = _TAKE.where(or_(_IS_OWN, _IS_HELD, _IS_NOBODYS)).returning(names.c.look)
_HOLD = (
    update(names)
    .values(held_until=bindparam("until"))
    .where(_IS_OWN, names.c.held_until.is_(None), ~_IS_ONE_OF_THESE)
)
_HELD_LAST = (
    select(names.c.held_until)
    .where(_IS_OWN, _IS_HELD)
    .distinct()
    .order_by(names.c.held_until.desc())
    .limit(bindparam("at_most"))
)
_LET_GO = delete(names).where(_IS_OWN, _IS_HELD, names.c.held_until.not_in(_HELD_LAST))
_OVER = (
    select(names.c.look)
    .where(_IS_OVER)
    .limit(bindparam("at_most"))
    .with_for_update(skip_locked=True)
)
_REMOVE_OVER = delete(names).where(names.c.look.in_(_OVER))

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
_HAS_LOOKS = update(users).values(looks_of=users.c.username).where(users.c.id == bindparam("owner"))


@dataclass(frozen=True, slots=True)
class SqlNames:
    """Fits `domain.names.Names`."""

    transaction: Transaction

    async def take(
        self,
        looks: Collection[str],
        user_id: int,
        *,
        now: datetime,
        shared: Collection[str] = (),
        held_too: bool = False,
    ) -> None:
        wanted: dict[str, object] = {"looks": sorted(looks), "owner": user_id}
        await self.transaction.all(_LOCK, wanted)
        await self.transaction.add_missing(names, _rows({*looks, *shared}, user_id))
        if held_too:
            taken = await self.transaction.all(_TAKE_HELD_TOO, wanted)
        else:
            taken = await self.transaction.all(_TAKE_FREE, {**wanted, "now": to_micros(now)})
        own = {look for (look,) in taken}
        if not own >= set(looks) - set(shared):
            raise UsernameTaken
        if own >= set(looks):
            await self.transaction.execute(_HAS_LOOKS, {"owner": user_id})

    async def hold(
        self,
        user_id: int,
        *,
        but: Collection[str] = (),
        given_up: Collection[str] = (),
        until: datetime,
        at_most: int,
    ) -> None:
        if given_up:
            await self.transaction.add_missing(names, _rows(given_up, user_id))
        holding = {"owner": user_id, "looks": sorted(but), "until": to_micros(until)}
        if await self.transaction.execute(_HOLD, holding):
            await self.transaction.execute(_LET_GO, {"owner": user_id, "at_most": at_most})

    async def remove_old(self, now: datetime, *, at_most: int) -> int:
        values = {"now": to_micros(now), "at_most": at_most}
        return await self.transaction.execute(_REMOVE_OVER, values)


class MissingLooks:
    """Fills in what the names look like that code of before has given, and holds those that it has
    taken away: some accounts at a time, so that nobody waits long for this. Of two that look alike
    the older account has the look; the other is tried again the next time.
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
                for id_, username in await transaction.all(_FREE, {"ids": found}):
                    await self._fill(SqlNames(transaction), id_, Username(username))
        return len(found)

    async def _fill(self, taken: SqlNames, user_id: int, username: Username) -> None:
        looks, now = self._policy.looks(username), self._clock.now()
        await taken.take(looks, user_id, now=now, shared=looks)
        until = now + self._policy.held_for
        await taken.hold(user_id, but=looks, until=until, at_most=HELD_AT_MOST)


def _rows(looks: Iterable[str], user_id: int) -> list[dict[str, object]]:
    """In the order of the key, so that two that want the same do not wait in a circle."""
    return [{"look": each, "user_id": user_id, "held_until": None} for each in sorted(looks)]
