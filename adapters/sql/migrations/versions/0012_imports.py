"""How far imports of accounts have come. Code of before goes on without it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BigInt = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Text = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """From 0011 to 0012."""
    op.create_table(
        "imports",
        sa.Column("source", Text, nullable=False),
        sa.Column("cursor", Text, nullable=False),
        sa.Column("accounts", BigInt, nullable=False),
        sa.Column("keeps_ids", BigInt, nullable=False),
        sa.Column("list_bytes", BigInt, nullable=False),
        sa.Column("reserved", BigInt, nullable=False),
        sa.Column("at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_imports")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Back to 0011."""
    op.drop_table("imports")
