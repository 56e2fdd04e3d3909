"""`frontdesk tokens …`."""

from datetime import timedelta
from typing import Any

from click import Choice, IntRange, argument, echo, group, option

from domain.operator import Scope
from domain.user import Username
from entrypoints.commands.output import json_option, show_facts, show_rows
from entrypoints.commands.rows import all_rows
from entrypoints.commands.running import COMMAND_LINE, with_services
from entrypoints.services import Services

_COLUMNS = ("id", "name", "user_id", "scopes", "last_used_at", "expires_at")


@group()
def tokens() -> None:
    """Give programs access to the operations API."""


@tokens.command("list")
@json_option
def list_tokens(*, as_json: bool) -> None:
    """Show which programs have access, and when each used it last."""

    async def find(services: Services) -> list[Any]:
        return [row async for row in all_rows(services.tables, "access_tokens")]

    show_rows(with_services(find, is_reading=True), _COLUMNS, as_json=as_json)


@tokens.command()
@argument("operator")
@argument("name")
@option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=Choice([each.value for each in Scope]),
    help="Can be repeated.",
)
@option("--days", type=IntRange(1, 366), default=90, show_default=True, help="For how long.")
@json_option
def create(operator: str, name: str, scopes: tuple[str, ...], *, days: int, as_json: bool) -> None:
    """Make an access token NAME of OPERATOR; prints it, once."""
    issued = with_services(
        lambda services: services.use_cases.create_token(
            name=name,
            scopes=frozenset(map(Scope, scopes)),
            lifetime=timedelta(days=days),
            caller=COMMAND_LINE,
            operator=Username(operator),
        )
    )
    made = issued.token
    facts = {"id": made.id, "token": issued.key.text, "expires_at": made.expires_at}
    show_facts(facts, as_json=as_json)


@tokens.command()
@argument("token_id", metavar="ID", type=int)
def revoke(token_id: int) -> None:
    """End an access token; its next request is refused."""
    with_services(
        lambda services: services.use_cases.revoke_token(token_id=token_id, caller=COMMAND_LINE)
    )
    echo(f"Token {token_id} is revoked.")
