"""Give a program of yours access."""

from dataclasses import dataclass
from datetime import timedelta

from domain.events import Details, Event, EventKind
from domain.operator import AccessKey, AccessToken, Operator, Scope, parse_token_name
from domain.ports import Clock, TokenGenerator
from domain.session import Origin
from domain.steps import BeginAsOperator


@dataclass(frozen=True, slots=True)
class CreateToken:
    """Make an access token for the operator, who must be there in person, and say its key, this
    once. Raises `InvalidTokenName`, `PersonRequired`, `FreshLoginRequired`, `Unavailable`.
    """

    begin: BeginAsOperator
    clock: Clock
    tokens: TokenGenerator

    async def __call__(
        self,
        *,
        by: Operator,
        name: str,
        scopes: frozenset[Scope],
        lifetime: timedelta,
        origin: Origin,
    ) -> tuple[AccessKey, AccessToken]:
        by.demand_person()
        parsed, now = parse_token_name(name), self.clock.now()
        key = AccessKey(self.tokens.new().value)
        async with self.begin(by) as work:
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
        return key, token
