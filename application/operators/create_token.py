"""Give a program of yours access."""

from dataclasses import dataclass
from datetime import timedelta

from application.steps.operator_transactions import OperatorTransactions
from domain.errors import NoSuchUser, NotAnOperator
from domain.events import Details, Event, EventKind
from domain.operator import IssuedToken, Operator, Scope, parse_token_name
from domain.ports import Clock, Lookup
from domain.secrets import AccessKey, Secrets
from domain.session import Caller
from domain.user import Username


@dataclass(frozen=True, slots=True)
class CreateToken:
    """Make an access token for the operator, who must be there in person. At the command line,
    where `by` is `None`, it is for the operator of this name.

    Raises `InvalidTokenName`, `PersonRequired`, `FreshLoginRequired`, `NoSuchUser`, `NotSignedIn`,
    `NotAnOperator`, `Unavailable`.
    """

    transactions: OperatorTransactions
    lookup: Lookup
    clock: Clock
    secrets: Secrets

    async def __call__(
        self,
        *,
        name: str,
        scopes: frozenset[Scope],
        lifetime: timedelta,
        caller: Caller,
        by: Operator | None = None,
        operator: Username | None = None,
    ) -> IssuedToken:
        parsed, now, key = parse_token_name(name), self.clock.now(), self.secrets.new(AccessKey)
        owner = by.user.id if by else await self._operator(operator)
        if by:
            by.demand_person()
        async with self.transactions(by, owner) as work:
            user = await work.users.get(owner)
            if user is None or not user.is_operator:
                raise NotAnOperator
            token = await work.tokens.add(
                key.digest, owner, name=parsed, scopes=scopes, at=now, expires_at=now + lifetime
            )
            granted = " ".join(sorted(scopes))
            details: Details = {"token": token.id, "name": parsed, "scopes": granted}
            actor = by.user.id if by else None
            created = Event(EventKind.TOKEN_CREATED, now, owner, caller, details, actor_id=actor)
            await work.events.append(created)
        return IssuedToken(key, token)

    async def _operator(self, name: Username | None) -> int:
        found = await self.lookup.user(name) if name else None
        if found is None:
            raise NoSuchUser
        return found.id
