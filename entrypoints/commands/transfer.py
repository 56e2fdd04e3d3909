"""`frontdesk users export` and `frontdesk users import`: a JSON object a line."""

import asyncio
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from click import Path as PathType
from click import argument, command, echo, option

from domain.account import Usage
from domain.imports import ImportDisturbed
from domain.user import User
from entrypoints.commands.importing import import_accounts, refused, show_report
from entrypoints.commands.output import json_option
from entrypoints.commands.progress import progress
from entrypoints.commands.running import demand_ready, told
from entrypoints.commands.snapshot import snapshot
from entrypoints.preparation import prepare
from entrypoints.settings import Settings, read_settings

_FILE = PathType(path_type=Path, dir_okay=False, allow_dash=True)


@command("export")
@argument("file", type=_FILE)
@option("--with-hashes", is_flag=True, help="With the hashes of passwords, for an import.")
def export_users(file: Path, *, with_hashes: bool) -> None:
    """Write all accounts to FILE, a JSON object a line; `-` is standard output.

    They are as they were at one moment, while the service goes on. Without --with-hashes nobody can
    log in to what is imported. Hashes that were made with a pepper need the same one there.
    """
    with told():
        settings = read_settings().unobserved
        number = asyncio.run(_export(settings, file, with_hashes=with_hashes))
    echo(f"{number:,} accounts.", err=True)


@command("import")
@argument("file", type=PathType(path_type=Path, dir_okay=False, exists=True))
@option("--dry-run", is_flag=True, help="Do it in a copy, and keep nothing.")
@option("--new-ids", is_flag=True, help="Keep no ids, even if nobody has an account here.")
@json_option
def import_users(file: Path, *, dry_run: bool, new_ids: bool, as_json: bool) -> None:
    """Take over the accounts that FILE has, a JSON object a line, as `users export` writes them.

    FILE is read to its end before anything is written. Each object has at least a `username`. Where
    nobody ever had an account, ids stay; else accounts get new ones. What was interrupted goes on
    where it was when the same command is run again.
    """
    from adapters.sources.files import BadFile
    from adapters.sources.json_lines import json_source

    with told():
        settings = read_settings().unobserved
        try:
            source = json_source(file)
        except BadFile as error:
            raise refused(error) from error
        if dry_run:
            settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        else:
            prepare(settings)
        try:
            report = asyncio.run(
                import_accounts(settings, source, is_rehearsal=dry_run, may_keep_ids=not new_ids)
            )
        except ImportDisturbed as error:
            raise refused(error) from error
        show_report(report, settings, source, is_rehearsal=dry_run, as_json=as_json)


async def _export(settings: Settings, file: Path, *, with_hashes: bool) -> int:
    from adapters.sources.json_lines import encoded
    from adapters.sql.accounts import all_accounts, number_of_accounts

    await demand_ready(settings)
    async with snapshot(settings) as source:
        total = await source.run(number_of_accounts)
        with progress("Accounts", total) as advance, _written(file) as output:

            def write(page: Sequence[tuple[User, Usage]]) -> int:
                output.writelines(encoded(*each, with_hash=with_hashes) for each in page)
                advance(len(page))
                return len(page)

            return await source.run(lambda connection: sum(map(write, all_accounts(connection))))


@contextmanager
def _written(file: Path) -> Iterator[BinaryIO]:
    """It is there whole or not at all, and nobody else reads it."""
    if str(file) == "-":
        yield sys.stdout.buffer
        return
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    try:
        with unfinished.open("wb") as output:
            yield output
            output.flush()
            os.fsync(output.fileno())
        unfinished.replace(file)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
