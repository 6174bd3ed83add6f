"""copies of media, and fixity"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fixity_check",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column(
            "shelf", sa.Enum("store", "replica", name="shelf", native_enum=False, length=32), nullable=False
        ),
        sa.Column(
            "found",
            sa.Enum(
                "good",
                "copied",
                "damaged",
                "missing",
                "repaired",
                "lost",
                "remade",
                name="found",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fixity_check")),
    )
    with op.batch_alter_table("fixity_check", schema=None) as batch_op:
        batch_op.create_index("ix_fixity_check_key_shelf", ["key", "shelf", "id"], unique=False)

    op.create_table(
        "derivation",
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.Column("recipe", sa.String(), nullable=False),
        sa.Column("edits", sa.JSON(), nullable=False),
        sa.Column("program", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting", "working", "done", "failed", name="derivationstate", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"],
            ["media_file.id"],
            name=op.f("fk_derivation_media_id_media_file"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_derivation")),
        sa.UniqueConstraint("media_id", "recipe", name=op.f("uq_derivation_media_id_recipe")),
    )
    with op.batch_alter_table("media_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("variant", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("page", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("recipe", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("technical", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("is_open", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("media_file", schema=None) as batch_op:
        batch_op.drop_column("is_open")
        batch_op.drop_column("technical")
        batch_op.drop_column("recipe")
        batch_op.drop_column("page")
        batch_op.drop_column("variant")

    op.drop_table("derivation")
    with op.batch_alter_table("fixity_check", schema=None) as batch_op:
        batch_op.drop_index("ix_fixity_check_key_shelf")

    op.drop_table("fixity_check")
