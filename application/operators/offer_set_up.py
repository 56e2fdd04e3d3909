"""Let whoever reads the output of the server become the first operator."""

from dataclasses import dataclass
from datetime import timedelta

from domain.operator import Purpose, StoredCode
from domain.ports import Clock, UnitOfWorkFactory
from domain.secrets import OneTimeCode, Secrets


@dataclass(frozen=True, slots=True)
class OfferSetUp:
    """A code with which somebody becomes an operator, once, within `lifetime`; `None` if there is
    an operator already. An earlier code is no longer valid. Raises `Unavailable`.
    """

    begin: UnitOfWorkFactory
    clock: Clock
    secrets: Secrets
    lifetime: timedelta = timedelta(minutes=30)

    async def __call__(self) -> OneTimeCode | None:
        code = self.secrets.new(OneTimeCode)
        async with self.begin() as work:
            if await work.users.has_operator():
                return None
            expires_at = self.clock.now() + self.lifetime
            await work.codes.put(code.digest, StoredCode(Purpose.SET_UP, None, expires_at))
        return code
