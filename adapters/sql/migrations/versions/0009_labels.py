"""Roles and metadata of users. Code of before goes on: what it does not know has a default."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Text = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """From 0008 to 0009."""
    op.add_column("users", sa.Column("roles", Text, nullable=False, server_default=""))
    op.add_column("users", sa.Column("metadata", Text, nullable=False, server_default="{}"))


def downgrade() -> None:
    """Back to 0008."""
    op.drop_column("users", "metadata")
    op.drop_column("users", "roles")
