"""Tell which operator is calling, and what they may do."""

from collections.abc import Sequence
from dataclasses import dataclass

from application.steps.authenticate import Authenticate
from domain.errors import NotAnOperator, NotSignedIn
from domain.operator import Operator, Person, Program, Scope
from domain.ports import Clock, Lookup
from domain.secrets import AccessKey, SessionToken
from domain.session import LastSeen, Lifetimes


@dataclass(frozen=True, slots=True)
class IdentifyOperator:
    """Find the operator behind a session, or behind an access token if there is one, who has one of
    these scopes.

    Raises `NotSignedIn`, `NotAnOperator`, `ScopeMissing`, `StorageUnavailable`.
    """

    authenticate: Authenticate
    lookup: Lookup
    last_seen: LastSeen
    clock: Clock
    lifetimes: Lifetimes

    async def __call__(
        self, *, presented: SessionToken | None, key: AccessKey | None, scopes: Sequence[Scope]
    ) -> Operator:
        operator = await (self._program(key) if key else self._person(presented))
        if not operator.user.is_operator:
            raise NotAnOperator
        operator.demand(*scopes)
        return operator

    async def _person(self, presented: SessionToken | None) -> Operator:
        found = await self.authenticate(presented=presented)
        policy = self.lifetimes.of(found.user)
        fresh = found.session.is_fresh(self.clock.now(), policy)
        return Operator(found.user, Person(found.session, is_fresh=fresh))

    async def _program(self, key: AccessKey) -> Operator:
        found, now = await self.lookup.access_token(key.digest), self.clock.now()
        if found is None or not found.is_live(now):
            raise NotSignedIn
        self.last_seen.note_token(found.token.id, now)
        return Operator(found.user, Program(found.token))
