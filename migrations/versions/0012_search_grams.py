"""Search: narrow entries whose numbers say who may read them, and an index of three characters"""

import sqlalchemy as sa
from alembic import context, op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# sccafe/search/index/sqlite.py gives every connection `sccafe_grams`. FTS5 compares itself with the view when asked.
VIEW = "CREATE VIEW search_grams AS SELECT id, sccafe_grams(folded, marks) AS grams FROM search_entries"
INDEX = """
CREATE VIRTUAL TABLE search_index USING fts5(
    grams, content='search_grams', content_rowid='id', tokenize='ascii', prefix='1 2', columnsize=0, detail=none
)
"""
TAKE = (
    "INSERT INTO search_index (search_index, rowid, grams) VALUES ('delete', old.id, sccafe_grams(old.folded, old.marks));"
)
PUT = "INSERT INTO search_index (rowid, grams) VALUES (new.id, sccafe_grams(new.folded, new.marks));"
# While the index is made anew from the entries, it holds those up to this number; the others come in by that.
HELD = "WHEN NOT EXISTS (SELECT 1 FROM settings WHERE key = 'search.remaking' AND CAST(value AS INTEGER) < {row}.id)"
TRIGGERS = {
    "search_entries_put": f"AFTER INSERT ON search_entries {HELD.format(row='new')} BEGIN {PUT} END",
    "search_entries_taken": f"AFTER DELETE ON search_entries {HELD.format(row='old')} BEGIN {TAKE} END",
    "search_entries_changed": f"AFTER UPDATE OF folded, marks ON search_entries {HELD.format(row='old')} "
    f"BEGIN {TAKE} {PUT} END",
}
# Each character, each two and each three, as sccafe/search/folding.py cuts them; the marks behind a letter that stands
# in no folded text; and the time to about three weeks, by which the newest can be asked for first. Nothing but the
# index holds them.
GRAMS = """
CREATE FUNCTION sccafe_grams(number bigint, folded text, marks text) RETURNS tsvector
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
            UNION ALL SELECT 'Ｍera:' || (number >> 26)
        ))
    );
END
$$
"""


def upgrade() -> None:
    drop_entries()
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if not is_sqlite:
        op.execute(GRAMS)
    op.create_table(
        "search_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=30), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("segmenter", sa.Integer(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entries")),
    )
    op.create_index("ix_search_entries_kind_ref_part", "search_entries", ["kind", "ref", "part"], unique=True)
    if is_sqlite:
        op.execute(VIEW)
        op.execute(INDEX)
        for name, body in TRIGGERS.items():
            op.execute(f"CREATE TRIGGER {name} {body}")
    else:
        grams = sa.text("sccafe_grams(id, folded, marks)")
        op.create_index("ix_search_entries_grams", "search_entries", [grams], postgresql_using="gin")
        # ANALYZE would make the grams of thousands of entries to learn what nobody asks of it.
        op.execute("ALTER INDEX ix_search_entries_grams ALTER COLUMN 1 SET STATISTICS 0")


def downgrade() -> None:
    drop_entries()
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP VIEW search_grams")
    else:
        op.execute("DROP FUNCTION sccafe_grams")
    context.script.get_revision("0011").module.make_entries()


def drop_entries() -> None:
    """The entries and the index over them: both are made again from what people wrote, at the next start."""
    if op.get_bind().dialect.name == "sqlite":
        for name in TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
        op.execute("DROP TABLE search_index")
    op.drop_table("search_entries")
    op.execute("DELETE FROM settings WHERE key IN ('search.reindex', 'search.remaking')")
