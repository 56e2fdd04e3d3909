"""What names look like, and invitations. Code of before goes on: it gives names whose looks are
filled in later.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BigInt = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Text = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """From 0009 to 0010."""
    op.add_column("users", sa.Column("looks_of", Text, nullable=False, server_default=""))
    missing = sa.text("looks_of != username")
    op.create_index(
        op.f("ix_users_looks_missing"),
        "users",
        ["id"],
        sqlite_where=missing,
        postgresql_where=missing,
    )
    op.create_table(
        "names",
        sa.Column("look", Text, nullable=False),
        sa.Column("user_id", BigInt, nullable=False),
        sa.Column("held_until", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("look", name=op.f("pk_names")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_names_user_id"), "names", ["user_id"])
    held = sa.text("held_until IS NOT NULL")
    op.create_index(
        op.f("ix_names_held_until"),
        "names",
        ["held_until"],
        sqlite_where=held,
        postgresql_where=held,
    )
    op.create_table(
        "invitations",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("note", Text, nullable=False),
        sa.Column("roles", Text, nullable=False),
        sa.Column("uses", BigInt, nullable=False),
        sa.Column("used", BigInt, nullable=False),
        sa.Column("created_at", BigInt, nullable=False),
        sa.Column("expires_at", BigInt, nullable=False),
        sa.Column("revoked_at", BigInt, nullable=True),
        sa.Column("issuer_id", BigInt, nullable=True),
        sa.Column("issuer_auth_version", BigInt, nullable=True),
        sa.Column("issuer_key_id", BigInt, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("digest", name=op.f("uq_invitations_digest")),
        sa.ForeignKeyConstraint(
            ["issuer_id"],
            ["users.id"],
            name=op.f("fk_invitations_issuer_id_users"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["issuer_key_id"],
            ["access_tokens.id"],
            name=op.f("fk_invitations_issuer_key_id_access_tokens"),
            ondelete="CASCADE",
        ),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    for column in ("issuer_id", "issuer_key_id", "expires_at"):
        op.create_index(op.f(f"ix_invitations_{column}"), "invitations", [column])


def downgrade() -> None:
    """Back to 0009."""
    op.drop_table("invitations")
    op.drop_table("names")
    op.drop_index(op.f("ix_users_looks_missing"), "users")
    op.drop_column("users", "looks_of")
