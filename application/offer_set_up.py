"""Let whoever sees the console become the first operator."""

from dataclasses import dataclass
from datetime import timedelta

from domain.operator import Code, Grant, Purpose
from domain.ports import Begin, Clock, TokenGenerator


@dataclass(frozen=True, slots=True)
class OfferSetUp:
    """A code with which somebody becomes an operator, once, within `lifetime`; `None` if there is
    an operator already. An earlier code is no longer valid. Raises `Unavailable`.
    """

    begin: Begin
    clock: Clock
    tokens: TokenGenerator
    lifetime: timedelta = timedelta(minutes=30)

    async def __call__(self) -> Code | None:
        code = Code(self.tokens.new().value)
        async with self.begin() as work:
            if await work.users.has_operator():
                return None
            expires_at = self.clock.now() + self.lifetime
            await work.codes.put(code.digest, Grant(Purpose.SET_UP, None, expires_at))
        return code
