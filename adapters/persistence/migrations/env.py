"""Run by Alembic. One transaction for everything, begun with the write lock, so that a killed
migration leaves nothing behind and a second process waits for the first.
"""

from alembic import context
from sqlalchemy import Connection

from adapters.persistence.tables import metadata


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transactional_ddl=True,
        render_as_batch=True,
        compare_type=True,
        user_module_prefix="sa.",
    )
    with context.begin_transaction():
        context.run_migrations()


def _run_on_own_connection() -> None:
    with context.config.engine.begin() as connection:  # type: ignore[attr-defined]
        _run(connection)
    context.config.engine.dispose()  # type: ignore[attr-defined]


if context.is_offline_mode():
    raise SystemExit("Migrations run on the database itself; there is no --sql mode.")
elif connection := context.config.attributes.get("connection"):
    _run(connection)
else:
    _run_on_own_connection()
