"""What several nodes on one database need: the transaction of an event, fingerprints of the secrets
they must share, and which older versions may go on running.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BigInt = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Text = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """From 0006 to 0007."""
    op.add_column("events", sa.Column("transaction_id", BigInt, nullable=False, server_default="0"))
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE events ALTER transaction_id SET DEFAULT pg_current_xact_id()::text::bigint"
        )
    op.create_index(
        op.f("ix_events_transaction_id_position"), "events", ["transaction_id", "position"]
    )
    op.create_table(
        "fingerprints",
        sa.Column("name", Text, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_fingerprints")),
        sqlite_strict=True,
    )
    compatibility = op.create_table(
        "compatibility",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("readable_by", Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compatibility")),
        sqlite_strict=True,
    )
    op.bulk_insert(compatibility, [{"id": 1, "readable_by": "0007"}])


def downgrade() -> None:
    """Back to 0006."""
    op.drop_table("compatibility")
    op.drop_table("fingerprints")
    op.drop_index(op.f("ix_events_transaction_id_position"), "events")
    op.drop_column("events", "transaction_id")
