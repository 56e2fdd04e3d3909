"""An account as operators see it."""

from datetime import datetime
from typing import Annotated

from litestar.params import Body
from msgspec import Meta, Struct

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

    id: Annotated[int, Meta(description="Never reused.")]
    username: Annotated[str, Meta(description="In the spelling the user chose.")]
    signup_time: Annotated[datetime, Meta(description="RFC 3339, in UTC.")]
    disabled_at: Annotated[
        datetime | None, Meta(description="Since when logins are refused; null if they are not.")
    ]
    is_operator: Annotated[bool, Meta(description="Whether the user is an operator.")]
    version: Annotated[int, Meta(description="Grows with every change; for `version` of a change.")]
    roles: Annotated[list[str], Meta(description="For applications.")]
    metadata: Annotated[dict[str, object], Meta(description="For applications: a JSON object.")]

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
