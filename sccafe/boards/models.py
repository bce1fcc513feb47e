"""Boards, topics and posts.

A topic carries its board's audience; its posts take it from there by join. A held or hidden topic has the audience
`staff`. Counters are kept by the writes and compared by `sccafe check`.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from sccafe.core.audience import PUBLIC
from sccafe.core.database import Base

BOARD_KINDS = ("exchange", "questions", "meeting", "industry", "news")
#: open for all kinds but questions, which are the other three.
TOPIC_STATES = ("open", "unanswered", "answered", "solved")
#: A topic or post that is published, waits for approval, was hidden by the secretariat, or deleted by its writer.
VISIBILITIES = ("published", "held", "hidden", "deleted")

#: When a poll's numbers are shown: to whoever has voted, or to everybody at the end.
POLL_RESULTS = ("after_vote", "at_end")


class Board(Base):
    __tablename__ = "boards"
    __table_args__ = (CheckConstraint(f"kind IN {BOARD_KINDS}", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Its address: lower-case letters, digits and hyphens.
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    #: What happens here; decides who may do what (policy.py).
    kind: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(80))
    #: The English title and description, where there are some.
    title_en: Mapped[str] = mapped_column(String(80), default="")
    #: One or two sentences: what the place is for.
    description: Mapped[str] = mapped_column(String(400), default="")
    description_en: Mapped[str] = mapped_column(String(400), default="")
    #: Who may read it (core/audience.py).
    audience: Mapped[str] = mapped_column(String(30), default=PUBLIC)
    #: Narrows who may start topics: empty for the rule of its kind, or `staff`.
    start: Mapped[str] = mapped_column(String(10), default="")
    #: Whether posts may be anonymous here; news never allows it.
    anonymous_allowed: Mapped[bool] = mapped_column(default=True)
    #: Its place in the lounge, from the top.
    position: Mapped[int] = mapped_column(default=0)
    #: Read only, and no longer in the lounge.
    archived: Mapped[bool] = mapped_column(default=False)
    #: Published topics.
    topic_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class Topic(Base):
    __tablename__ = "topics"
    __table_args__ = (
        CheckConstraint(f"state IN {TOPIC_STATES}", "state"),
        CheckConstraint(f"visibility IN {VISIBILITIES}", "visibility"),
        # The board page in its order, the lounge's newest of each board, home's newest of all.
        Index("ix_topics_board_id_pinned_last_post_at_id", "board_id", "pinned", "last_post_at", "id"),
        Index("ix_topics_board_id_state_last_post_at_id", "board_id", "state", "last_post_at", "id"),
        Index("ix_topics_board_id_last_post_at_id", "board_id", "last_post_at", "id"),
        Index("ix_topics_last_post_at_id", "last_post_at", "id"),
        Index("ix_topics_state_last_post_at", "state", "last_post_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("boards.id"))
    #: Its board's audience, or `staff` while it is held or hidden.
    audience: Mapped[str] = mapped_column(String(30))
    title: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(12), default="open")
    visibility: Mapped[str] = mapped_column(String(10), default="published")
    #: The secretariat's reason for locking it; everybody who reads the topic is shown it.
    state_reason: Mapped[str] = mapped_column(String(1000), default="")
    #: Why it is hidden; shown to the secretariat. Its writer is told by a notice.
    hidden_reason: Mapped[str] = mapped_column(String(1000), default="")
    pinned: Mapped[bool] = mapped_column(default=False)
    #: Nobody but the secretariat can reply any more.
    locked: Mapped[bool] = mapped_column(default=False)
    #: The answer that solved it. No foreign key, as with last_post_id: both are kept by the writes.
    accepted_post_id: Mapped[int | None]
    #: The board it was moved from.
    moved_from_id: Mapped[int | None] = mapped_column(ForeignKey("boards.id", ondelete="SET NULL"))
    #: A meeting's outcome, written by the secretariat; it stands on top.
    outcome: Mapped[str] = mapped_column(Text, default="")
    outcome_html: Mapped[str] = mapped_column(Text, default="")
    #: On which day, in Japan, the outcome is looked at again; and when the secretariat was told that it has come.
    outcome_review_on: Mapped[date | None]
    review_told_at: Mapped[datetime | None]
    #: A meeting's period: the first moment of its first day, and the first moment after its last.
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    #: Whether a poll belongs to it: pages ask for one only where there is one.
    has_poll: Mapped[bool] = mapped_column(default=False)
    #: Published posts, the first one included.
    post_count: Mapped[int] = mapped_column(default=0)
    #: The highest number given; numbers have no gap.
    last_number: Mapped[int] = mapped_column(default=0)
    #: The newest published post.
    last_post_id: Mapped[int | None]
    last_post_at: Mapped[datetime]
    #: People who have opened it.
    reader_count: Mapped[int] = mapped_column(default=0)
    #: When a question without an answer was put before experts and the secretariat, and when the latter was reminded.
    raised_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Poll(Base):
    """A question to everybody in a meeting."""

    __tablename__ = "polls"
    __table_args__ = (CheckConstraint(f"results IN {POLL_RESULTS}", "results"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"), unique=True)
    question: Mapped[str] = mapped_column(String(200))
    #: Whether several choices can be ticked.
    multiple: Mapped[bool] = mapped_column(default=False)
    #: Who sees the numbers: whoever has voted, or everybody once the meeting is over.
    results: Mapped[str] = mapped_column(String(10), default="after_vote")


class PollChoice(Base):
    __tablename__ = "poll_choices"
    __table_args__ = (Index("ix_poll_choices_poll_id_place", "poll_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("polls.id", ondelete="CASCADE"))
    #: Its place in the list; rising, gaps may stand.
    place: Mapped[int]
    text: Mapped[str] = mapped_column(String(100))


class PollVote(Base):
    """Who ticked what. Read by polls.py alone, which gives numbers, and to each person their own ticks."""

    __tablename__ = "poll_votes"

    poll_id: Mapped[int] = mapped_column(ForeignKey("polls.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    choice_id: Mapped[int] = mapped_column(
        ForeignKey("poll_choices.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class QuestionCall(Base):
    """A question without an answer that is shown on the home of somebody who may know: by theme or by a like town."""

    __tablename__ = "question_calls"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True, index=True)


class TopicTheme(Base):
    __tablename__ = "topic_themes"
    __table_args__ = (Index("ix_topic_themes_theme_topic_id", "theme", "topic_id"),)

    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True)
    #: Key of the option list `theme`.
    theme: Mapped[str] = mapped_column(String(20), primary_key=True)


class Post(Base):
    __tablename__ = "posts"
    __table_args__ = (
        CheckConstraint(f"state IN {VISIBILITIES}", "state"),
        Index("ix_posts_topic_id_path", "topic_id", "path"),
        Index("ix_posts_topic_id_number", "topic_id", "number", unique=True),
        Index("ix_posts_author_id_created_at", "author_id", "created_at"),
        Index("ix_posts_state_created_at", "state", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"))
    #: 1 for the opening post; given at publication, so that held posts leave no gap.
    number: Mapped[int | None]
    #: The post answered; NULL for an answer to the topic.
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id", ondelete="SET NULL"), index=True)
    #: The parent's path and the own number in 4 characters of base 36; ordering by it gives the thread.
    path: Mapped[str | None] = mapped_column(String(80).with_variant(String(80, collation="C"), "postgresql"))
    #: NULL for an anonymous post.
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    #: The name an anonymous post goes by inside its topic (anonymity.py).
    alias: Mapped[str] = mapped_column(String(20), default="")
    #: What its writer chose to show beside the alias: keys of coordinator_layer and experience_years.
    shown_layer: Mapped[str] = mapped_column(String(20), default="")
    shown_years: Mapped[str] = mapped_column(String(20), default="")
    #: The name of somebody without an account, as they gave it.
    guest_name: Mapped[str] = mapped_column(String(40), default="")
    #: Entered by the secretariat for somebody who told them by telephone, fax or at a meeting.
    by_staff: Mapped[bool] = mapped_column(default=False)
    #: Markdown as typed, and the safe HTML made from it.
    source: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    #: Which version of the renderer made the HTML.
    renderer: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="published")
    #: The secretariat's reason for hiding; shown to the writer.
    state_reason: Mapped[str] = mapped_column(String(1000), default="")
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    #: When its writer deleted it; the text is emptied a week later.
    deleted_at: Mapped[datetime | None]
    #: Hash of the form's key, its person, its body and its files: sending twice makes one post.
    idempotency_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    #: How many files it has; a page asks for files only where there are some.
    file_count: Mapped[int] = mapped_column(default=0)


class Attachment(Base):
    """A file of a post. Who sent it stands nowhere here: the post may be anonymous."""

    __tablename__ = "attachments"
    __table_args__ = (
        Index("ix_attachments_post_id_place", "post_id", "place", unique=True),
        # The address of a file that is gone never becomes another's.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    #: Its place among the post's files, from 1.
    place: Mapped[int]
    #: As it is shown and saved (core/uploads/names.py).
    name: Mapped[str] = mapped_column(String(120))
    #: image, pdf, docx, xlsx, pptx, odt, ods, odp, text or csv.
    kind: Mapped[str] = mapped_column(String(10))
    media_type: Mapped[str] = mapped_column(String(120))
    #: In bytes, as it is kept.
    size: Mapped[int]
    #: Of its small picture; 0 without one.
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    #: The random names in core/files' store, of the file and of its small picture (empty without one).
    stored: Mapped[str] = mapped_column(String(60), unique=True)
    picture: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime]


class PostVersion(Base):
    """A text as it stood before an edit."""

    __tablename__ = "post_versions"

    id: Mapped[int] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    source: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    #: When this text was written, and when it was replaced.
    written_at: Mapped[datetime]
    replaced_at: Mapped[datetime]


class Reaction(Base):
    __tablename__ = "reactions"

    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    #: Key of the option list `reaction`.
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    created_at: Mapped[datetime]


class TopicRead(Base):
    __tablename__ = "topic_reads"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True, index=True)
    #: The lowest unread number not on the page read, less one.
    last_read_number: Mapped[int] = mapped_column(default=0)


class Draft(Base):
    """What somebody has begun to write and not sent; nobody but they can read it, the secretariat neither."""

    __tablename__ = "drafts"
    __table_args__ = (
        Index("ix_drafts_user_id_place", "user_id", "place", unique=True),
        Index("ix_drafts_updated_at", "updated_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    #: What it is for: `board/<id>`, `topic/<id>`, or `topic/<id>/<id of the post answered>` (drafts.Place).
    place: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(400), default="")
    #: As typed, also where it is too long to be sent.
    body: Mapped[str] = mapped_column(Text, default="")
    #: Keys of the option list `theme`, comma between.
    themes: Mapped[str] = mapped_column(String(400), default="")
    #: Whether the box 「匿名で書く」 was ticked.
    anonymous: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime]
    #: When its writer threw it away; a day later it is gone (jobs.py).
    discarded_at: Mapped[datetime | None]


class SentForm(Base):
    """A form that was taken: a draft of it that arrives later is not kept. It says nothing of who sent what."""

    __tablename__ = "sent_forms"

    #: Hash of the person and the form's own key.
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]
