"""Questions that wait too long"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BEFORE = ("reply", "answer", "accepted", "report", "measure", "approved")
KINDS = (*BEFORE, "waiting", "reminder")


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
    for name in ("raised_at", "reminded_at"):
        op.add_column("topics", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "question_calls",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_question_calls_user_id_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_question_calls_topic_id_topics"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "topic_id", name=op.f("pk_question_calls")),
    )
    op.create_index(op.f("ix_question_calls_topic_id"), "question_calls", ["topic_id"])
    _kinds(KINDS)


def downgrade() -> None:
    # They cannot be kept without their kind; the count in the header follows.
    op.execute(
        "UPDATE users SET unread_notices = unread_notices - (SELECT count(*) FROM notices WHERE notices.user_id ="
        " users.id AND notices.kind IN ('waiting', 'reminder') AND notices.on_site AND notices.read_at IS NULL)"
    )
    for table in ("notices", "notice_preferences"):
        op.execute(f"DELETE FROM {table} WHERE kind IN ('waiting', 'reminder')")
    _kinds(BEFORE)
    op.drop_table("question_calls")
    for name in ("raised_at", "reminded_at"):
        op.drop_column("topics", name)
