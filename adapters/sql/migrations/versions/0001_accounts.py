"""Accounts and their sessions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BigInt = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Text = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """From nothing to 0001."""
    op.create_table(
        "users",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("username", Text, nullable=False),
        sa.Column("username_key", Text, nullable=False),
        sa.Column("password_hash", Text, nullable=False),
        sa.Column("signup_time", BigInt, nullable=False),
        sa.Column("auth_version", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username_key", name=op.f("uq_users_username_key")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_table(
        "sessions",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("token_digest", sa.LargeBinary, nullable=False),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("auth_version", BigInt, nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.Column("last_seen_at", BigInt, nullable=False),
        sa.Column("expires_at", BigInt, nullable=False),
        sa.Column("address", Text, nullable=False),
        sa.Column("user_agent", Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_sessions_token_digest")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_sessions_user_id_users"),
            ondelete="CASCADE",
        ),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"])
    readiness = op.create_table(
        "readiness",
        sa.Column("id", BigInt, autoincrement=False, nullable=False),
        sa.Column("checked_at", BigInt, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readiness")),
        sqlite_strict=True,
    )
    op.bulk_insert(readiness, [{"id": 1, "checked_at": 0}])


def downgrade() -> None:
    """Back to nothing."""
    op.drop_table("readiness")
    op.drop_table("sessions")
    op.drop_table("users")
