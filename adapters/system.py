"""The operating system's clock and random numbers."""

import secrets
from datetime import UTC, datetime

from domain.session import SessionToken


class SystemClock:
    """Fits `domain.ports.Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SystemTokens:
    """Fits `domain.ports.TokenGenerator`: 256 bits from the operating system."""

    def new(self) -> SessionToken:
        return SessionToken(secrets.token_urlsafe(32))
