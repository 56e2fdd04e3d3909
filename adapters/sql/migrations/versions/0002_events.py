"""What happened to accounts; expired sessions are found by an index."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BigInt = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Text = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """From 0001 to 0002."""
    op.create_table(
        "events",
        sa.Column("position", BigInt, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("at", BigInt, nullable=False),
        sa.Column("user_id", BigInt, nullable=True),
        sa.Column("address", Text, nullable=False),
        sa.Column("user_agent", Text, nullable=False),
        sa.Column("details", Text, nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_events")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_events_at"), "events", ["at"])
    op.create_index(op.f("ix_events_user_id_position"), "events", ["user_id", "position"])
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"])


def downgrade() -> None:
    """Back to 0001."""
    op.drop_index(op.f("ix_sessions_expires_at"), "sessions")
    op.drop_table("events")
