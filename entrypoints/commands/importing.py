"""How `frontdesk adopt` and `frontdesk users import` do it: in the database, or in a copy of it
that is thrown away.
"""

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from click import ClickException, echo
from msgspec import structs

from domain.imports import AccountSource, IdList, Imported, ImportReport, NameChange
from domain.password import HashQuality
from entrypoints.commands.output import show_json
from entrypoints.commands.progress import progress
from entrypoints.commands.running import COMMAND_LINE
from entrypoints.commands.snapshot import snapshot
from entrypoints.settings import Settings

if TYPE_CHECKING:
    from entrypoints.services import Services

_REHEARSAL = "rehearsal-{}.db"  # by process
_NAMES = {
    NameChange.TAKEN: "are taken, perhaps in another case, and get a suffix",
    NameChange.UNUSABLE: "cannot be typed or are endless, and get a suffix",
    NameChange.AGAINST_RULES: "break the rules for new names, and stay until they are changed",
}
_HASHES = {
    HashQuality.GOOD: "are known and are renewed at the next login",
    HashQuality.WEAK: "are weak: they are known, and renewed at the next login",
    HashQuality.TOO_COSTLY: "cost too much to be ever verified: a reset code is needed",
    HashQuality.UNKNOWN: "are of no scheme that is known: a reset code is needed",
    HashQuality.NONE: "are none, and nobody can log in: a reset code is needed",
}


async def import_accounts(
    settings: Settings,
    source: AccountSource,
    *,
    is_rehearsal: bool,
    may_keep_ids: bool = True,
) -> ImportReport:
    """Take the accounts over, and say what became of them. A rehearsal leaves nothing behind."""
    from adapters.sources.id_list import IdListFile, NoIdList

    _remove_old_copies(settings)
    if is_rehearsal:
        async with _copy_of(settings) as copy:
            return await _import(copy, source, NoIdList(), may_keep_ids=may_keep_ids)
    id_list = IdListFile(_list_of(settings, source))
    return await _import(settings, source, id_list, may_keep_ids=may_keep_ids, fills_looks=True)


def _remove_old_copies(settings: Settings) -> None:
    """Those of rehearsals that were killed."""
    from adapters.sql.open_database import remove

    for copy in settings.data_dir.glob(_REHEARSAL.format("*")):
        process = copy.stem.rpartition("-")[2]
        if not (process.isdigit() and Path("/proc", process).exists()):
            remove(copy)


def _list_of(settings: Settings, source: AccountSource) -> Path:
    """Where the list of new ids is: one a source, so that none is written over."""
    name = hashlib.sha256(source.name.encode()).hexdigest()[:8]
    return settings.data_dir / f"imported-{name}.csv"


async def _import(
    settings: Settings,
    source: AccountSource,
    id_list: IdList,
    *,
    may_keep_ids: bool,
    fills_looks: bool = False,
) -> ImportReport:
    from entrypoints.services import build_services

    services = build_services(settings)
    async with services.working():
        with progress("Accounts", await source.count()) as advance:
            report = await services.use_cases.import_accounts(
                source=source,
                id_list=id_list,
                caller=COMMAND_LINE,
                may_keep_ids=may_keep_ids,
                on_accounts=advance,
            )
        if fills_looks:
            await _fill_looks(services, report.accounts)
    return report


async def _fill_looks(services: "Services", number: int) -> None:
    """What the names look like, or others could take names that look the same."""
    with progress("Names", number) as advance:
        while done := await services.fill_looks():
            advance(done)


@asynccontextmanager
async def _copy_of(settings: Settings) -> AsyncIterator[Settings]:
    from adapters.sql.open_database import remove
    from adapters.sql.schema import migrate
    from adapters.sql.sqlite import create_database
    from entrypoints.commands.backup import back_up

    copy = settings.data_dir / _REHEARSAL.format(os.getpid())
    try:
        if await _is_made(settings):
            await back_up(settings, copy)
        else:
            create_database(copy)
            migrate(copy)
        yield structs.replace(settings, database_url=copy, database_password=None)
    finally:
        remove(copy)


async def _is_made(settings: Settings) -> bool:
    from adapters.sql.schema import revision_of

    if settings.postgresql is None:
        return settings.database.exists()
    async with snapshot(settings) as source:
        return await source.run(revision_of) is not None


def show_report(
    report: ImportReport,
    settings: Settings,
    source: AccountSource,
    *,
    is_rehearsal: bool,
    as_json: bool,
) -> None:
    """What was found, and what became of it."""
    listed = _list_of(settings, source)
    if as_json:
        show_json(_as_data(report, listed, is_rehearsal=is_rehearsal))
        return
    if is_rehearsal:
        echo("This was a rehearsal in a copy; nothing was changed. --apply does it.")
    if report.before:
        echo(f"{report.before:,} accounts were taken over before, and are left as they are.")
    echo(f"{report.accounts:,} accounts, {report.disabled:,} of them disabled.")
    if report.operators:
        echo(f"{report.operators:,} of them operate the service.")
    kept = report.accounts - report.new_ids
    echo(f"Ids: {kept:,} stay, {report.new_ids:,} are new.")
    _show_names(report)
    if listed.exists() and not is_rehearsal:
        echo(f"{listed} lists every account that has another id or name now.")
    echo("Passwords:")
    for each, number in report.hashes.most_common():
        echo(f"  {number:,} {each.scheme} {_HASHES[each.quality]}".replace("  are", " are"))
    for remark, number in report.remarks.most_common():
        echo(f"{number:,} accounts: {remark}.")
    echo("Sessions are not taken over: everybody logs in again, with the same password.")


def _show_names(report: ImportReport) -> None:
    echo(f"Names: {report.accounts - sum(report.names.values()):,} stay.")
    for change, number in report.names.most_common():
        echo(f"  {number:,} {_NAMES[change]}:")
        for each in report.examples[change]:
            echo(f"    {_shown(each)}")
        if number > len(report.examples[change]):
            echo("    …")


def _shown(imported: Imported) -> str:
    before, now = imported.account.imported.username, imported.account.username.value
    return ascii(before)[1:-1] if before == now else f"{ascii(before)[1:-1]} becomes {now}"


def _as_data(report: ImportReport, id_list: Path, *, is_rehearsal: bool) -> dict[str, object]:
    return {
        "rehearsal": is_rehearsal,
        "before": report.before,
        "accounts": report.accounts,
        "disabled": report.disabled,
        "operators": report.operators,
        "keeps_ids": report.keeps_ids,
        "new_ids": report.new_ids,
        "names": {change.value: number for change, number in report.names.items()},
        "hashes": [
            {"scheme": each.scheme, "quality": each.quality.value, "accounts": number}
            for each, number in report.hashes.items()
        ],
        "id_list": str(id_list) if id_list.exists() else None,
        "remarks": dict(report.remarks),
        "examples": {
            change.value: [
                {
                    "source_id": each.account.imported.source_id,
                    "id": each.id,
                    "source_username": each.account.imported.username,
                    "username": each.account.username.value,
                }
                for each in examples
            ]
            for change, examples in report.examples.items()
        },
    }


def refused(error: Exception) -> ClickException:
    """What keeps accounts from being read, as a sentence."""
    return ClickException(f"It stopped: {error}")
