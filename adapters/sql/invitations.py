"""The table of invitations: its statements and rows, and what is done with them in a
transaction.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from adapters.sql.tables import invitations
from adapters.sql.transactions import Transaction
from adapters.sql.values import to_instant, to_micros, to_optional_instant
from domain.invitation import Invitation
from domain.operator import Issuer

_INVITATION = (
    invitations.c.id,
    invitations.c.note,
    invitations.c.roles,
    invitations.c.uses,
    invitations.c.used,
    invitations.c.created_at,
    invitations.c.expires_at,
    invitations.c.revoked_at,
    invitations.c.issuer_id,
    invitations.c.issuer_auth_version,
    invitations.c.issuer_key_id,
    invitations.c.is_for_operator,
)


def to_invitation(row: Sequence[Any]) -> Invitation:
    """A row of `INVITATION_BY_DIGEST`."""
    id_, note, roles, uses, used, created_at, expires_at, revoked_at, *more = row
    issuer_id, auth_version, token_id, is_for_operator = more
    return Invitation(
        id_,
        note,
        tuple(roles.split(",")) if roles else (),
        uses,
        used,
        to_instant(created_at),
        to_instant(expires_at),
        to_optional_instant(revoked_at),
        None if issuer_id is None else Issuer(issuer_id, auth_version, token_id),
        bool(is_for_operator),
    )


_HAS_DIGEST = invitations.c.digest == bindparam("wanted")
_HAS_ID = invitations.c.id == bindparam("wanted")
INVITATION_BY_DIGEST = select(*_INVITATION).where(_HAS_DIGEST)
_ADD = insert(invitations).returning(invitations.c.id)
_USE = (
    update(invitations)
    .values(used=invitations.c.used + 1)
    .where(
        _HAS_DIGEST,
        invitations.c.used < invitations.c.uses,
        invitations.c.revoked_at.is_(None),
        invitations.c.expires_at > bindparam("now"),
    )
    .returning(*_INVITATION)
)
_BY_ID = select(*_INVITATION).where(_HAS_ID).with_for_update()
_REVOKE = update(invitations).values(revoked_at=bindparam("now")).where(_HAS_ID)
_REVOKE_ALL = (
    update(invitations)
    .values(revoked_at=bindparam("now"))
    .where(invitations.c.issuer_id == bindparam("issuer"), invitations.c.revoked_at.is_(None))
)
_OLD = (
    select(invitations.c.id)
    .where(invitations.c.expires_at < bindparam("than"))
    .limit(bindparam("at_most"))
    .with_for_update(skip_locked=True)
)
_REMOVE_OLD = delete(invitations).where(invitations.c.id.in_(_OLD))


@dataclass(frozen=True, slots=True)
class SqlInvitations:
    """Fits `domain.invitation.Invitations`."""

    transaction: Transaction

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
        values = {
            "digest": digest,
            "note": note,
            "roles": ",".join(roles),
            "uses": uses,
            "used": 0,
            "created_at": to_micros(at),
            "expires_at": to_micros(expires_at),
            "issuer_id": issuer.user_id if issuer else None,
            "issuer_auth_version": issuer.auth_version if issuer else None,
            "issuer_key_id": issuer.token_id if issuer else None,
            "is_for_operator": int(is_for_operator),
        }
        ((id_,),) = await self.transaction.all(_ADD, values)
        return Invitation(id_, note, roles, uses, 0, at, expires_at, None, issuer, is_for_operator)

    async def use(self, digest: bytes, now: datetime) -> Invitation | None:
        row = await self.transaction.one(_USE, {"wanted": digest, "now": to_micros(now)})
        return to_invitation(row) if row else None

    async def revoke(self, invitation_id: int, now: datetime) -> Invitation | None:
        if not 0 < invitation_id <= sys.maxsize:
            return None
        row = await self.transaction.one(_BY_ID, {"wanted": invitation_id})
        before = to_invitation(row) if row else None
        if before and before.revoked_at is None:
            values = {"wanted": invitation_id, "now": to_micros(now)}
            await self.transaction.execute(_REVOKE, values)
        return before

    async def revoke_all(self, issuer_id: int, now: datetime) -> None:
        await self.transaction.execute(_REVOKE_ALL, {"issuer": issuer_id, "now": to_micros(now)})

    async def remove_old(self, than: datetime, *, at_most: int) -> int:
        values = {"than": to_micros(than), "at_most": at_most}
        return await self.transaction.execute(_REMOVE_OLD, values)
