"""Create an account for somebody else."""

from dataclasses import dataclass

from application.steps.operator_transactions import OperatorTransactions
from application.steps.take_name import TakeName
from domain.events import Event, EventKind
from domain.operator import Operator
from domain.password import PasswordHasher, PasswordPolicy
from domain.ports import Clock
from domain.session import Caller
from domain.user import User, Username


@dataclass(frozen=True, slots=True)
class CreateUser:
    """Create an account without a session. The name may be one that is reserved or held. `by` is
    `None` at the command line, where alone operators are made.

    Raises `InvalidUsername`, `InvalidPassword`, `UsernameTaken`, `NotSignedIn`, `NotAnOperator`,
    `Unavailable`.
    """

    transactions: OperatorTransactions
    take_name: TakeName
    hasher: PasswordHasher
    clock: Clock
    password_policy: PasswordPolicy

    async def __call__(
        self,
        *,
        username: str,
        password: str,
        caller: Caller,
        by: Operator | None = None,
        is_operator: bool = False,
    ) -> User:
        name, secret = Username.parse(username), self.password_policy.parse(password)
        password_hash = await self.hasher.hash(secret, client=caller.client())
        async with self.transactions(by) as work:
            now, actor = self.clock.now(), by.user.id if by else None
            user = await work.users.add(name, password_hash, at=now, is_operator=is_operator)
            await self.take_name(work, user, by_operator=True)
            if is_operator:
                await work.codes.void_set_up()
            created = Event(EventKind.ACCOUNT_CREATED, now, user.id, caller, actor_id=actor)
            await work.events.append(created)
        return user
