"""Prompts, whom they were sent to, and the answers that only the secretariat reads.

The question itself is the opening post of its topic, and published answers are posts: neither stands here a second
time. Nothing here says which recipient wrote which answer: a recipient is found by one hash of the link's token, an
answer by another, and only the token, which its holder has, makes both.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sccafe.core.database import Base, EncryptedText


class Prompt(Base):
    __tablename__ = "prompts"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The topic it opened; its title and first post are the question.
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"), unique=True)
    #: Answers are taken until this moment, the end of a day in Japan.
    deadline: Mapped[datetime] = mapped_column(index=True)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    #: Recipients it was sent to; those who have opened it (answering.py says what counts); those who have answered.
    #: Kept by the writes, because the recipients are forgotten and the figures stay.
    sent_count: Mapped[int] = mapped_column(default=0)
    opened_count: Mapped[int] = mapped_column(default=0)
    answered_count: Mapped[int] = mapped_column(default=0)


class PromptRecipient(Base):
    """Somebody a prompt was sent to; forgotten some time after its deadline (jobs.py).

    No times stand here: beside those of the posts they would tell who wrote which.
    """

    __tablename__ = "prompt_recipients"
    __table_args__ = (
        UniqueConstraint("prompt_id", "user_id"),
        UniqueConstraint("prompt_id", "address_hash"),
        Index("ix_prompt_recipients_prompt_id_queued", "prompt_id", "queued"),
        # A mail still waiting for a recipient who was forgotten must not find another one under the number.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompts.id", ondelete="CASCADE"))
    #: A member; the mail goes to the address that they have then.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    #: Somebody without an account, and the keyed hash that the address is found by.
    address: Mapped[str | None] = mapped_column(EncryptedText)
    address_hash: Mapped[str | None] = mapped_column(String(64))
    #: 128 random bits, of which the token is made together with the site's key: by itself it opens nothing.
    seed: Mapped[str] = mapped_column(String(32))
    #: SHA-256 of the token in the link.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: Whether the mail has been handed to the outbox.
    queued: Mapped[bool] = mapped_column(default=False)
    opened: Mapped[bool] = mapped_column(default=False)
    answered: Mapped[bool] = mapped_column(default=False)


class PrivateAnswer(Base):
    """An answer that is not published: the secretariat alone reads it."""

    __tablename__ = "prompt_private_answers"
    __table_args__ = (UniqueConstraint("prompt_id", "link"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompts.id", ondelete="CASCADE"))
    #: boards/unsigned.py's hash of the token it came by.
    link: Mapped[str] = mapped_column(String(64))
    #: A name, where the writer gave one, and Markdown as typed. Rendered when it is shown: few pages show it.
    name: Mapped[str] = mapped_column(EncryptedText, default="")
    source: Mapped[str] = mapped_column(EncryptedText)
    written_at: Mapped[datetime]


class RefusedAddress(Base):
    """Somebody without an account who wants no more prompts: the keyed hash of their address, and nothing else."""

    __tablename__ = "prompt_refused_addresses"

    address_hash: Mapped[str] = mapped_column(String(64), primary_key=True)


class EnteredPost(Base):
    """The mailed link on which somebody confirms or withdraws what the secretariat entered for them."""

    __tablename__ = "entered_posts"

    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    #: SHA-256 of the token in the link.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    confirmed_at: Mapped[datetime | None]
