"""The table of what names look like: whose each is, and until when it is held."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, delete, or_, select, update

from adapters.sql.tables import names, users
from adapters.sql.transactions import Transaction
from adapters.sql.values import to_micros
from domain.errors import UsernameTaken

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
HAS_LOOKS = update(users).values(looks_of=users.c.username).where(users.c.id == bindparam("owner"))
_REMOVE_OVER = delete(names).where(names.c.look.in_(_OVER))


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
        await self.transaction.add_missing(names, rows_of({*looks, *shared}, user_id))
        if held_too:
            taken = await self.transaction.all(_TAKE_HELD_TOO, wanted)
        else:
            taken = await self.transaction.all(_TAKE_FREE, {**wanted, "now": to_micros(now)})
        own = {look for (look,) in taken}
        if not own >= set(looks) - set(shared):
            raise UsernameTaken
        if own >= set(looks):
            await self.transaction.execute(HAS_LOOKS, {"owner": user_id})

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
            await self.transaction.add_missing(names, rows_of(given_up, user_id))
        holding = {"owner": user_id, "looks": sorted(but), "until": to_micros(until)}
        if await self.transaction.execute(_HOLD, holding):
            await self.transaction.execute(_LET_GO, {"owner": user_id, "at_most": at_most})

    async def remove_old(self, now: datetime, *, at_most: int) -> int:
        values = {"now": to_micros(now), "at_most": at_most}
        return await self.transaction.execute(_REMOVE_OVER, values)


def rows_of(looks: Iterable[str], user_id: int) -> list[dict[str, object]]:
    """As they are stored, in the order of the key, so that two that want the same do not wait in a
    circle.
    """
    return [{"look": each, "user_id": user_id, "held_until": None} for each in sorted(looks)]
