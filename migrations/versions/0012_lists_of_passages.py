"""Lists of passages that readers keep."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reader_list",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("passages", sa.JSON(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_reader_list_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_list")),
        sa.UniqueConstraint("identifier", name=op.f("uq_reader_list_identifier")),
    )
    with op.batch_alter_table("reader_list", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reader_list_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("reader_list", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reader_list_user_id"))
    op.drop_table("reader_list")
