"""Meetings: a poll, and the day on which the outcome is looked at again"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BEFORE = ("reply", "answer", "accepted", "report", "measure", "approved", "waiting", "reminder")
KINDS = (*BEFORE, "review")
COLUMNS = ("has_poll", "outcome_review_on", "review_told_at")


def _kinds(kinds: tuple[str, ...]) -> None:
    # The table is made anew on SQLite, and must go on never giving a number twice, not even one of a row that is gone.
    bind = op.get_bind()
    last = 0
    if bind.dialect.name == "sqlite":
        last = bind.execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'notices'")).scalar() or 0
    with op.batch_alter_table("notices", table_kwargs={"sqlite_autoincrement": True}) as notices:
        notices.drop_constraint(op.f("ck_notices_kind"), type_="check")
        notices.create_check_constraint(op.f("ck_notices_kind"), f"kind IN {kinds}")
    if last:
        bind.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = 'notices'"))
        bind.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('notices', :last)"), {"last": last})


def upgrade() -> None:
    op.add_column("topics", sa.Column("has_poll", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("topics", sa.Column("outcome_review_on", sa.Date(), nullable=True))
    op.add_column("topics", sa.Column("review_told_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "polls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("multiple", sa.Boolean(), nullable=False),
        sa.Column("results", sa.String(length=10), nullable=False),
        sa.CheckConstraint("results IN ('after_vote', 'at_end')", name=op.f("ck_polls_results")),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_polls_topic_id_topics"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_polls")),
        sa.UniqueConstraint("topic_id", name=op.f("uq_polls_topic_id")),
    )
    op.create_table(
        "poll_choices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["poll_id"], ["polls.id"], name=op.f("fk_poll_choices_poll_id_polls"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll_choices")),
    )
    op.create_index("ix_poll_choices_poll_id_place", "poll_choices", ["poll_id", "place"])
    op.create_table(
        "poll_votes",
        sa.Column("poll_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("choice_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name=op.f("fk_poll_votes_poll_id_polls"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_poll_votes_user_id_users"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["choice_id"], ["poll_choices.id"], name=op.f("fk_poll_votes_choice_id_poll_choices"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("poll_id", "user_id", "choice_id", name=op.f("pk_poll_votes")),
    )
    op.create_index(op.f("ix_poll_votes_user_id"), "poll_votes", ["user_id"])
    op.create_index(op.f("ix_poll_votes_choice_id"), "poll_votes", ["choice_id"])
    _kinds(KINDS)


def downgrade() -> None:
    op.execute("DELETE FROM notices WHERE kind = 'review'")
    _kinds(BEFORE)
    for table in ("poll_votes", "poll_choices", "polls"):
        op.drop_table(table)
    for name in COLUMNS:
        op.drop_column("topics", name)
