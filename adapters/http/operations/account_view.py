"""An account as operators see it."""

from datetime import datetime
from typing import Annotated

from litestar.params import Body
from msgspec import Struct

from domain.operator import REASON_MAX_CHARACTERS
from domain.user import User

Reason = Annotated[
    str,
    Body(
        description="Why, for the record.",
        max_length=REASON_MAX_CHARACTERS,
        schema_extra={"examples": ["Spam from one address"]},
    ),
]


class Disabling(Struct, frozen=True):
    """Why somebody is disabled."""

    reason: Reason = ""


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
        """As the API shows it."""
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
