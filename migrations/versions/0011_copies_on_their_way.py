"""copies on their way into the store"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("derivation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("keys", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("derivation", schema=None) as batch_op:
        batch_op.drop_column("keys")
