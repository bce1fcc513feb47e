"""Requests, what is said in them, who answers them, and who looked at them.

What stands under "sealed" is a Fernet token of the request's own key (sealing.py): subject, texts, names, contact and
files. The other columns say where a request stands and never what it is about.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sccafe.core.database import Base, EncryptedText
from sccafe.core.rekeying import UNDER_SITE_KEY
from sccafe.counseling.policy import STATES

NAMINGS = ("anonymous", "nickname", "named")
#: How a request came: by the site's form, or entered at the desk.
WAYS = ("form", "telephone", "fax", "meeting")
CAPACITIES_THAT_WRITE = ("asker", "desk", "expert", "second")
#: Business days to the first response and to the answer, where the desk has said nothing of a category.
FIRST_DAYS, ANSWER_DAYS = 2, 7
HELPED = ("helped", "partly", "not")


class Request(Base):
    """A confidential request for counsel."""

    __tablename__ = "counseling_requests"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", "state"),
        CheckConstraint(f"naming IN {NAMINGS}", "naming"),
        CheckConstraint(f"way IN {WAYS}", "way"),
        Index("ix_counseling_requests_state_id", "state", "id"),
        Index("ix_counseling_requests_asker_id_id", "asker_id", "id"),
        # Notices and mails about a deleted one must not find another under its number.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The random name in its addresses; kept in the list of deleted ones once it is gone.
    ref: Mapped[str] = mapped_column(String(12), unique=True)
    #: Its own key, wrapped by the site's.
    data_key: Mapped[str] = mapped_column(Text, info={UNDER_SITE_KEY: True})
    #: argon2id of the receipt code with the site's salt; None for requests of accounts.
    receipt_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    #: The account that asks; None for whoever has a receipt code.
    asker_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    #: Keyed hash of the e-mail given, by which a lost code is replaced.
    email_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    naming: Mapped[str] = mapped_column(String(10))
    #: Key of counseling_category.
    category: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default="new")
    way: Mapped[str] = mapped_column(String(10), default="form")
    #: Who entered it at the desk.
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    #: Sealed JSON of sealing.Person: name, email, telephone, municipality, employer. None once retention took it.
    person: Mapped[str | None] = mapped_column(Text)
    #: Sealed JSON of sealing.Matter: subject, worries. None once retention took it.
    matter: Mapped[str | None] = mapped_column(Text)
    #: Where it was passed on to: prefecture or ministry.
    passed_to: Mapped[str] = mapped_column(String(10), default="")
    #: Whether the asker could imagine a published answer; the text itself is asked about later.
    publish_consent: Mapped[bool] = mapped_column(default=False)
    #: The language of mails to an asker without an account.
    locale: Mapped[str] = mapped_column(String(5), default="ja")
    #: The number of its latest message.
    last_number: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    #: From when its deadlines count: its sending, or the latest question after an answer.
    asked_at: Mapped[datetime]
    #: The last days (in Japan) for the first response and the answer; None where none is owed, or the clock stands.
    first_due_on: Mapped[date | None] = mapped_column(index=True)
    due_on: Mapped[date | None] = mapped_column(index=True)
    #: When the asker was first asked back, told that it was passed on, or answered; and when they had the first answer.
    first_response_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    #: When it came into its present state.
    state_at: Mapped[datetime]
    #: When retention took name and contact, and the texts.
    contact_removed_at: Mapped[datetime | None]
    text_removed_at: Mapped[datetime | None]
    #: Hash of form key, sender and text: sending twice makes one request.
    once_hash: Mapped[str] = mapped_column(String(64), unique=True)


class Message(Base):
    """One message of the conversation, which the asker reads."""

    __tablename__ = "counseling_messages"
    __table_args__ = (
        UniqueConstraint("request_id", "number"),
        CheckConstraint(f"capacity IN {CAPACITIES_THAT_WRITE}", "capacity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("counseling_requests.id", ondelete="CASCADE"))
    number: Mapped[int]
    #: In which capacity it was written; the asker's have no author.
    capacity: Mapped[str] = mapped_column(String(10))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    #: question, reply, addition, ask_back or answer.
    kind: Mapped[str] = mapped_column(String(10))
    #: Sealed Markdown, and its HTML as rendering.py prepares it; None once retention took them.
    text: Mapped[str | None] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]


class RequestFile(Base):
    """A file of a message: its name and its bytes in the store are sealed."""

    __tablename__ = "counseling_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("counseling_requests.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("counseling_messages.id", ondelete="CASCADE"), index=True)
    #: Sealed.
    name: Mapped[str] = mapped_column(Text)
    #: Of core/uploads: image, pdf, office …; the size is that of the file as it was sent, in bytes.
    kind: Mapped[str] = mapped_column(String(10))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    #: Its name in the store.
    stored: Mapped[str] = mapped_column(String(60), unique=True)
    created_at: Mapped[datetime]


class Note(Base):
    """An internal note of desk and experts; the asker never sees it."""

    __tablename__ = "counseling_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("counseling_requests.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    #: Sealed, and its HTML as of messages.
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]


class AnswerDraft(Base):
    """The answer that is being written: one for each request, shared by desk and experts."""

    __tablename__ = "counseling_answer_drafts"

    request_id: Mapped[int] = mapped_column(ForeignKey("counseling_requests.id", ondelete="CASCADE"), primary_key=True)
    #: Sealed.
    text: Mapped[str] = mapped_column(Text)
    #: How often it was saved: whoever saves says which one they saw.
    saved: Mapped[int] = mapped_column(default=1)
    editor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    #: Whether it waits for the second look.
    handed_in: Mapped[bool] = mapped_column(default=False)
    saved_at: Mapped[datetime]


class OwnDraft(Base):
    """What a signed-in person has typed and not sent: a new request, or a message to one of theirs."""

    __tablename__ = "counseling_own_drafts"
    __table_args__ = (UniqueConstraint("user_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    #: new, or the ref of a request.
    place: Mapped[str] = mapped_column(String(12))
    #: JSON of the form's fields, under the site's own key: a request that is not sent has none.
    fields: Mapped[str] = mapped_column(EncryptedText)
    saved_at: Mapped[datetime] = mapped_column(index=True)


class Assignment(Base):
    """An expert and a request: asked, accepted, or over."""

    __tablename__ = "counseling_assignments"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'accepted', 'over')", "state"),
        Index("ix_counseling_assignments_expert_id_state", "expert_id", "state"),
        Index("ix_counseling_assignments_request_id", "request_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("counseling_requests.id", ondelete="CASCADE"))
    expert_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    #: Whether they were asked in beside the one who answers.
    is_second: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="asked")
    #: How it ended: handed_back, expired, recalled, left; empty while it has not.
    ended: Mapped[str] = mapped_column(String(12), default="")
    asked_at: Mapped[datetime]
    #: The last day (in Japan) for saying yes or no.
    accept_by: Mapped[date] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]


class StepTaken(Base):
    """Every step that a request took; never changed, and gone with the request alone."""

    __tablename__ = "counseling_steps"
    __table_args__ = (Index("ix_counseling_steps_request_id_id", "request_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("counseling_requests.id", ondelete="CASCADE"))
    #: One of policy.ACTIONS.
    action: Mapped[str] = mapped_column(String(12))
    before: Mapped[str] = mapped_column(String(10))
    after: Mapped[str] = mapped_column(String(10))
    #: In which capacity, and who; the asker's have no person.
    capacity: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    #: Sealed: why it was handed back, passed on, sent back …; None where nothing was said or retention took it.
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]


class Look(Base):
    """Somebody looked at a request, found it by search or took it out; written before they see it."""

    __tablename__ = "counseling_views"
    __table_args__ = (
        CheckConstraint("what IN ('read', 'file', 'search', 'export')", "what"),
        Index("ix_counseling_views_request_id_id", "request_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("counseling_requests.id", ondelete="CASCADE"))
    #: None for the asker, and for people whose account is gone.
    viewer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    capacity: Mapped[str] = mapped_column(String(10))
    what: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]


class Opening(Base):
    """Who has a request open at the desk just now, so that two do not do the same."""

    __tablename__ = "counseling_openings"

    request_id: Mapped[int] = mapped_column(ForeignKey("counseling_requests.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    at: Mapped[datetime]


class Rating(Base):
    """Whether an answer helped."""

    __tablename__ = "counseling_ratings"
    __table_args__ = (CheckConstraint(f"helped IN {HELPED}", "helped"),)

    request_id: Mapped[int] = mapped_column(ForeignKey("counseling_requests.id", ondelete="CASCADE"), primary_key=True)
    helped: Mapped[str] = mapped_column(String(10))
    #: Sealed; None where nothing was said or retention took it.
    line: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]


class Publication(Base):
    """An answered request on its way to the library's questions and answers."""

    __tablename__ = "counseling_publications"
    __table_args__ = (
        CheckConstraint("state IN ('editing', 'asked', 'declined', 'published', 'withdrawn')", "state"),
        # A mailed link of one that is gone must not find another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("counseling_requests.id", ondelete="CASCADE"), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="editing")
    #: Sealed JSON: title, question, answer. Emptied (None) once it is declined or withdrawn.
    text: Mapped[str | None] = mapped_column(Text)
    #: How often the text was changed: an agreement is to one text.
    version: Mapped[int] = mapped_column(default=1)
    #: The version that each of them agreed to.
    asker_agreed: Mapped[int | None]
    expert_agreed: Mapped[int | None]
    #: Of the asker's personal link (core/link_tokens.py).
    seed: Mapped[str] = mapped_column(String(32))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey("library_items.id", ondelete="SET NULL"), index=True)
    changed_at: Mapped[datetime]


class Mail(Base):
    """A mail to an asker without an account: what happened. Its text is made when it is sent and gives nothing away."""

    __tablename__ = "counseling_mails"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("counseling_requests.id", ondelete="CASCADE"), index=True)
    #: The action that it tells of, or lost_code, consent, reminder.
    what: Mapped[str] = mapped_column(String(12))
    #: Of the link in it, where it has one.
    seed: Mapped[str] = mapped_column(String(32), default="")
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]


class Reminder(Base):
    """A reminder that was given; each is given once."""

    __tablename__ = "counseling_reminders"

    request_id: Mapped[int] = mapped_column(ForeignKey("counseling_requests.id", ondelete="CASCADE"), primary_key=True)
    #: first_soon, first_late, answer_soon, answer_late, reply_soon; nobody where a rule found no expert.
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    #: Of the deadline it is about; for reply_soon and nobody, of the question.
    due_on: Mapped[date] = mapped_column(primary_key=True)


class Removal(Base):
    """What retention or a deletion removed, and when; it outlives the request and does not name its asker."""

    __tablename__ = "counseling_removals"

    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(12), index=True)
    #: contact, text or request.
    what: Mapped[str] = mapped_column(String(10))
    #: asker, desk or system.
    capacity: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]


class CategoryRule(Base):
    """How the desk treats the requests of one category."""

    __tablename__ = "counseling_category_rules"

    #: Key of counseling_category.
    category: Mapped[str] = mapped_column(String(20), primary_key=True)
    #: Whether the best proposal is asked without waiting for the desk.
    by_itself: Mapped[bool] = mapped_column(default=False)
    #: Whether an answer goes out only after a second look.
    second_look: Mapped[bool] = mapped_column(default=False)
    #: Business days to the first response and to the answer.
    first_days: Mapped[int] = mapped_column(default=FIRST_DAYS)
    answer_days: Mapped[int] = mapped_column(default=ANSWER_DAYS)


class TextBlock(Base):
    """A passage that desk and experts put into their answers; {name} and the like are filled in."""

    __tablename__ = "counseling_text_blocks"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    #: Markdown; it holds nothing of any request.
    source: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]


class DaysOff(Base):
    """Days on which an expert does not answer (dates in Japan, both included)."""

    __tablename__ = "counseling_days_off"
    __table_args__ = (Index("ix_counseling_days_off_expert_id_last", "expert_id", "last"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    expert_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    first: Mapped[date]
    last: Mapped[date]
