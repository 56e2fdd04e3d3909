"""Say whether requests can be served."""

from dataclasses import dataclass

from domain.ports import StorageProbe


@dataclass(frozen=True, slots=True)
class CheckReadiness:
    """Return when accounts can be written. Raises `Unavailable` otherwise."""

    storage: StorageProbe

    async def __call__(self) -> None:
        await self.storage.check()
