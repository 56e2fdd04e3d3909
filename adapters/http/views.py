"""Bodies on the wire. They check the shape; what counts as a name or a password, `domain` says."""

from datetime import datetime
from typing import Annotated

from litestar.params import Body
from msgspec import UNSET, Meta, Struct, UnsetType

from domain.password import PasswordPolicy
from domain.user import USERNAME_MAX_CHARACTERS, User

# `Body` describes without checking: the rules themselves stand in `domain`, once.
_Name = Annotated[
    str,
    Body(
        description="1 to 20 visible characters; case and Unicode form do not tell names apart.",
        min_length=1,
        max_length=USERNAME_MAX_CHARACTERS,
        schema_extra={"examples": ["user1"]},
    ),
]
_Secret = Annotated[
    str,
    Body(
        description="6 to 1,024 bytes of UTF-8 (other limits may be set); every byte counts.",
        max_length=PasswordPolicy().maximum,
        schema_extra={"format": "password", "examples": ["123123"]},
    ),
]


class Credentials(Struct, frozen=True):
    """Name and password."""

    username: _Name
    password: _Secret


class UserUpdate(Struct, frozen=True, omit_defaults=True):
    """What to change; what is left out stays."""

    username: _Name | UnsetType = UNSET
    password: _Secret | UnsetType = UNSET
    current_password: _Secret | UnsetType = UNSET


class UserView(Struct, frozen=True):
    """An account as its owner sees it."""

    id: Annotated[int, Meta(ge=1, description="Never reused.", examples=[1])]
    username: Annotated[str, Meta(examples=["user1"])]
    signup_time: Annotated[
        datetime, Meta(description="RFC 3339, in UTC.", examples=["2026-01-31T12:00:00.123456Z"])
    ]

    @classmethod
    def of(cls, user: User) -> "UserView":
        """Translate."""
        return cls(user.id, user.username.value, user.signup_time)
