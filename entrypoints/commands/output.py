"""What commands print: rows for people, or JSON for programs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from click import echo, option
from msgspec import json

if TYPE_CHECKING:
    from adapters.sql.moving import Contents

Command = Callable[..., Any]


def json_option(command: Command) -> Command:
    """`--json`, for who reads the output by program."""
    return option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")(command)


def show_json(data: object) -> None:
    """One document a line."""
    echo(json.encode(data).decode())


def show_rows(
    rows: Iterable[Mapping[str, object]], columns: Sequence[str], *, as_json: bool
) -> None:
    """As JSON a line a row, with all that is known; else these columns, one below the other."""
    found = list(rows)
    if as_json:
        for row in found:
            show_json(row)
        return
    lines = [columns, *([shown(row.get(name)) for name in columns] for row in found)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    for line in lines:
        padded = [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        echo("  ".join(padded).rstrip())


def show_facts(facts: Mapping[str, object], *, as_json: bool) -> None:
    """One thing: as JSON, or a line a fact."""
    if as_json:
        show_json(facts)
        return
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        echo(f"{name.ljust(width)}  {shown(value)}")


def show_contents(tables: "Iterable[Contents]") -> None:
    """What a database has: of each table the rows, and the beginning of their digest."""
    echo(f"  {'table':<17} {'rows':>12}  SHA-256")
    for each in tables:
        echo(f"  {each.name:<17} {each.rows:>12,}  {each.digest[:16]}")


def shown(value: object) -> str:
    """As people read it, without characters that would move the cursor of a terminal. A time is
    RFC 3339, in UTC.
    """
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case dict() | list():
            text = json.encode(value).decode()
        case _:
            text = str(value)
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
