"""kept apart"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kept_apart",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("one", sa.String(), nullable=False),
        sa.Column("other", sa.String(), nullable=False),
        sa.Column("said_by", sa.String(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_apart")),
        sa.UniqueConstraint("kind", "one", "other", name=op.f("uq_kept_apart_kind_one_other")),
    )
    op.add_column("edition", sa.Column("serial", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE edition SET serial = id")
    op.create_index("ix_edition_audience_serial", "edition", ["audience", "serial"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.drop_index("ix_edition_audience_serial")
        batch_op.drop_column("serial")

    op.drop_table("kept_apart")
