"""Leases, where a database was moved to, and which cursors of its feed count."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BigInt = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Text = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """From 0007 to 0008."""
    op.add_column("compatibility", sa.Column("moved_to", Text, nullable=True))
    op.add_column("compatibility", sa.Column("feed", Text, nullable=False, server_default="0"))
    op.create_table(
        "leases",
        sa.Column("name", Text, nullable=False),
        sa.Column("holder", Text, nullable=False),
        sa.Column("until", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Back to 0007."""
    op.drop_table("leases")
    op.drop_column("compatibility", "feed")
    op.drop_column("compatibility", "moved_to")
