"""Give a program of yours access."""

from dataclasses import dataclass
from datetime import timedelta

from application.steps.operator_transactions import OperatorTransactions
from domain.events import Details, Event, EventKind
from domain.operator import IssuedToken, Operator, Scope, parse_token_name
from domain.ports import Clock
from domain.secrets import AccessKey, Secrets
from domain.session import Origin


@dataclass(frozen=True, slots=True)
class CreateToken:
    """Make an access token for the operator, who must be there in person.

    Raises `InvalidTokenName`, `PersonRequired`, `FreshLoginRequired`, `NotSignedIn`,
    `NotAnOperator`, `Unavailable`.
    """

    transactions: OperatorTransactions
    clock: Clock
    secrets: Secrets

    async def __call__(
        self,
        *,
        by: Operator,
        name: str,
        scopes: frozenset[Scope],
        lifetime: timedelta,
        origin: Origin,
    ) -> IssuedToken:
        by.demand_person()
        parsed, now, key = parse_token_name(name), self.clock.now(), self.secrets.new(AccessKey)
        async with self.transactions(by) as work:
            token = await work.tokens.add(
                key.digest,
                by.user.id,
                name=parsed,
                scopes=scopes,
                at=now,
                expires_at=now + lifetime,
            )
            granted = " ".join(sorted(scopes))
            details: Details = {"token": token.id, "name": parsed, "scopes": granted}
            created = Event(
                EventKind.TOKEN_CREATED, now, by.user.id, origin, details, actor_id=by.user.id
            )
            await work.events.append(created)
        return IssuedToken(key, token)
