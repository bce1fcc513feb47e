"""Counseling: requests, what is said in them, who answers them and who looked at them"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BEFORE = (
    *("reply", "answer", "accepted", "report", "measure", "approved", "waiting", "reminder", "review"),
    *("submitted", "returned", "published", "check", "work", "tried", "handed"),
)


def _notices(kinds: tuple[str, ...], with_requests: bool) -> None:
    # The table is made anew on SQLite, and must go on never giving a number twice, not even one of a row that is gone.
    bind = op.get_bind()
    last = 0
    if bind.dialect.name == "sqlite":
        last = bind.execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'notices'")).scalar() or 0
    with op.batch_alter_table("notices", table_kwargs={"sqlite_autoincrement": True}) as notices:
        notices.drop_constraint(op.f("ck_notices_kind"), type_="check")
        notices.create_check_constraint(op.f("ck_notices_kind"), f"kind IN {kinds}")
        if with_requests:
            notices.add_column(sa.Column("request_id", sa.Integer(), nullable=True))
            notices.create_foreign_key(
                op.f("fk_notices_request_id_counseling_requests"),
                "counseling_requests",
                ["request_id"],
                ["id"],
                ondelete="CASCADE",
            )
        else:
            notices.drop_constraint(op.f("fk_notices_request_id_counseling_requests"), type_="foreignkey")
            notices.drop_column("request_id")
    if last:
        bind.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = 'notices'"))
        bind.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('notices', :last)"), {"last": last})


def upgrade() -> None:
    op.create_table('counseling_category_rules',
    sa.Column('category', sa.String(length=20), nullable=False),
    sa.Column('by_itself', sa.Boolean(), nullable=False),
    sa.Column('second_look', sa.Boolean(), nullable=False),
    sa.Column('first_days', sa.Integer(), nullable=False),
    sa.Column('answer_days', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('category', name=op.f('pk_counseling_category_rules'))
    )
    op.create_table('counseling_removals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ref', sa.String(length=12), nullable=False),
    sa.Column('what', sa.String(length=10), nullable=False),
    sa.Column('capacity', sa.String(length=10), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counseling_removals'))
    )
    op.create_index(op.f('ix_counseling_removals_ref'), 'counseling_removals', ['ref'], unique=False)
    op.create_table('counseling_text_blocks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counseling_text_blocks'))
    )
    op.create_table('counseling_days_off',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('expert_id', sa.Integer(), nullable=False),
    sa.Column('first', sa.Date(), nullable=False),
    sa.Column('last', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['expert_id'], ['users.id'], name=op.f('fk_counseling_days_off_expert_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counseling_days_off'))
    )
    op.create_index('ix_counseling_days_off_expert_id_last', 'counseling_days_off', ['expert_id', 'last'], unique=False)
    op.create_table('counseling_own_drafts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(length=12), nullable=False),
    sa.Column('fields', sa.Text(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_counseling_own_drafts_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counseling_own_drafts')),
    sa.UniqueConstraint('user_id', 'place', name=op.f('uq_counseling_own_drafts_user_id_place'))
    )
    op.create_index(op.f('ix_counseling_own_drafts_saved_at'), 'counseling_own_drafts', ['saved_at'], unique=False)
    op.create_table('counseling_requests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('ref', sa.String(length=12), nullable=False),
    sa.Column('data_key', sa.Text(), nullable=False),
    sa.Column('receipt_hash', sa.String(length=64), nullable=True),
    sa.Column('asker_id', sa.Integer(), nullable=True),
    sa.Column('email_hash', sa.String(length=64), nullable=True),
    sa.Column('naming', sa.String(length=10), nullable=False),
    sa.Column('category', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('way', sa.String(length=10), nullable=False),
    sa.Column('entered_by', sa.Integer(), nullable=True),
    sa.Column('person', sa.Text(), nullable=True),
    sa.Column('matter', sa.Text(), nullable=True),
    sa.Column('passed_to', sa.String(length=10), nullable=False),
    sa.Column('publish_consent', sa.Boolean(), nullable=False),
    sa.Column('locale', sa.String(length=5), nullable=False),
    sa.Column('last_number', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first_due_on', sa.Date(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('first_response_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('state_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('contact_removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('text_removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('once_hash', sa.String(length=64), nullable=False),
    sa.CheckConstraint("naming IN ('anonymous', 'nickname', 'named')", name=op.f('ck_counseling_requests_naming')),
    sa.CheckConstraint("state IN ('new', 'routing', 'expert', 'asker', 'passed_on', 'answered', 'closed', 'withdrawn')", name=op.f('ck_counseling_requests_state')),
    sa.CheckConstraint("way IN ('form', 'telephone', 'fax', 'meeting')", name=op.f('ck_counseling_requests_way')),
    sa.ForeignKeyConstraint(['asker_id'], ['users.id'], name=op.f('fk_counseling_requests_asker_id_users'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['entered_by'], ['users.id'], name=op.f('fk_counseling_requests_entered_by_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counseling_requests')),
    sa.UniqueConstraint('once_hash', name=op.f('uq_counseling_requests_once_hash')),
    sa.UniqueConstraint('receipt_hash', name=op.f('uq_counseling_requests_receipt_hash')),
    sa.UniqueConstraint('ref', name=op.f('uq_counseling_requests_ref')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_counseling_requests_asker_id_id', 'counseling_requests', ['asker_id', 'id'], unique=False)
    op.create_index(op.f('ix_counseling_requests_due_on'), 'counseling_requests', ['due_on'], unique=False)
    op.create_index(op.f('ix_counseling_requests_email_hash'), 'counseling_requests', ['email_hash'], unique=False)
    op.create_index(op.f('ix_counseling_requests_first_due_on'), 'counseling_requests', ['first_due_on'], unique=False)
    op.create_index('ix_counseling_requests_state_id', 'counseling_requests', ['state', 'id'], unique=False)
    op.create_table('counseling_answer_drafts',
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('saved', sa.Integer(), nullable=False),
    sa.Column('editor_id', sa.Integer(), nullable=True),
    sa.Column('handed_in', sa.Boolean(), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['editor_id'], ['users.id'], name=op.f('fk_counseling_answer_drafts_editor_id_users'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['request_id'], ['counseling_requests.id'], name=op.f('fk_counseling_answer_drafts_request_id_counseling_requests'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('request_id', name=op.f('pk_counseling_answer_drafts'))
    )
    op.create_index(op.f('ix_counseling_answer_drafts_editor_id'), 'counseling_answer_drafts', ['editor_id'], unique=False)
    op.create_table('counseling_assignments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('expert_id', sa.Integer(), nullable=False),
    sa.Column('is_second', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('ended', sa.String(length=12), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accept_by', sa.Date(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('asked', 'accepted', 'over')", name=op.f('ck_counseling_assignments_state')),
    sa.ForeignKeyConstraint(['expert_id'], ['users.id'], name=op.f('fk_counseling_assignments_expert_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['request_id'], ['counseling_requests.id'], name=op.f('fk_counseling_assignments_request_id_counseling_requests'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counseling_assignments'))
    )
    op.create_index(op.f('ix_counseling_assignments_accept_by'), 'counseling_assignments', ['accept_by'], unique=False)
    op.create_index('ix_counseling_assignments_expert_id_state', 'counseling_assignments', ['expert_id', 'state'], unique=False)
    op.create_index('ix_counseling_assignments_request_id', 'counseling_assignments', ['request_id'], unique=False)
    op.create_table('counseling_mails',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.String(length=12), nullable=False),
    sa.Column('seed', sa.String(length=32), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['counseling_requests.id'], name=op.f('fk_counseling_mails_request_id_counseling_requests'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counseling_mails')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_counseling_mails_token_hash')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_counseling_mails_request_id'), 'counseling_mails', ['request_id'], unique=False)
    op.create_table('counseling_messages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('capacity', sa.String(length=10), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('html', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("capacity IN ('asker', 'desk', 'expert', 'second')", name=op.f('ck_counseling_messages_capacity')),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_counseling_messages_author_id_users'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['request_id'], ['counseling_requests.id'], name=op.f('fk_counseling_messages_request_id_counseling_requests'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counseling_messages')),
    sa.UniqueConstraint('request_id', 'number', name=op.f('uq_counseling_messages_request_id_number'))
    )
    op.create_index(op.f('ix_counseling_messages_author_id'), 'counseling_messages', ['author_id'], unique=False)
    op.create_table('counseling_notes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('html', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_counseling_notes_author_id_users'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['request_id'], ['counseling_requests.id'], name=op.f('fk_counseling_notes_request_id_counseling_requests'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counseling_notes'))
    )
    op.create_index(op.f('ix_counseling_notes_author_id'), 'counseling_notes', ['author_id'], unique=False)
    op.create_index(op.f('ix_counseling_notes_request_id'), 'counseling_notes', ['request_id'], unique=False)
    op.create_table('counseling_openings',
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['counseling_requests.id'], name=op.f('fk_counseling_openings_request_id_counseling_requests'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_counseling_openings_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('request_id', 'user_id', name=op.f('pk_counseling_openings'))
    )
    op.create_index(op.f('ix_counseling_openings_user_id'), 'counseling_openings', ['user_id'], unique=False)
    op.create_table('counseling_ratings',
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('helped', sa.String(length=10), nullable=False),
    sa.Column('line', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("helped IN ('helped', 'partly', 'not')", name=op.f('ck_counseling_ratings_helped')),
    sa.ForeignKeyConstraint(['request_id'], ['counseling_requests.id'], name=op.f('fk_counseling_ratings_request_id_counseling_requests'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('request_id', name=op.f('pk_counseling_ratings'))
    )
    op.create_table('counseling_reminders',
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['counseling_requests.id'], name=op.f('fk_counseling_reminders_request_id_counseling_requests'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('request_id', 'kind', 'due_on', name=op.f('pk_counseling_reminders'))
    )
    op.create_table('counseling_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('action', sa.String(length=12), nullable=False),
    sa.Column('before', sa.String(length=10), nullable=False),
    sa.Column('after', sa.String(length=10), nullable=False),
    sa.Column('capacity', sa.String(length=10), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_counseling_steps_actor_id_users'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['request_id'], ['counseling_requests.id'], name=op.f('fk_counseling_steps_request_id_counseling_requests'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counseling_steps'))
    )
    op.create_index(op.f('ix_counseling_steps_actor_id'), 'counseling_steps', ['actor_id'], unique=False)
    op.create_index('ix_counseling_steps_request_id_id', 'counseling_steps', ['request_id', 'id'], unique=False)
    op.create_table('counseling_views',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('viewer_id', sa.Integer(), nullable=True),
    sa.Column('capacity', sa.String(length=10), nullable=False),
    sa.Column('what', sa.String(length=10), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("what IN ('read', 'file', 'search', 'export')", name=op.f('ck_counseling_views_what')),
    sa.ForeignKeyConstraint(['request_id'], ['counseling_requests.id'], name=op.f('fk_counseling_views_request_id_counseling_requests'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['viewer_id'], ['users.id'], name=op.f('fk_counseling_views_viewer_id_users'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counseling_views'))
    )
    op.create_index('ix_counseling_views_request_id_id', 'counseling_views', ['request_id', 'id'], unique=False)
    op.create_index(op.f('ix_counseling_views_viewer_id'), 'counseling_views', ['viewer_id'], unique=False)
    op.create_table('counseling_files',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('stored', sa.String(length=60), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['counseling_messages.id'], name=op.f('fk_counseling_files_message_id_counseling_messages'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['request_id'], ['counseling_requests.id'], name=op.f('fk_counseling_files_request_id_counseling_requests'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counseling_files')),
    sa.UniqueConstraint('stored', name=op.f('uq_counseling_files_stored'))
    )
    op.create_index(op.f('ix_counseling_files_message_id'), 'counseling_files', ['message_id'], unique=False)
    op.create_index(op.f('ix_counseling_files_request_id'), 'counseling_files', ['request_id'], unique=False)
    op.create_table('counseling_publications',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('asker_agreed', sa.Integer(), nullable=True),
    sa.Column('expert_agreed', sa.Integer(), nullable=True),
    sa.Column('seed', sa.String(length=32), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("state IN ('editing', 'asked', 'declined', 'published', 'withdrawn')", name=op.f('ck_counseling_publications_state')),
    sa.ForeignKeyConstraint(['item_id'], ['library_items.id'], name=op.f('fk_counseling_publications_item_id_library_items'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['request_id'], ['counseling_requests.id'], name=op.f('fk_counseling_publications_request_id_counseling_requests'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counseling_publications')),
    sa.UniqueConstraint('request_id', name=op.f('uq_counseling_publications_request_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_counseling_publications_token_hash')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_counseling_publications_item_id'), 'counseling_publications', ['item_id'], unique=False)
    with op.batch_alter_table("expert_profiles") as profiles:
        profiles.add_column(sa.Column("employer", sa.String(length=80), nullable=False, server_default=""))
        profiles.add_column(sa.Column("picture", sa.String(length=60), nullable=False, server_default=""))
    with op.batch_alter_table("expert_profiles") as profiles:
        profiles.alter_column("employer", server_default=None)
        profiles.alter_column("picture", server_default=None)
    _notices((*BEFORE, "counsel"), with_requests=True)
    op.create_index("ix_notices_request_id", "notices", ["request_id"])


def downgrade() -> None:
    unread = "SELECT count(*) FROM notices WHERE user_id = users.id AND on_site AND read_at IS NULL"
    op.execute("DELETE FROM notices WHERE kind = 'counsel'")
    op.execute(f"UPDATE users SET unread_notices = ({unread})")  # noqa: S608  no words of others
    op.drop_index("ix_notices_request_id", "notices")
    _notices(BEFORE, with_requests=False)
    with op.batch_alter_table("expert_profiles") as profiles:
        profiles.drop_column("picture")
        profiles.drop_column("employer")
    op.drop_table("counseling_publications")
    op.drop_table("counseling_files")
    op.drop_table("counseling_views")
    op.drop_table("counseling_steps")
    op.drop_table("counseling_reminders")
    op.drop_table("counseling_ratings")
    op.drop_table("counseling_openings")
    op.drop_table("counseling_notes")
    op.drop_table("counseling_messages")
    op.drop_table("counseling_mails")
    op.drop_table("counseling_assignments")
    op.drop_table("counseling_answer_drafts")
    op.drop_table("counseling_requests")
    op.drop_table("counseling_own_drafts")
    op.drop_table("counseling_days_off")
    op.drop_table("counseling_text_blocks")
    op.drop_table("counseling_removals")
    op.drop_table("counseling_category_rules")
