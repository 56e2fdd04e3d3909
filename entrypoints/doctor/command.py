"""`frontdesk doctor`."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from click import command, echo
from click import get_current_context as context

from domain.errors import Unavailable
from entrypoints.commands.output import json_option, show_rows
from entrypoints.commands.snapshot import snapshot
from entrypoints.doctor import database, machine
from entrypoints.doctor import settings as of_settings
from entrypoints.doctor.finding import Finding, Level, error
from entrypoints.preparation import shared_secrets
from entrypoints.settings import InvalidSettings, Settings, read_settings
from entrypoints.storage import reason_of

if TYPE_CHECKING:
    from adapters.sql.diagnosis import Diagnosis

_MARKS = {Level.OK: "ok     ", Level.WARNING: "warning", Level.ERROR: "error  "}


@command()
@json_option
def doctor(*, as_json: bool) -> None:
    """Look at settings, files, disk, database and accounts, and say what to do.

    It changes nothing, and works while the service runs. The exit status is 1 if there is an error.
    """
    findings = list(_findings())
    if as_json:
        show_rows([_row(each) for each in findings], (), as_json=True)
    else:
        for each in findings:
            echo(f"{_MARKS[each.level]}  {each.check}: {each.found}")
            if each.advice:
                echo(f"{' ' * 9}{each.advice}")
    if any(each.level is Level.ERROR for each in findings):
        context().exit(1)


def _row(finding: Finding) -> dict[str, object]:
    return {name: getattr(finding, name) for name in finding.__struct_fields__}


def _findings() -> Iterator[Finding]:
    try:
        settings = read_settings()
    except InvalidSettings as mistaken:
        for name, text in sorted(mistaken.mistakes.items()):
            yield error("settings", f"{name}: {text}", "Correct it: the service does not start.")
        return
    for look in _LOOKS:
        try:
            yield from look(settings)
        except OSError as problem:
            yield error("files", f"{problem}.", "Run doctor as the user of the service.")


def _of_database(settings: Settings) -> Iterator[Finding]:
    from adapters.sql.diagnosis import diagnose
    from adapters.sql.sqlite import how_it_writes, translated

    if settings.postgresql is None and not settings.database.exists():
        yield from database.of_missing_file(settings)
        return
    now, name = datetime.now(UTC), str(settings.postgresql or settings.database)

    async def ask() -> "Diagnosis":
        async with snapshot(settings) as source:
            return await source.run(
                lambda connection: diagnose(
                    connection, name, now, soon=database.SOON, long=database.LONG
                )
            )

    try:
        with translated():
            if settings.postgresql is None:
                yield from database.of_file(how_it_writes(settings.database))
            diagnosis = asyncio.run(ask())
    except (Unavailable, ImportError, OSError, ValueError) as problem:
        yield error(
            "database",
            f"It cannot be read: {reason_of(problem)}.",
            "See that it runs, and that FRONTDESK_DATABASE_URL and its password are right.",
        )
        return
    yield from database.of_schema(diagnosis, settings)
    yield from database.of_secrets(diagnosis, shared_secrets(settings), settings)
    yield from database.of_rights(diagnosis)
    if diagnosis.server:
        yield from database.of_server(diagnosis.server, now)
    if diagnosis.accounts:
        yield from database.of_accounts(diagnosis.accounts, settings, now)


_LOOKS = (
    of_settings.of_place,
    of_settings.of_settings,
    of_settings.of_proxies,
    of_settings.of_cookie,
    machine.of_files,
    machine.of_disk,
    machine.of_logs,
    machine.of_hashes,
    _of_database,
)
