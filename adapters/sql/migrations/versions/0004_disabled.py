"""Accounts can be disabled."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BigInt = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """From 0003 to 0004."""
    op.add_column("users", sa.Column("disabled_at", BigInt, nullable=True))


def downgrade() -> None:
    """Back to 0003."""
    op.drop_column("users", "disabled_at")
