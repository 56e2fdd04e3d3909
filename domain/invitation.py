"""Who may sign up, and invitations to do so."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from domain.errors import InvalidNote
from domain.operator import Issuer
from domain.secrets import InvitationCode, OperatorCode, hide_secrets
from domain.user import has_invisible

NOTE_MAX_CHARACTERS = 200
USES_MAX = 10_000
KEPT_AFTER_EXPIRY = timedelta(days=30)


class SignUpMode(StrEnum):
    """Who may sign up."""

    OPEN = "open"
    """Everybody."""
    INVITED = "invited"
    """Whoever has an invitation."""
    CLOSED = "closed"
    """Nobody; operators create accounts."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """Lets people sign up, as many as it has `uses`, and gives each its roles. It counts only while
    its `issuer` could still make it; the command line has none and needs none.

    One that `is_for_operator` lets one person become an operator, and is no use for a sign-up.
    """

    id: int
    note: str
    roles: tuple[str, ...]
    uses: int
    used: int
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    issuer: Issuer | None = None
    is_for_operator: bool = False

    def is_open(self, now: datetime) -> bool:
        """Say whether it can be used: it has uses left, and is neither revoked nor expired."""
        return self.used < self.uses and self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class IssuedInvitation:
    """A new invitation with its code: the only moment the code itself is known."""

    code: InvitationCode
    invitation: Invitation


@dataclass(frozen=True, slots=True)
class IssuedOperatorInvitation:
    """The same of one that is for an operator."""

    code: OperatorCode
    invitation: Invitation


def parse_note(raw: str) -> str:
    """Accept what an operator notes about an invitation: up to 200 visible characters and spaces.
    Raises `InvalidNote`.
    """
    note = raw.strip()
    if len(note) > NOTE_MAX_CHARACTERS:
        raise InvalidNote(f"Use at most {NOTE_MAX_CHARACTERS} characters for the note.")
    if has_invisible(note):
        raise InvalidNote("The note has an invisible character; leave it out.")
    if hide_secrets(note) != note:
        raise InvalidNote("The note looks like a secret; choose another.")
    return note


class Invitations(Protocol):
    """The invitations, inside a unit of work."""

    async def add(
        self,
        digest: bytes,
        *,
        note: str,
        roles: tuple[str, ...],
        uses: int,
        at: datetime,
        expires_at: datetime,
        issuer: Issuer | None,
        is_for_operator: bool = False,
    ) -> Invitation:
        """Store a new one under an id that was never used."""

    async def use(self, digest: bytes, now: datetime) -> Invitation | None:
        """Count one use of it, and say how it is now; `None` if it is not open. Of many that come
        at once, as many get it as it has uses left.
        """

    async def revoke(self, invitation_id: int, now: datetime) -> Invitation | None:
        """Let nobody use it any more. Say how it was before, if there is one."""

    async def revoke_all(self, issuer_id: int, now: datetime) -> None:
        """Let nobody use those any more that this operator, or a program of theirs, has made."""

    async def remove_old(self, than: datetime, *, at_most: int) -> int:
        """Forget some that expired before that instant. Say how many."""
