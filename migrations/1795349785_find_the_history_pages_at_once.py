"""find the history pages at once"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1795349785"
down_revision = "1795345962"
branch_labels = ()
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.create_index(
            "ix_items_history",
            ["visibility", "kind", "listed_at"],
            unique=False,
            sqlite_where=sa.text("is_history = 1"),
            postgresql_where=sa.text("is_history"),
        )


def downgrade() -> None:
    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_items_history",
            sqlite_where=sa.text("is_history = 1"),
            postgresql_where=sa.text("is_history"),
        )
