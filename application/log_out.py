"""End a session."""

from dataclasses import dataclass

from domain.ports import Begin
from domain.session import SessionToken


@dataclass(frozen=True, slots=True)
class LogOut:
    """End the session presented; harmless when there is none. Raises `Unavailable`."""

    begin: Begin

    async def __call__(self, *, presented: SessionToken | None) -> None:
        if presented is None:
            return
        async with self.begin() as work:
            await work.sessions.end(presented.digest)
