"""The library: items, versions, files, and what people do with them"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BEFORE = ("reply", "answer", "accepted", "report", "measure", "approved", "waiting", "reminder", "review")
OF_ITEMS = ("submitted", "returned", "published", "check", "work", "tried", "handed")


def _notices(kinds: tuple[str, ...], with_items: bool) -> None:
    # The table is made anew on SQLite, and must go on never giving a number twice, not even one of a row that is gone.
    bind = op.get_bind()
    last = 0
    if bind.dialect.name == "sqlite":
        last = bind.execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'notices'")).scalar() or 0
    with op.batch_alter_table("notices", table_kwargs={"sqlite_autoincrement": True}) as notices:
        notices.drop_constraint(op.f("ck_notices_kind"), type_="check")
        notices.create_check_constraint(op.f("ck_notices_kind"), f"kind IN {kinds}")
        if with_items:
            notices.add_column(sa.Column("item_id", sa.Integer(), nullable=True))
            notices.create_foreign_key(
                op.f("fk_notices_item_id_library_items"), "library_items", ["item_id"], ["id"], ondelete="CASCADE"
            )
        else:
            notices.drop_constraint(op.f("fk_notices_item_id_library_items"), type_="foreignkey")
            notices.drop_column("item_id")
    if last:
        bind.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = 'notices'"))
        bind.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('notices', :last)"), {"last": last})


def upgrade() -> None:
    op.create_table(
        "library_selections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("audience", sa.String(length=30), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("once_key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_library_selections_author_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_selections")),
        sa.UniqueConstraint("once_key", name=op.f("uq_library_selections_once_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_library_selections_author_id", "library_selections", ["author_id"])
    op.create_table(
        "library_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(length=30), nullable=False),
        sa.Column("shown_to", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("summary", sa.String(length=200), nullable=False),
        sa.Column("collection", sa.String(length=20), nullable=False),
        sa.Column("prefecture", sa.String(length=2), nullable=False),
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("population", sa.String(length=20), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("published_id", sa.Integer(), nullable=True),
        sa.Column("open_id", sa.Integer(), nullable=True),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("successor_id", sa.Integer(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_count", sa.Integer(), nullable=False),
        sa.Column("needs_work", sa.Boolean(), nullable=False),
        sa.Column("work_note", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_reason", sa.String(length=1000), nullable=False),
        sa.Column("view_count", sa.Integer(), nullable=False),
        sa.Column("download_count", sa.Integer(), nullable=False),
        sa.Column("use_count", sa.Integer(), nullable=False),
        sa.Column("report_count", sa.Integer(), nullable=False),
        sa.Column("report_well_count", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=True),
        sa.Column("ref", sa.String(length=80), nullable=True),
        sa.Column("idempotency_key", sa.String(length=64), nullable=True),
        sa.CheckConstraint("kind IN ('case', 'material', 'video', 'tool', 'qa')", name=op.f("ck_library_items_kind")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_library_items_author_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_library_items_owner_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["users.id"], name=op.f("fk_library_items_successor_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_library_items_topic_id_topics"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_items")),
        sa.UniqueConstraint("ref", name=op.f("uq_library_items_ref")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_library_items_idempotency_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_library_items_author_id", "library_items", ["author_id"])
    op.create_index("ix_library_items_due_on", "library_items", ["due_on"])
    op.create_index("ix_library_items_owner_id", "library_items", ["owner_id"])
    op.create_index("ix_library_items_published_at", "library_items", ["published_at"])
    op.create_index("ix_library_items_revision", "library_items", ["revision"])
    op.create_index("ix_library_items_successor_id", "library_items", ["successor_id"])
    op.create_index("ix_library_items_topic_id", "library_items", ["topic_id"])
    op.create_table(
        "library_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("stored", sa.String(length=60), nullable=False),
        sa.Column("picture", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["library_items.id"], name=op.f("fk_library_files_item_id_library_items"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_files")),
        sa.UniqueConstraint("stored", name=op.f("uq_library_files_stored")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_library_files_item_id", "library_files", ["item_id"])
    op.create_table(
        "library_likenesses",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["library_items.id"],
            name=op.f("fk_library_likenesses_item_id_library_items"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", "key", name=op.f("pk_library_likenesses")),
    )
    op.create_index("ix_library_likenesses_key", "library_likenesses", ["key"])
    op.create_table(
        "library_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("since", sa.String(length=7), nullable=False),
        sa.Column("changed", sa.String(length=1000), nullable=False),
        sa.Column("outcome", sa.String(length=6), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("cost", sa.String(length=200), nullable=False),
        sa.Column("hidden_reason", sa.String(length=1000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("outcome IN ('well', 'partly', 'not')", name=op.f("ck_library_reports_outcome")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["library_items.id"], name=op.f("fk_library_reports_item_id_library_items"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_library_reports_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_reports")),
        sa.UniqueConstraint("item_id", "user_id", name=op.f("uq_library_reports_item_id_user_id")),
    )
    op.create_index("ix_library_reports_item_id_created_at", "library_reports", ["item_id", "created_at"])
    op.create_index("ix_library_reports_user_id", "library_reports", ["user_id"])
    op.create_table(
        "library_selection_items",
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["library_items.id"],
            name=op.f("fk_library_selection_items_item_id_library_items"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["selection_id"],
            ["library_selections.id"],
            name=op.f("fk_library_selection_items_selection_id_library_selections"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("selection_id", "item_id", name=op.f("pk_library_selection_items")),
    )
    op.create_index("ix_library_selection_items_item_id", "library_selection_items", ["item_id"])
    op.create_table(
        "library_texts",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["library_items.id"], name=op.f("fk_library_texts_item_id_library_items"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_library_texts")),
    )
    op.create_table(
        "library_uses",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["library_items.id"], name=op.f("fk_library_uses_item_id_library_items"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_library_uses_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "user_id", name=op.f("pk_library_uses")),
    )
    op.create_index("ix_library_uses_user_id", "library_uses", ["user_id"])
    op.create_table(
        "library_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sheet", sa.JSON(), nullable=False),
        sa.Column("html", sa.JSON(), nullable=False),
        sa.Column("renderer", sa.Integer(), nullable=False),
        sa.Column("saved", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("editor_id", sa.Integer(), nullable=True),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'review', 'returned', 'published', 'replaced')",
            name=op.f("ck_library_versions_state"),
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_library_versions_author_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["editor_id"], ["users.id"], name=op.f("fk_library_versions_editor_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["library_items.id"],
            name=op.f("fk_library_versions_item_id_library_items"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["users.id"], name=op.f("fk_library_versions_reviewer_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_versions")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_library_versions_author_id", "library_versions", ["author_id"])
    op.create_index("ix_library_versions_editor_id", "library_versions", ["editor_id"])
    op.create_index("ix_library_versions_item_id_number", "library_versions", ["item_id", "number"], unique=True)
    op.create_index("ix_library_versions_published_at", "library_versions", ["published_at"])
    op.create_index("ix_library_versions_reviewer_id", "library_versions", ["reviewer_id"])
    op.create_index("ix_library_versions_state_submitted_at", "library_versions", ["state", "submitted_at"])
    op.create_table(
        "library_comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_library_comments_author_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["library_items.id"],
            name=op.f("fk_library_comments_item_id_library_items"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["library_versions.id"],
            name=op.f("fk_library_comments_version_id_library_versions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_comments")),
    )
    op.create_index("ix_library_comments_author_id", "library_comments", ["author_id"])
    op.create_index("ix_library_comments_item_id_part", "library_comments", ["item_id", "part"])
    op.create_index("ix_library_comments_version_id", "library_comments", ["version_id"])
    op.create_table(
        "library_version_files",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["library_files.id"],
            name=op.f("fk_library_version_files_file_id_library_files"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["library_versions.id"],
            name=op.f("fk_library_version_files_version_id_library_versions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("version_id", "file_id", name=op.f("pk_library_version_files")),
    )
    op.create_index("ix_library_version_files_file_id", "library_version_files", ["file_id"])
    op.create_table(
        "library_check_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["library_items.id"],
            name=op.f("fk_library_check_links_item_id_library_items"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_library_check_links_owner_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_check_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_library_check_links_token_hash")),
    )
    op.create_index("ix_library_check_links_expires_at", "library_check_links", ["expires_at"])
    op.create_index("ix_library_check_links_item_id", "library_check_links", ["item_id"])
    op.create_index("ix_library_check_links_owner_id", "library_check_links", ["owner_id"])
    op.create_table(
        "library_transfers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("everything", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("stored", sa.String(length=60), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('import', 'export')", name=op.f("ck_library_transfers_kind")),
        sa.CheckConstraint(
            "state IN ('checking', 'faulty', 'ready', 'writing', 'done', 'failed')",
            name=op.f("ck_library_transfers_state"),
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_library_transfers_author_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_transfers")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_library_transfers_author_id", "library_transfers", ["author_id"])
    op.create_index("ix_library_transfers_created_at", "library_transfers", ["created_at"])
    _notices((*BEFORE, *OF_ITEMS), with_items=True)
    op.create_index("ix_notices_item_id", "notices", ["item_id"])


def downgrade() -> None:
    unread = "SELECT count(*) FROM notices WHERE user_id = users.id AND on_site AND read_at IS NULL"
    op.execute(f"DELETE FROM notices WHERE kind IN {OF_ITEMS}")
    op.execute(f"UPDATE users SET unread_notices = ({unread})")  # noqa: S608  no words of others
    op.drop_index("ix_notices_item_id", "notices")
    _notices(BEFORE, with_items=False)
    op.drop_table("library_transfers")
    op.drop_table("library_check_links")
    op.drop_table("library_version_files")
    op.drop_table("library_comments")
    op.drop_table("library_versions")
    op.drop_table("library_uses")
    op.drop_table("library_texts")
    op.drop_table("library_selection_items")
    op.drop_table("library_reports")
    op.drop_table("library_likenesses")
    op.drop_table("library_files")
    op.drop_table("library_items")
    op.drop_table("library_selections")
