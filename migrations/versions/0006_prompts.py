"""Prompts that are answered by a personal link, and posts that the secretariat enters for somebody"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _to(table: str, column: str, other: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "linked_posts",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        _to("linked_posts", "post_id", "posts", "CASCADE"),
        _to("linked_posts", "topic_id", "topics", "CASCADE"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_linked_posts")),
    )
    op.create_index("ix_linked_posts_topic_id_link", "linked_posts", ["topic_id", "link"])
    op.create_index(op.f("ix_linked_posts_link"), "linked_posts", ["link"])
    op.create_table(
        "prompts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_count", sa.Integer(), nullable=False),
        sa.Column("opened_count", sa.Integer(), nullable=False),
        sa.Column("answered_count", sa.Integer(), nullable=False),
        _to("prompts", "topic_id", "topics", "CASCADE"),
        _to("prompts", "created_by", "users", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompts")),
        sa.UniqueConstraint("topic_id", name=op.f("uq_prompts_topic_id")),
    )
    op.create_index(op.f("ix_prompts_deadline"), "prompts", ["deadline"])
    op.create_table(
        "prompt_recipients",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prompt_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("address_hash", sa.String(length=64), nullable=True),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("queued", sa.Boolean(), nullable=False),
        sa.Column("opened", sa.Boolean(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        _to("prompt_recipients", "prompt_id", "prompts", "CASCADE"),
        _to("prompt_recipients", "user_id", "users", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_recipients")),
        sa.UniqueConstraint("prompt_id", "user_id", name=op.f("uq_prompt_recipients_prompt_id_user_id")),
        sa.UniqueConstraint("prompt_id", "address_hash", name=op.f("uq_prompt_recipients_prompt_id_address_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_prompt_recipients_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_prompt_recipients_prompt_id_queued", "prompt_recipients", ["prompt_id", "queued"])
    op.create_index(op.f("ix_prompt_recipients_user_id"), "prompt_recipients", ["user_id"])
    op.create_table(
        "prompt_private_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("prompt_id", sa.Integer(), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        _to("prompt_private_answers", "prompt_id", "prompts", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_private_answers")),
        sa.UniqueConstraint("prompt_id", "link", name=op.f("uq_prompt_private_answers_prompt_id_link")),
    )
    op.create_table(
        "prompt_refused_addresses",
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_prompt_refused_addresses")),
    )
    op.create_table(
        "entered_posts",
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        _to("entered_posts", "post_id", "posts", "CASCADE"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_entered_posts")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_entered_posts_token_hash")),
    )
    op.create_index(op.f("ix_entered_posts_expires_at"), "entered_posts", ["expires_at"])


def downgrade() -> None:
    for table in (
        "entered_posts",
        "prompt_refused_addresses",
        "prompt_private_answers",
        "prompt_recipients",
        "prompts",
        "linked_posts",
    ):
        op.drop_table(table)
