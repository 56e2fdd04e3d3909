"""What use cases have in common, and ask of one another without knowing each other."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from domain.operator import Operator
from domain.ports import UnitOfWork
from domain.session import Admission, Origin, SessionToken, SignedIn
from domain.user import User


class ConfirmOwner(Protocol):
    """Makes sure that the owner of a session is at the keyboard, before something sensitive."""

    async def __call__(
        self, signed_in: SignedIn, current_password: str | None, *, origin: Origin
    ) -> None:
        """Return if so. Raises `FreshLoginRequired`, `InvalidCredentials`, `Unavailable`."""


class Authenticate(Protocol):
    """Tells whose session a token belongs to."""

    async def __call__(self, *, presented: SessionToken | None) -> SignedIn:
        """The live session with its user. Raises `NotSignedIn`, `StorageUnavailable`."""


class BeginAsOperator(Protocol):
    """Opens a unit of work, for an operator who is still one, or for the console (`None`)."""

    def __call__(self, by: Operator | None) -> AbstractAsyncContextManager[UnitOfWork]:
        """As `Begin`. Raises `NotSignedIn`, `NotAnOperator`, `Unavailable`."""


class OpenSession(Protocol):
    """Signs a known user in, within a unit of work."""

    async def __call__(
        self, work: UnitOfWork, user: User, *, origin: Origin, presented: SessionToken | None
    ) -> Admission:
        """Open a session that replaces the one presented."""
