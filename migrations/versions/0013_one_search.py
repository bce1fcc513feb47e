"""The library's list is asked as the search is; on PostgreSQL the newest can be asked for first, however many"""

import sqlalchemy as sa
from alembic import context, op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


# As before (migration 0012) but for the last line: eras of many lengths instead of one. The number's bits that are left
# out say how long an era is: from two days to fifteen years.
GRAMS = """
CREATE OR REPLACE FUNCTION sccafe_grams(number bigint, folded text, marks text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
BEGIN
    RETURN (
        WITH said AS (
            SELECT one, lead(one, 1, '') OVER place AS two, lead(one, 2, '') OVER place AS three
            FROM unnest(string_to_array(folded, NULL)) WITH ORDINALITY AS characters (one, at)
            WINDOW place AS (ORDER BY at)
        )
        SELECT array_to_tsvector(ARRAY(
            SELECT one FROM said
            UNION ALL SELECT one || two FROM said
            UNION ALL SELECT one || two || three FROM said
            UNION ALL SELECT 'Ｍ' || mark FROM unnest(string_to_array(marks, ' ')) AS mark
            UNION ALL SELECT 'Ｍera' || bits || ':' || (number >> bits) FROM generate_series(22, 34) AS bits
        ))
    );
END
$$
"""


def upgrade() -> None:
    op.drop_table("library_texts")
    hold(GRAMS)


def downgrade() -> None:
    hold(context.script.get_revision("0012").module.GRAMS.replace("CREATE", "CREATE OR REPLACE"))
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


def hold(function: str) -> None:
    """Let PostgreSQL's index hold what this function gives."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(function)
        op.execute("REINDEX INDEX ix_search_entries_grams")
