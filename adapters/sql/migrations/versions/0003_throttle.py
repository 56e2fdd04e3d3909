"""Attempts, counted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BigInt = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Text = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """From 0002 to 0003."""
    op.create_table(
        "throttle_buckets",
        sa.Column("key", Text, nullable=False),
        sa.Column("began", BigInt, nullable=False),
        sa.Column("attempts", BigInt, nullable=False),
        sa.Column("waits", BigInt, nullable=False),
        sa.Column("waits_until", BigInt, nullable=True),
        sa.Column("forget_at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle_buckets")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_throttle_buckets_forget_at"), "throttle_buckets", ["forget_at"])


def downgrade() -> None:
    """Back to 0002."""
    op.drop_table("throttle_buckets")
