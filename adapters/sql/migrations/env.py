"""Run by Alembic. One transaction for everything, begun with a lock, so that a killed
migration leaves nothing behind and a second process waits for the first.
"""

import asyncio
from typing import Any, cast

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.sql.migrations import HEAD
from adapters.sql.schema import MIGRATION_LOCK
from adapters.sql.tables import metadata


def _number(_: Any, __: Any, scripts: list[Any]) -> None:
    """Revisions are counted, so that their files are in their order."""
    for script in scripts:
        script.rev_id = f"{int(HEAD) + 1:04}"


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transactional_ddl=True,
        compare_type=True,
        user_module_prefix="sa.",
        process_revision_directives=_number,
    )
    with context.begin_transaction():
        context.run_migrations()


def _run_on_own_connection() -> None:
    engine = cast("Any", context.config).engine  # the command line's, of advanced-alchemy
    if isinstance(engine, AsyncEngine):
        asyncio.run(_run_on(engine))
        return
    with engine.begin() as connection:
        _run(connection)
    engine.dispose()


async def _run_on(engine: AsyncEngine) -> None:
    from adapters.sql.postgresql import translated  # its driver is an extra

    with translated():
        async with engine.begin() as connection:
            await connection.execute(MIGRATION_LOCK)
            await connection.run_sync(_run)
    await engine.dispose()


if context.is_offline_mode():
    raise SystemExit("Migrations run on the database itself; there is no --sql mode.")
elif connection := context.config.attributes.get("connection"):
    _run(connection)
else:
    _run_on_own_connection()
