"""People and what lets them in."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from sccafe.core.audience import ROLES
from sccafe.core.database import Base

USER_STATES = ("unconfirmed", "awaiting_approval", "active", "suspended")


class User(Base):
    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(f"role IN {ROLES}", "role"),
        CheckConstraint(f"state IN {USER_STATES}", "state"),
        Index("ix_users_state_created_at", "state", "created_at"),
        # The record and mailed addresses outlive an account: its number is given to nobody else.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The name shown, and the profile's address; as its owner writes it.
    handle: Mapped[str] = mapped_column(String(40))
    #: The handle in NFKC and lower case: what must be unique.
    handle_key: Mapped[str] = mapped_column(String(80), unique=True)
    #: As typed. Not unique: an office mailbox may serve several people.
    email: Mapped[str] = mapped_column(String(254))
    #: The address in lower case, to find it by.
    email_key: Mapped[str] = mapped_column(String(254), index=True)
    #: argon2id.
    password_hash: Mapped[str] = mapped_column(String(200))
    #: member, expert, industry, secretariat or admin.
    role: Mapped[str] = mapped_column(String(12), default="member")
    #: unconfirmed until the address is; awaiting_approval where the site asks for it; then active or suspended.
    state: Mapped[str] = mapped_column(String(20), default="unconfirmed")
    #: Why the account is suspended or was refused; shown to its owner.
    state_reason: Mapped[str] = mapped_column(String(1000), default="")
    #: ja or en; empty follows the browser's choice on this site.
    locale: Mapped[str] = mapped_column(String(5), default="")
    #: Seen by the secretariat only.
    real_name: Mapped[str] = mapped_column(String(80), default="")
    #: Keys of the option list of the same name.
    coordinator_layer: Mapped[str] = mapped_column(String(20), default="")
    affiliation: Mapped[str] = mapped_column(String(20), default="")
    experience_years: Mapped[str] = mapped_column(String(20), default="")
    #: Two digits, and six digits of 全国地方公共団体コード.
    prefecture: Mapped[str] = mapped_column(String(2), default="")
    municipality: Mapped[str] = mapped_column(String(6), default="")
    #: Key of population_band; chosen by its owner, as the list of municipalities holds no population.
    population: Mapped[str] = mapped_column(String(20), default="")
    #: A few sentences of their own, shown on the profile.
    about: Mapped[str] = mapped_column(String(1000), default="")
    #: Whether this staff member belongs to the counseling desk.
    counseling_desk: Mapped[bool] = mapped_column(default=False)
    #: Whether a post of theirs has been published: a new account's first one may be held.
    has_posted: Mapped[bool] = mapped_column(default=False)
    #: Kept by the notices' writes, so that the header needs no statement of its own.
    unread_notices: Mapped[int] = mapped_column(default=0)
    #: One of the fictional people of the demo.
    demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class UserSession(Base):
    __tablename__ = "user_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    #: SHA-256 of the token in the cookie.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: The browser as it names itself, so that its owner recognises it.
    agent: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    #: To the day only: it must not tell when somebody wrote something.
    last_seen_on: Mapped[date]
    expires_at: Mapped[datetime]


class Confirmation(Base):
    """One mailed proof: a link and a short code for the same thing."""

    __tablename__ = "confirmations"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    #: sign_up, email or password.
    purpose: Mapped[str] = mapped_column(String(10))
    #: SHA-256 of the token in the link.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: Keyed hash of the code that can be typed instead.
    code_hash: Mapped[str] = mapped_column(String(64), default="")
    #: The new address, where one is to be confirmed.
    new_email: Mapped[str] = mapped_column(String(254), default="")
    #: Wrong codes typed for this confirmation.
    wrong_codes: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class FormerHandle(Base):
    """A handle given up: it leads to its owner and is given to nobody else until `until`."""

    __tablename__ = "former_handles"

    handle_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    until: Mapped[datetime]


class Invitation(Base):
    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 of the token in the link.
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: Whom it was mailed to; empty for a link handed out otherwise.
    email: Mapped[str] = mapped_column(String(254), default="")
    #: The role of whoever accepts it.
    role: Mapped[str] = mapped_column(String(12), default="member")
    #: For the secretariat: whom it is meant for.
    note: Mapped[str] = mapped_column(String(200), default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    used_at: Mapped[datetime | None]


class ExpertProfile(Base):
    """Someone who answers counseling requests; any member, expert or staff member may have one."""

    __tablename__ = "expert_profiles"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    #: Keys of counseling_category, comma between.
    fields: Mapped[str] = mapped_column(String(200), default="")
    #: A sentence of their own, shown to those who ask.
    sentence: Mapped[str] = mapped_column(String(200), default="")
    #: The name of the employer, and not its kind: for conflicts of interest, seen by the secretariat only.
    employer: Mapped[str] = mapped_column(String(80), default="")
    #: The small picture's name in the store; empty shows a drawing.
    picture: Mapped[str] = mapped_column(String(60), default="")
    #: How many requests at a time.
    capacity: Mapped[int] = mapped_column(default=3)
    #: Not to be asked before this day (a date in Japan).
    away_until: Mapped[date | None]
    #: Whether they are shown and asked at present.
    active: Mapped[bool] = mapped_column(default=True)
    #: Inner notes of the secretariat.
    note: Mapped[str] = mapped_column(Text, default="")
