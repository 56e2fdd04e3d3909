"""`frontdesk invitations …`."""

from datetime import timedelta
from typing import Any

from click import IntRange, argument, echo, group, option

from domain.invitation import USES_MAX
from entrypoints.commands.output import json_option, show_facts, show_rows
from entrypoints.commands.rows import all_rows
from entrypoints.commands.running import COMMAND_LINE, with_services
from entrypoints.services import Services

_COLUMNS = ("id", "note", "roles", "is_for_operator", "used", "uses", "expires_at", "revoked_at")


@group()
def invitations() -> None:
    """Let people sign up where not everybody may, and become operators."""


@invitations.command("list")
@json_option
def list_invitations(*, as_json: bool) -> None:
    """Show who is invited, the oldest first."""

    async def find(services: Services) -> list[Any]:
        return [row async for row in all_rows(services.tables, "invitations")]

    show_rows(with_services(find, is_reading=True), _COLUMNS, as_json=as_json)


@invitations.command()
@option("--note", default="", help="For operators: whom it is for.")
@option("--role", "roles", multiple=True, help="What each account gets; can be said again.")
@option("--uses", type=IntRange(1, USES_MAX), default=1, show_default=True, help="How many people.")
@option("--days", type=IntRange(1, 366), default=7, show_default=True, help="For how long.")
@json_option
def create(note: str, roles: tuple[str, ...], *, uses: int, days: int, as_json: bool) -> None:
    """Invite somebody to sign up; prints the code, once."""
    issued = with_services(
        lambda services: services.use_cases.create_invitation(
            note=note, roles=roles, uses=uses, lifetime=timedelta(days=days), caller=COMMAND_LINE
        )
    )
    made = issued.invitation
    facts = {"id": made.id, "code": issued.code.text, "expires_at": made.expires_at}
    show_facts(facts, as_json=as_json)


@invitations.command()
@option("--note", default="", help="For operators: whom it is for.")
@json_option
def operator(note: str, *, as_json: bool) -> None:
    """Invite an operator; prints the code, once, which is opened at /ops/set-up#CODE."""
    issued = with_services(
        lambda services: services.use_cases.invite_operator(note=note, caller=COMMAND_LINE)
    )
    made = issued.invitation
    facts = {"id": made.id, "code": issued.code.text, "expires_at": made.expires_at}
    show_facts(facts, as_json=as_json)


@invitations.command()
@argument("invitation_id", metavar="ID", type=int)
def revoke(invitation_id: int) -> None:
    """Let nobody use it any more."""
    with_services(
        lambda services: services.use_cases.revoke_invitation(
            invitation_id=invitation_id, caller=COMMAND_LINE
        )
    )
    echo(f"Invitation {invitation_id} is revoked.")
