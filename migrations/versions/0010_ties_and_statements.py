"""ties and statements"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tie",
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "family",
                "household",
                "same_unit",
                "interviewed_together",
                "heard_from",
                "same_source",
                name="tiekind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("said_in_id", sa.Integer(), nullable=True),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("invented", sa.Boolean(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("one_id <> other_id", name=op.f("ck_tie_joins_two")),
        sa.ForeignKeyConstraint(
            ["one_id"], ["person.id"], name=op.f("fk_tie_one_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["person.id"], name=op.f("fk_tie_other_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["said_in_id"], ["testimony.id"], name=op.f("fk_tie_said_in_id_testimony"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tie")),
        sa.UniqueConstraint("identifier", name=op.f("uq_tie_identifier")),
        sa.UniqueConstraint("one_id", "other_id", "kind", name=op.f("uq_tie_one_id_other_id_kind")),
    )
    with op.batch_alter_table("tie", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tie_other_id"), ["other_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tie_said_in_id"), ["said_in_id"], unique=False)

    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.add_column(sa.Column("figure_when", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("figure_where", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("happened_words", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("happened_edtf", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("happened_lower", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("happened_upper", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("place_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("earlier", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("later", sa.String(), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_claim_place_id"), ["place_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_claim_place_id_place"), "place", ["place_id"], ["id"])

    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("figure_words", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("figure_value", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("figure_low", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("figure_high", sa.Double(), nullable=True))
        batch_op.add_column(
            sa.Column("figure_approximate", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("figure_unit", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("figure_counted", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("figure_when", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("figure_where", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("happened_words", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("happened_edtf", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("happened_lower", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("happened_upper", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_column("happened_upper")
        batch_op.drop_column("happened_lower")
        batch_op.drop_column("happened_edtf")
        batch_op.drop_column("happened_words")
        batch_op.drop_column("figure_where")
        batch_op.drop_column("figure_when")
        batch_op.drop_column("figure_counted")
        batch_op.drop_column("figure_unit")
        batch_op.drop_column("figure_approximate")
        batch_op.drop_column("figure_high")
        batch_op.drop_column("figure_low")
        batch_op.drop_column("figure_value")
        batch_op.drop_column("figure_words")

    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_claim_place_id_place"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_claim_place_id"))
        batch_op.drop_column("later")
        batch_op.drop_column("earlier")
        batch_op.drop_column("place_id")
        batch_op.drop_column("happened_upper")
        batch_op.drop_column("happened_lower")
        batch_op.drop_column("happened_edtf")
        batch_op.drop_column("happened_words")
        batch_op.drop_column("figure_where")
        batch_op.drop_column("figure_when")

    with op.batch_alter_table("tie", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tie_said_in_id"))
        batch_op.drop_index(batch_op.f("ix_tie_other_id"))

    op.drop_table("tie")
