"""An account as operators see it."""

from datetime import datetime

from msgspec import Struct

from domain.user import User


class AccountView(Struct, frozen=True):
    """An account as operators see it. Send `version` along with a change."""

    id: int
    username: str
    signup_time: datetime
    disabled_at: datetime | None
    is_operator: bool
    version: int
    roles: list[str]
    metadata: dict[str, object]

    @classmethod
    def of(cls, user: User) -> "AccountView":
        """Translate."""
        return cls(
            user.id,
            user.username.value,
            user.signup_time,
            user.disabled_at,
            user.is_operator,
            user.version,
            list(user.roles),
            user.metadata.value,
        )
