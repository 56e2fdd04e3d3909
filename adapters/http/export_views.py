"""What an export and a deletion show."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from adapters.http.views import EventView, SessionView, UserView
from domain.account import Receipt, Usage
from domain.user import User


class ExportedUserView(UserView, frozen=True):
    """The account, with what operators have noted for applications."""

    roles: Annotated[list[str], Meta(description="Set by operators.")]
    metadata: Annotated[dict[str, object], Meta(description="Set by operators: a JSON object.")]

    @classmethod
    def of(cls, user: User) -> "ExportedUserView":
        """As the API shows it."""
        return cls(
            user.id,
            user.username.value,
            user.signup_time,
            list(user.roles),
            user.metadata.value,
        )


class UsageView(Struct, frozen=True):
    """From which address you signed up, and when you were last here: with the address from which
    you had logged in then.
    """

    signup_address: Annotated[
        str | None, Meta(description="Client address of the sign-up; null if unknown.")
    ]
    last_used: Annotated[datetime | None, Meta(description="Last use; null if unknown.")]
    last_address: Annotated[
        str | None,
        Meta(
            description="Client address of the login whose session was used last; null if unknown."
        ),
    ]

    @classmethod
    def of(cls, usage: Usage) -> "UsageView":
        """As the API shows it."""
        return cls(usage.signup_address, usage.last_used_at, usage.last_address)


class ExportView(Struct, frozen=True):
    """All that is held about a user. `requests` are those on record, their secrets masked."""

    exported: Annotated[datetime, Meta(description="RFC 3339, in UTC.")]
    user: ExportedUserView
    usage: UsageView
    sessions: Annotated[list[SessionView], Meta(description="Open sessions.")]
    events: Annotated[list[EventView], Meta(description="All stored events.")]
    requests: Annotated[
        list[dict[str, object]], Meta(description="Logged requests of the account, secrets masked.")
    ]


class ReceiptView(Struct, frozen=True):
    """What was removed: the account, its sessions, and personal data in that many events."""

    deleted: Annotated[datetime, Meta(description="RFC 3339, in UTC.")]
    user: UserView
    sessions: Annotated[int, Meta(description="Sessions that ended.")]
    events: Annotated[int, Meta(description="Events in which personal data was erased.")]

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptView":
        """As the API shows it."""
        return cls(receipt.at, UserView.of(receipt.user), receipt.sessions, receipt.events)
