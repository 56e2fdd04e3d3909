"""`frontdesk settings show`, `frontdesk openapi`, `frontdesk stats`: what this is."""

import asyncio

from click import command as click_command
from click import echo, group, option
from msgspec import json, structs

from application.operations.queries import Comparison, Condition
from entrypoints.commands.output import json_option, show_facts, show_rows, shown
from entrypoints.commands.rows import equal
from entrypoints.commands.running import told, with_services
from entrypoints.services import Services
from entrypoints.settings import read_settings
from entrypoints.settings.report import effective


@group()
def settings() -> None:
    """Show what is set."""


@settings.command()
@json_option
def show(*, as_json: bool) -> None:
    """Show every setting in effect, without secrets, and where each came from."""
    with told():
        rows = [structs.asdict(each) for each in effective(read_settings())]
    if as_json:
        show_rows(rows, (), as_json=True)
        return
    for row in rows:
        value = shown(row["value"]) if row["value"] not in (None, "") else f"({row['unset']})"
        echo(f"{row['source']:<11}  {row['name']}={value}")


@settings.command("example")
def show_example() -> None:
    """Print a `.env` with every setting, what it does, and its default."""
    from entrypoints.settings.documents import example

    echo(example(), nl=False)


@click_command()
@option("--yaml", "as_yaml", is_flag=True, help="As YAML.")
def openapi(*, as_yaml: bool) -> None:
    """Print the OpenAPI document of the service."""
    from adapters.http.openapi_document import document_of
    from entrypoints.web_app import create_app

    with told():
        document = document_of(create_app(read_settings()))
    encoded = json.encode(document)
    if as_yaml:
        import yaml

        echo(yaml.safe_dump(json.decode(encoded), sort_keys=False))
    else:
        echo(json.format(encoded).decode())


@click_command()
@json_option
def stats(*, as_json: bool) -> None:
    """Count what there is."""
    questions = {
        "users": ("users", []),
        "operators": ("users", [equal("is_operator", "true")]),
        "disabled_users": ("users", [Condition("disabled_at", Comparison.NULL, "false")]),
        "sessions": ("sessions", []),
        "access_tokens": ("access_tokens", []),
        "invitations": ("invitations", []),
        "events": ("events", []),
    }

    async def count(services: Services) -> dict[str, object]:
        counted = await asyncio.gather(
            *(
                services.tables.count(table, where, exact=True)
                for table, where in questions.values()
            )
        )
        return {name: each.number for name, each in zip(questions, counted, strict=True)}

    show_facts(with_services(count, is_reading=True), as_json=as_json)
