"""Take a program's access away."""

from dataclasses import dataclass

from application.steps.operator_transactions import OperatorTransactions
from domain.errors import NoSuchToken
from domain.events import Details, Event, EventKind
from domain.operator import AccessToken, Operator
from domain.ports import Clock, Lookup
from domain.session import Caller


@dataclass(frozen=True, slots=True)
class RevokeToken:
    """End an access token, of whichever operator; its next request is refused. `by` is `None` at
    the command line. Raises `NoSuchToken`, `NotSignedIn`, `NotAnOperator`, `Unavailable`.
    """

    transactions: OperatorTransactions
    lookup: Lookup
    clock: Clock

    async def __call__(
        self, *, token_id: int, caller: Caller, by: Operator | None = None
    ) -> AccessToken:
        owner = await self.lookup.token_owner(token_id)
        owners = [] if owner is None else [owner]
        async with self.transactions(by, *owners) as work:
            token = await work.tokens.end(token_id)
            if token is None:
                raise NoSuchToken
            now, kind = self.clock.now(), EventKind.TOKEN_REVOKED
            actor = by.user.id if by else None
            details: Details = {"token": token.id, "name": token.name}
            revoked = Event(kind, now, token.user_id, caller, details, actor_id=actor)
            await work.events.append(revoked)
        return token
