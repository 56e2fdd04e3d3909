"""Run by Alembic. One transaction for everything, begun with the write lock, so that a killed
migration leaves nothing behind and a second process waits for the first.
"""

from typing import Any, cast

from alembic import context
from sqlalchemy import Connection

from adapters.sql.migrations.upgrade import described


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=described(),
        transactional_ddl=True,
        render_as_batch=True,
        compare_type=True,
        user_module_prefix="sa.",
    )
    with context.begin_transaction():
        context.run_migrations()


def _run_on_own_connection() -> None:
    engine = cast("Any", context.config).engine  # the command line's, of advanced-alchemy
    with engine.begin() as connection:
        _run(connection)
    engine.dispose()


if context.is_offline_mode():
    raise SystemExit("Migrations run on the database itself; there is no --sql mode.")
elif connection := context.config.attributes.get("connection"):
    _run(connection)
else:
    _run_on_own_connection()
