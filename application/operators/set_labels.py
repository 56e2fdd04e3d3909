"""Say what applications should know of somebody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from application.steps.open_account import OpenAccount
from domain.errors import EditConflict
from domain.events import Event, EventKind
from domain.labels import Metadata, parse_roles
from domain.operator import Operator
from domain.ports import Clock
from domain.session import Caller
from domain.user import User, Username


@dataclass(frozen=True, slots=True)
class SetLabels:
    """Set roles, metadata or both, by id or name; what is `None` stays. What is taken away counts
    at the user's next request. Each change is an event with before and after.

    `version` is the one that the operator has seen; the command line, for which `by` is `None`,
    needs none. Raises `InvalidRoles`, `InvalidMetadata`, `NoSuchUser`, `EditConflict`,
    `PersonRequired`, `FreshLoginRequired`, `NotSignedIn`, `NotAnOperator`, `Unavailable`.
    """

    open_account: OpenAccount
    clock: Clock

    async def __call__(
        self,
        *,
        user: int | Username,
        caller: Caller,
        roles: Iterable[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
        version: int | None = None,
        by: Operator | None = None,
    ) -> User:
        new_roles = None if roles is None else parse_roles(roles)
        new_metadata = None if metadata is None else Metadata.parse(metadata)
        async with self.open_account(by, user) as opened:
            work, found = opened.work, opened.user
            if version not in (None, found.version):
                raise EditConflict
            changed = replace(
                found,
                roles=found.roles if new_roles is None else new_roles,
                metadata=found.metadata if new_metadata is None else new_metadata,
            )
            changes = {
                EventKind.ROLES_CHANGED: (",".join(found.roles), ",".join(changed.roles)),
                EventKind.METADATA_CHANGED: (found.metadata.text, changed.metadata.text),
            }
            events = [
                Event(kind, self.clock.now(), found.id, caller, details, opened.actor_id)
                for kind, (before, after) in changes.items()
                if before != after and (details := {"from": before, "to": after})
            ]
            if not events:
                return found
            await work.events.append(*events)
            return await work.users.save(changed)
