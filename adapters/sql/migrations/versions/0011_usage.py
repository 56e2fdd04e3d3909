"""From where users signed up, and when and from where they were last there; who makes operators.
Code of before goes on, and writes none of it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BigInt = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Text = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """From 0010 to 0011. What takes long comes first: while an index is built one can still read,
    after a column was added nobody can until the end.
    """
    op.create_index(op.f("ix_events_kind_position"), "events", ["kind", "position"])
    acted = sa.text("actor_id IS NOT NULL")
    op.create_index(
        op.f("ix_events_actor_id_position"),
        "events",
        ["actor_id", "position"],
        sqlite_where=acted,
        postgresql_where=acted,
    )
    op.create_index(op.f("ix_users_signup_time"), "users", ["signup_time"])
    is_for_operator = sa.Column("is_for_operator", BigInt, nullable=False, server_default="0")
    op.add_column("invitations", is_for_operator)
    op.add_column("users", sa.Column("signup_address", Text, nullable=True))
    op.add_column("users", sa.Column("last_used_at", BigInt, nullable=True))
    op.add_column("users", sa.Column("last_address", Text, nullable=True))
    for column in ("signup_address", "last_used_at"):
        op.create_index(op.f(f"ix_users_{column}"), "users", [column])


def downgrade() -> None:
    """Back to 0010."""
    op.drop_column("invitations", "is_for_operator")
    for name in ("kind", "actor_id"):
        op.drop_index(op.f(f"ix_events_{name}_position"), "events")
    for column in ("signup_time", "signup_address", "last_used_at"):
        op.drop_index(op.f(f"ix_users_{column}"), "users")
    for column in ("last_address", "last_used_at", "signup_address"):
        op.drop_column("users", column)
