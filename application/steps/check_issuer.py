"""Find out whether who issued a code could still do so, within a unit of work."""

from dataclasses import dataclass

from domain.operator import Issuer
from domain.ports import Clock, UnitOfWork


@dataclass(frozen=True, slots=True)
class CheckIssuer:
    """Say whether who issued a code could issue it now: who was dismissed, or whose password or key
    may have been stolen and is changed since, could not. Raises `Unavailable`.
    """

    clock: Clock

    async def __call__(self, work: UnitOfWork, issuer: Issuer) -> bool:
        operator = await work.users.get(issuer.user_id)
        if operator is None or operator.is_disabled or not operator.is_operator:
            return False
        if operator.auth_version != issuer.auth_version:
            return False
        if issuer.token_id is None:
            return True
        found = await work.tokens.get(issuer.token_id)
        return found is not None and found.is_live(self.clock.now())
