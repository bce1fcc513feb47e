"""Anonymous posts, and posts of people without an account"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NEW = (
    ("shown_layer", sa.String(length=20), ""),
    ("shown_years", sa.String(length=20), ""),
    ("guest_name", sa.String(length=40), ""),
    ("by_staff", sa.Boolean(), sa.false()),
)


def upgrade() -> None:
    for name, kind, default in NEW:
        op.add_column("posts", sa.Column(name, kind, nullable=False, server_default=default))
    op.create_table(
        "anonymous_authors",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_anonymous_authors_post_id_posts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_anonymous_authors_topic_id_topics"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_anonymous_authors_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_anonymous_authors")),
    )
    op.create_index(op.f("ix_anonymous_authors_topic_id_user_id"), "anonymous_authors", ["topic_id", "user_id"])
    op.create_index(op.f("ix_anonymous_authors_user_id"), "anonymous_authors", ["user_id"])
    op.create_table(
        "identity_releases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'released', 'refused')", name=op.f("ck_identity_releases_state")
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_identity_releases_post_id_posts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["users.id"], name=op.f("fk_identity_releases_asked_by_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_identity_releases_decided_by_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_releases")),
    )
    op.create_index(op.f("ix_identity_releases_post_id"), "identity_releases", ["post_id"])


def downgrade() -> None:
    op.drop_table("identity_releases")
    op.drop_table("anonymous_authors")
    for name, _kind, _default in NEW:
        op.drop_column("posts", name)
