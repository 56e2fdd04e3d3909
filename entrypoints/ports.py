"""What `wire` needs: every port, and what can be set about the rules."""

from dataclasses import dataclass, field
from datetime import timedelta

from application.operations.queries import Tables
from application.operations.requests import RequestLog, RequestTail
from domain.account import RequestHistory
from domain.history import AccountHistory
from domain.invitation import SignUpMode
from domain.names import NamePolicy
from domain.password import PasswordHasher, PasswordPolicy
from domain.ports import (
    Clock,
    ClockWatch,
    Devices,
    Lookup,
    Pseudonyms,
    StorageProbe,
    UnitOfWorkFactory,
)
from domain.secrets import Secrets
from domain.session import LastSeen, Lifetimes
from domain.throttle import Throttle, ThrottlePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything the use cases need from the outside.

    `throttle` counts guesses, sign-ups and changes, unless that is switched off; `quotas` counts
    what is counted in any case: one export at a time, and what may be forgotten.
    `own_requests` is `None` where requests are not on record by user.
    """

    begin: UnitOfWorkFactory
    lookup: Lookup
    history: AccountHistory
    last_seen: LastSeen
    storage: StorageProbe
    throttle: Throttle
    quotas: Throttle
    hasher: PasswordHasher
    secrets: Secrets
    pseudonyms: Pseudonyms
    devices: Devices
    clock: Clock
    clock_watch: ClockWatch
    requests: Tables
    request_log: RequestLog
    request_tail: RequestTail
    own_requests: RequestHistory | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """What can be set about the rules."""

    names: NamePolicy
    sign_up: SignUpMode = SignUpMode.OPEN
    passwords: PasswordPolicy = field(default_factory=PasswordPolicy)
    lifetimes: Lifetimes = field(default_factory=Lifetimes)
    limits: ThrottlePolicy = field(default_factory=ThrottlePolicy)
    keep_events: timedelta = timedelta(days=365)
    batch: int = 500
    """Rows that are removed at once in the background."""
