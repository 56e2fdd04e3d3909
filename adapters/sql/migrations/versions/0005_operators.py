"""Operators, their access tokens, one-time codes, and who did what to whom."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BigInt = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Text = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """From 0004 to 0005."""
    op.add_column("users", sa.Column("is_operator", BigInt, nullable=False, server_default="0"))
    op.add_column("users", sa.Column("version", BigInt, nullable=False, server_default="1"))
    op.create_index(
        op.f("ix_users_is_operator"),
        "users",
        ["is_operator"],
        sqlite_where=sa.text("is_operator = 1"),
        postgresql_where=sa.text("is_operator = 1"),
    )
    op.add_column("events", sa.Column("actor_id", BigInt, nullable=True))
    op.create_table(
        "access_tokens",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("scopes", Text, nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.Column("expires_at", BigInt, nullable=False),
        sa.Column("last_used_at", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_access_tokens_digest")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_access_tokens_user_id_users"),
            ondelete="CASCADE",
        ),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_access_tokens_user_id"), "access_tokens", ["user_id"])
    op.create_table(
        "one_time_codes",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("purpose", Text, nullable=False),
        sa.Column("user_id", BigInt, nullable=True),
        sa.Column("expires_at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_codes")),
        sa.UniqueConstraint("digest", name=op.f("uq_one_time_codes_digest")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_one_time_codes_user_id_users"),
            ondelete="CASCADE",
        ),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_one_time_codes_user_id"), "one_time_codes", ["user_id"])


def downgrade() -> None:
    """Back to 0004."""
    op.drop_table("one_time_codes")
    op.drop_table("access_tokens")
    op.drop_column("events", "actor_id")
    op.drop_index(op.f("ix_users_is_operator"), "users")
    op.drop_column("users", "version")
    op.drop_column("users", "is_operator")
