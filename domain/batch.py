"""What operators do to many accounts at once."""

from dataclasses import dataclass

from domain.errors import FrontdeskError
from domain.operator import Scope

BATCH_MAX = 500
"""Accounts in one call."""


@dataclass(frozen=True, slots=True)
class Disable:
    """Refuse logins and end all sessions."""

    reason: str = ""
    scope = Scope.DATA_UPDATE


@dataclass(frozen=True, slots=True)
class Enable:
    """Accept logins again."""

    scope = Scope.DATA_UPDATE


@dataclass(frozen=True, slots=True)
class EndSessions:
    """End all sessions."""

    scope = Scope.DATA_DELETE


@dataclass(frozen=True, slots=True)
class ChangeRoles:
    """Give roles, and take roles away."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    scope = Scope.DATA_ROLES


Change = Disable | Enable | EndSessions | ChangeRoles


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went for one account: changed, not changed as it was so already, or why not."""

    user_id: int
    is_changed: bool
    error: FrontdeskError | None = None
