"""Give an account its name within a unit of work."""

from dataclasses import dataclass

from domain.names import HELD_AT_MOST, NamePolicy
from domain.ports import Clock, UnitOfWork
from domain.user import User, Username


@dataclass(frozen=True, slots=True)
class TakeName:
    """Make what an account's name looks like its own, and hold what it had before: nobody else gets
    a name that can be taken for it, nor, for some time, the one it gave up.

    `before` is the name the account had. Operators may give names that are reserved or held
    (`by_operator`). Raises `UsernameTaken`, `Unavailable`.
    """

    names: NamePolicy
    clock: Clock

    async def __call__(
        self,
        work: UnitOfWork,
        user: User,
        *,
        before: Username | None = None,
        by_operator: bool = False,
    ) -> None:
        if not by_operator:
            self.names.demand_not_reserved(user.username)
        looks, now = self.names.looks(user.username), self.clock.now()
        old = self.names.looks(before) if before else frozenset[str]()
        await work.names.take(looks, user.id, now=now, shared=old, held_too=by_operator)
        if before:
            until = now + self.names.held_for
            await work.names.hold(user.id, but=looks, until=until, at_most=HELD_AT_MOST)
