"""Devices by name, and who issued a one-time code.

Devices of rows that are there are filled in later, in the background: reading half a million user
agents takes minutes. One-time codes that are there have no issuer who could be asked, and end: they
last a day at most, and can be made again.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BigInt = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Text = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_UNREAD = sa.text("device IS NULL")


def upgrade() -> None:
    """From 0005 to 0006."""
    for table, key in (("sessions", "id"), ("events", "position")):
        op.add_column(table, sa.Column("device", Text, nullable=True))
        op.create_index(
            op.f(f"ix_{table}_device_unread"),
            table,
            [key],
            sqlite_where=_UNREAD,
            postgresql_where=_UNREAD,
        )
    _make_codes(
        sa.Column("issuer_id", BigInt, nullable=True),
        sa.Column("issuer_auth_version", BigInt, nullable=True),
        sa.Column("issuer_key_id", BigInt, nullable=True),
        sa.ForeignKeyConstraint(
            ["issuer_id"],
            ["users.id"],
            name=op.f("fk_one_time_codes_issuer_id_users"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["issuer_key_id"],
            ["access_tokens.id"],
            name=op.f("fk_one_time_codes_issuer_key_id_access_tokens"),
            ondelete="CASCADE",
        ),
    )
    for column in ("issuer_id", "issuer_key_id"):
        op.create_index(op.f(f"ix_one_time_codes_{column}"), "one_time_codes", [column])


def downgrade() -> None:
    """Back to 0005."""
    _make_codes()
    for table in ("events", "sessions"):
        op.drop_index(op.f(f"ix_{table}_device_unread"), table)
        op.drop_column(table, "device")


def _make_codes(*more: sa.Column | sa.Constraint) -> None:
    """Anew and empty, with these besides."""
    op.drop_table("one_time_codes")
    op.create_table(
        "one_time_codes",
        sa.Column("id", BigInt, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("purpose", Text, nullable=False),
        sa.Column("user_id", BigInt, nullable=True),
        sa.Column("expires_at", BigInt, nullable=False),
        *more,
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
