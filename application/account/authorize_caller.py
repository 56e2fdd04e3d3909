"""Say whether the caller may use an application."""

from collections.abc import Collection
from dataclasses import dataclass

from application.steps.authenticate import Authenticate
from domain.errors import RoleMissing
from domain.secrets import SessionToken
from domain.session import SignedIn


@dataclass(frozen=True, slots=True)
class AuthorizeCaller:
    """Find the live session and its user, who must have one of the `roles`, if any are named.

    Raises `NotSignedIn`, `RoleMissing`, `StorageUnavailable`.
    """

    authenticate: Authenticate

    async def __call__(
        self, *, presented: SessionToken | None, roles: Collection[str] = ()
    ) -> SignedIn:
        found = await self.authenticate(presented=presented)
        if roles and not set(roles) & set(found.user.roles):
            raise RoleMissing(found.user.id)
        return found
