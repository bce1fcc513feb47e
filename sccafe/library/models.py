"""Items of the library, their versions and files, and what people do with them.

An item's row holds what lists show of its published version; the texts stand in its versions. An item that is not on
the shelf has the audience `staff`; its own people see it through queries of their own.
"""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, and_
from sqlalchemy.orm import Mapped, mapped_column

from sccafe.core.audience import PUBLIC, STAFF
from sccafe.core.database import Base

KINDS = ("case", "material", "video", "tool", "qa")
#: Of a version, on its way to the shelf (policy.py has the steps); `replaced` is one that stood there once.
STATES = ("draft", "submitted", "review", "returned", "published", "replaced")
#: How a 試してみた went.
OUTCOMES = ("well", "partly", "not")
#: Of a bundle on its way: an import is looked at (checking), then faulty or ready, and on the secretariat's word taken
#: in (writing); an export begins with writing. `failed` is what could not be finished for a reason of the machine's.
TRANSFER_STATES = ("checking", "faulty", "ready", "writing", "done", "failed")


class Item(Base):
    __tablename__ = "library_items"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", "kind"),
        Index("ix_library_items_revision", "revision"),
        Index("ix_library_items_published_at", "published_at"),
        Index("ix_library_items_due_on", "due_on"),
        Index("ix_library_items_owner_id", "owner_id"),
        # The address of an item that is gone never becomes another's.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Who may read it now: `shown_to` while it is on the shelf, else `staff`.
    audience: Mapped[str] = mapped_column(String(30), default=STAFF)
    shown_to: Mapped[str] = mapped_column(String(30), default=PUBLIC)
    #: As published, or as handed in while it never was: what lists show.
    kind: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(String(200), default="")
    #: Key of the option list `library_collection`: the shelf it stands on.
    collection: Mapped[str] = mapped_column(String(20), default="")
    #: Codes as in the list of municipalities, and a key of `population_band`.
    prefecture: Mapped[str] = mapped_column(String(2), default="")
    municipality: Mapped[str] = mapped_column(String(6), default="")
    population: Mapped[str] = mapped_column(String(20), default="")
    #: All it can be found by, `facet:value` with spaces between (shelf.py); empty while it is not on the shelf.
    tags: Mapped[str] = mapped_column(Text, default="")
    #: Rises with every change that lists show, over all items: so each process learns what is new to it.
    revision: Mapped[int] = mapped_column(default=0)
    #: The version on the shelf, and the one being worked on. No foreign keys, as both are kept by the writes.
    published_id: Mapped[int | None]
    open_id: Mapped[int | None]
    #: Highest number of its versions.
    last_number: Mapped[int] = mapped_column(default=0)
    #: Who handed it in; who answers for it now; who does when they leave.
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    #: The day on which its owner last said that it is right, and the day by which it is checked again.
    checked_on: Mapped[date | None]
    due_on: Mapped[date | None]
    #: When the owner was last asked and how often since it was last right; and that somebody has said it needs work,
    #: with their word on what.
    asked_at: Mapped[datetime | None]
    asked_count: Mapped[int] = mapped_column(default=0)
    needs_work: Mapped[bool] = mapped_column(default=False)
    work_note: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    #: First put on the shelf; taken off it.
    published_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    archived_reason: Mapped[str] = mapped_column(String(1000), default="")
    view_count: Mapped[int] = mapped_column(default=0)
    download_count: Mapped[int] = mapped_column(default=0)
    use_count: Mapped[int] = mapped_column(default=0)
    report_count: Mapped[int] = mapped_column(default=0)
    #: Of those, the ones that went well.
    report_well_count: Mapped[int] = mapped_column(default=0)
    #: Where it is talked about, once somebody has begun.
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topics.id", ondelete="SET NULL"), index=True)
    #: Its name in the bundle it was imported from: the same bundle again changes it and makes no second one.
    ref: Mapped[str | None] = mapped_column(String(80), unique=True)
    #: Hash of form key, person and words it was handed in with: sending the same form twice makes one item.
    idempotency_key: Mapped[str | None] = mapped_column(String(64), unique=True)


#: The items that readers find, each for those who may read it.
ON_SHELF: Final = and_(Item.published_id.is_not(None), Item.archived_at.is_(None))


class Version(Base):
    """One state of an item's sheet, files and sources."""

    __tablename__ = "library_versions"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", "state"),
        Index("ix_library_versions_item_id_number", "item_id", "number", unique=True),
        Index("ix_library_versions_state_submitted_at", "state", "submitted_at"),
        Index("ix_library_versions_published_at", "published_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("library_items.id", ondelete="CASCADE"))
    #: From 1, without a gap.
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="draft")
    #: The sheet (sheet.py) as its parts' keys and values; the safe HTML of its texts by the same keys.
    sheet: Mapped[dict[str, Any]] = mapped_column(JSON)
    html: Mapped[dict[str, str]] = mapped_column(JSON)
    #: Which version of the renderer made the HTML.
    renderer: Mapped[int]
    #: How often it was saved: whoever saves what somebody else has saved meanwhile is told.
    saved: Mapped[int] = mapped_column(default=1)
    #: Who began it, who saved it last, who of the secretariat looks at it.
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    editor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    #: What the secretariat wrote when it sent the version back.
    note: Mapped[str] = mapped_column(String(2000), default="")
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]


class Likeness(Base):
    """By what an item is recognised when it comes a second time: its title, and the addresses of its sources."""

    __tablename__ = "library_likenesses"

    item_id: Mapped[int] = mapped_column(ForeignKey("library_items.id", ondelete="CASCADE"), primary_key=True)
    #: Hash of the normalised title or address (likeness.py).
    key: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)


class File(Base):
    """A file of an item. Versions share it: what was published stays with the version it was published in."""

    __tablename__ = "library_files"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("library_items.id", ondelete="CASCADE"), index=True)
    #: As it is shown and saved (core/uploads/names.py).
    name: Mapped[str] = mapped_column(String(120))
    #: image, pdf, docx, xlsx, pptx, odt, ods, odp, text or csv.
    kind: Mapped[str] = mapped_column(String(10))
    media_type: Mapped[str] = mapped_column(String(120))
    #: In bytes, as it is kept.
    size: Mapped[int]
    #: SHA-256 of what was sent, hexadecimal: the same file is not kept twice for one item.
    digest: Mapped[str] = mapped_column(String(64))
    #: Of its small picture; 0 without one.
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    #: The random names in core/files' store, of the file and of its small picture (empty without one).
    stored: Mapped[str] = mapped_column(String(60), unique=True)
    picture: Mapped[str] = mapped_column(String(60), default="")
    #: What a document says, normalised for the search; empty until it was read, and for other kinds.
    text: Mapped[str] = mapped_column(Text, default="")
    #: Of a PDF; 0 until it was read, and for other kinds.
    page_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class VersionFile(Base):
    __tablename__ = "library_version_files"

    version_id: Mapped[int] = mapped_column(ForeignKey("library_versions.id", ondelete="CASCADE"), primary_key=True)
    file_id: Mapped[int] = mapped_column(
        ForeignKey("library_files.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    #: Its place in the list; rising, gaps may stand.
    place: Mapped[int]
    #: What a picture shows, for those who cannot see it; what a file holds.
    description: Mapped[str] = mapped_column(String(200), default="")


class CheckLink(Base):
    """The mailed link on which an owner answers without a sign-in whether an item is still right."""

    __tablename__ = "library_check_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("library_items.id", ondelete="CASCADE"), index=True)
    #: Whom it was mailed to: it opens nothing once another answers for the item.
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    #: 128 random bits, of which the token is made together with the site's key: by itself it opens nothing.
    seed: Mapped[str] = mapped_column(String(32))
    #: SHA-256 of the token in the link.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    #: Once the item was found right or in need of work, by this link or otherwise: a second press does nothing.
    answered_at: Mapped[datetime | None]


class Comment(Base):
    """A word of the secretariat, or of who handed in, beside one part of a sheet under review."""

    __tablename__ = "library_comments"
    __table_args__ = (Index("ix_library_comments_item_id_part", "item_id", "part"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("library_items.id", ondelete="CASCADE"))
    #: The version it was written on: it stands beside the following ones until it is done.
    version_id: Mapped[int] = mapped_column(ForeignKey("library_versions.id", ondelete="CASCADE"), index=True)
    #: Key of the sheet's part.
    part: Mapped[str] = mapped_column(String(20))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    text: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Use(Base):
    """Somebody has pressed 「使った」."""

    __tablename__ = "library_uses"

    item_id: Mapped[int] = mapped_column(ForeignKey("library_items.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)
    created_at: Mapped[datetime]


class Report(Base):
    """試してみた: what became of it elsewhere. One of each person for an item; they can change it."""

    __tablename__ = "library_reports"
    __table_args__ = (
        UniqueConstraint("item_id", "user_id"),
        CheckConstraint(f"outcome IN {OUTCOMES}", "outcome"),
        Index("ix_library_reports_item_id_created_at", "item_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("library_items.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    #: Where it was tried, in words; the month it began, as 2026-05 (may be empty).
    place: Mapped[str] = mapped_column(String(80), default="")
    since: Mapped[str] = mapped_column(String(7), default="")
    #: What was done otherwise than in the item.
    changed: Mapped[str] = mapped_column(String(1000), default="")
    outcome: Mapped[str] = mapped_column(String(6))
    #: How it went, as typed and rendered.
    source: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    #: What it cost, in words.
    cost: Mapped[str] = mapped_column(String(200), default="")
    #: Why the secretariat has taken it off the page; shown to its writer. Empty while it stands.
    hidden_reason: Mapped[str] = mapped_column(String(1000), default="")
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]


class Selection(Base):
    """特集: items that the secretariat has put together."""

    __tablename__ = "library_selections"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    #: Why these: Markdown as typed, and rendered.
    source: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    #: Who may read it; the items in it ask the wall themselves. `staff` while it is being put together.
    audience: Mapped[str] = mapped_column(String(30), default=STAFF)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    #: Of the form that made it: sent twice, it makes one.
    once_key: Mapped[str] = mapped_column(String(64), unique=True)


class SelectionItem(Base):
    __tablename__ = "library_selection_items"

    selection_id: Mapped[int] = mapped_column(ForeignKey("library_selections.id", ondelete="CASCADE"), primary_key=True)
    item_id: Mapped[int] = mapped_column(
        ForeignKey("library_items.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    #: Its place in the list; rising, gaps may stand.
    place: Mapped[int]
    #: A word on why it is here.
    note: Mapped[str] = mapped_column(String(200), default="")


class Transfer(Base):
    """A bundle of items that comes in or goes out by the secretariat's pages."""

    __tablename__ = "library_transfers"
    __table_args__ = (
        CheckConstraint("kind IN ('import', 'export')", "kind"),
        CheckConstraint(f"state IN {TRANSFER_STATES}", "state"),
        Index("ix_library_transfers_created_at", "created_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: import or export.
    kind: Mapped[str] = mapped_column(String(6))
    state: Mapped[str] = mapped_column(String(10))
    #: How many of how many items have been looked at, or written.
    progress: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    #: Of an import: how many items are new, changed and unchanged, and the titles of the first of them.
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: What is wrong with it, and what is worth a look (faults.py), as far as a page can show.
    faults: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    notes: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    #: Of an export: drafts and what was archived as well.
    everything: Mapped[bool] = mapped_column(default=False)
    #: As the file was called by whoever sent it.
    name: Mapped[str] = mapped_column(String(120), default="")
    #: Its name in core/files' store; empty before it is there and after it is gone.
    stored: Mapped[str] = mapped_column(String(60), default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    #: When the last step ended.
    finished_at: Mapped[datetime | None]
