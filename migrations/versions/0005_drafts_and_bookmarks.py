"""Drafts and bookmarks"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("themes", sa.String(length=400), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_drafts_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
    )
    op.create_index("ix_drafts_user_id_place", "drafts", ["user_id", "place"], unique=True)
    op.create_index("ix_drafts_updated_at", "drafts", ["updated_at"], unique=False)
    op.create_table(
        "sent_forms",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sent_forms")),
    )

    op.create_table(
        "bookmarks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("remind_on", sa.Date(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_bookmarks_post_id_posts"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_bookmarks_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookmarks")),
    )
    op.create_index("ix_bookmarks_user_id_post_id", "bookmarks", ["user_id", "post_id"], unique=True)
    op.create_index("ix_bookmarks_reminded_at_remind_on", "bookmarks", ["reminded_at", "remind_on"], unique=False)
    op.create_index(op.f("ix_bookmarks_post_id"), "bookmarks", ["post_id"], unique=False)


def downgrade() -> None:
    # Reminders cannot be kept without their kind; the count in the header follows.
    op.execute(
        "UPDATE users SET unread_notices = unread_notices - (SELECT count(*) FROM notices WHERE notices.user_id = users.id "
        "AND notices.kind = 'reminder' AND notices.on_site AND notices.read_at IS NULL)"
    )
    op.execute("DELETE FROM notices WHERE kind = 'reminder'")
    op.execute("DELETE FROM notice_preferences WHERE kind = 'reminder'")
    op.drop_table("bookmarks")
    op.drop_table("sent_forms")
    op.drop_table("drafts")
