"""The library's list is asked as the search is: it keeps no texts of its own"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("library_texts")


def downgrade() -> None:
    op.create_table(
        "library_texts",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["library_items.id"], name=op.f("fk_library_texts_item_id_library_items"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_library_texts")),
    )
    # In the form of the search, in which kana are one: until each item is saved again, katakana does not find it.
    op.execute(
        "INSERT INTO library_texts (item_id, text) SELECT ref, folded FROM search_entries"
        " WHERE kind = 'item' AND part = 1 AND ref IN (SELECT id FROM library_items)"
    )
