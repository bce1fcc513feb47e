"""Search: entries, the index over them, and the secretariat's own spellings"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# The marks and letters of ASCII that end a token are shielded before they come here.
INDEX = """
CREATE VIRTUAL TABLE search_index USING fts5(
    tokens, marks, content='search_entries', content_rowid='id', tokenize='ascii', prefix='1', columnsize=0
)
"""
TAKE = "INSERT INTO search_index (search_index, rowid, tokens, marks) VALUES ('delete', old.id, old.tokens, old.marks);"
PUT = "INSERT INTO search_index (rowid, tokens, marks) VALUES (new.id, new.tokens, new.marks);"
# While the index is made anew from the entries, it holds those from this place on; the others come in by that.
HELD = "WHEN NOT EXISTS (SELECT 1 FROM settings WHERE key = 'search.remaking' AND CAST(value AS INTEGER) > {row}.id)"
TRIGGERS = {
    "search_entries_put": f"AFTER INSERT ON search_entries {HELD.format(row='new')} BEGIN {PUT} END",
    "search_entries_taken": f"AFTER DELETE ON search_entries {HELD.format(row='old')} BEGIN {TAKE} END",
    "search_entries_changed": f"AFTER UPDATE OF tokens, marks ON search_entries {HELD.format(row='old')} "
    f"BEGIN {TAKE} {PUT} END",
}


def upgrade() -> None:
    make_entries()
    op.create_table(
        "spelling_families",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spelling_families")),
    )


def make_entries() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
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
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entries")),
    )
    op.create_index("ix_search_entries_kind_ref_part", "search_entries", ["kind", "ref", "part"], unique=True)
    if is_sqlite:
        op.execute(INDEX)
        for name, body in TRIGGERS.items():
            op.execute(f"CREATE TRIGGER {name} {body}")
    else:
        op.create_index("ix_search_entries_tokens", "search_entries", ["tokens"], postgresql_using="gin")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
        op.execute("DROP TABLE search_index")
    op.drop_table("spelling_families")
    op.drop_table("search_entries")
