"""What pages show of people: every read selects what its viewer is shown, and no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.orm import aliased

from sccafe.accounts import handles, policy
from sccafe.accounts.models import ExpertProfile, Invitation, User
from sccafe.accounts.words import badge, role_label, state_label
from sccafe.core import clock, taxonomy
from sccafe.core.audience import Viewer
from sccafe.core.database import db
from sccafe.core.formats import Moment, date_text, moment

PEOPLE_ON_A_PAGE = 50
#: Queues and lists longer than this are worked off from their beginning.
MOST_IN_A_LIST = 200


@dataclass(frozen=True)
class Profile:
    """Somebody as one viewer is shown them; what the viewer is not shown is empty."""

    user_id: int
    handle: str
    badge: str
    layer: str
    affiliation: str
    experience: str
    place: str
    population: str
    about: str
    real_name: str = ""
    email: str = ""
    role: str = ""
    state: str = ""
    state_label: str = ""
    state_reason: str = ""
    joined: Moment | None = None


def _profile(found: dict[str, Any], locale: str) -> Profile:
    created_at: datetime | None = found.get("created_at")
    return Profile(
        user_id=found["id"],
        handle=found["handle"],
        badge=badge(found["role"]),
        layer=taxonomy.label("coordinator_layer", found["coordinator_layer"], locale),
        affiliation=taxonomy.label("affiliation", found.get("affiliation", ""), locale),
        experience=taxonomy.label("experience_years", found["experience_years"], locale),
        place=taxonomy.place(found["prefecture"], found.get("municipality", "")),
        population=taxonomy.label("population_band", found.get("population", ""), locale),
        about=found.get("about", ""),
        real_name=found.get("real_name", ""),
        email=found.get("email", ""),
        role=role_label(found["role"]),
        state=found.get("state", ""),
        state_label=state_label(found.get("state", "")),
        state_reason=found.get("state_reason", ""),
        joined=moment(created_at, locale) if created_at else None,
    )


def profile(viewer: Viewer, handle: str, locale: str) -> Profile | None:
    """The profile at this handle, as far as this viewer is shown it; None where there is nothing for them."""
    columns = [getattr(User, name) for name in policy.shown_of_profile(viewer)]
    row = db.session.execute(
        select(User.id, User.state.label("state_now"), *columns).where(User.handle_key == handles.key(handle))
    ).first()
    if row is None or not policy.may_see_profile(viewer, row.state_now):
        return None
    return _profile(dict(row._mapping), locale)


# --- for the secretariat ------------------------------------------------------------------------------


def _whole() -> Select[Any]:
    names = (*policy.SHOWN_TO_ALL, *policy.SHOWN_TO_SIGNED_IN, *policy.SHOWN_TO_STAFF)
    return select(User.id, User.counseling_desk, *(getattr(User, name) for name in names))


@dataclass(frozen=True)
class Person:
    """Somebody as the secretariat sees them."""

    profile: Profile
    role: str
    counseling_desk: bool
    is_expert: bool


def person(user_id: int, locale: str) -> Person | None:
    row = db.session.execute(
        _whole()
        .add_columns(ExpertProfile.active.label("is_expert"))
        .outerjoin(ExpertProfile, ExpertProfile.user_id == User.id)
        .where(User.id == user_id)
    ).first()
    if row is None:
        return None
    return Person(_profile(dict(row._mapping), locale), row.role, row.counseling_desk, bool(row.is_expert))


def awaiting_approval(locale: str) -> list[Profile]:
    """Who waits to be let in, longest first."""
    rows = db.session.execute(
        _whole().where(User.state == "awaiting_approval").order_by(User.created_at, User.id).limit(MOST_IN_A_LIST)
    )
    return [_profile(dict(row._mapping), locale) for row in rows]


@dataclass(frozen=True)
class People:
    """One page of people, newest first; `newer` and `older` lead on, 0 where there is nobody."""

    rows: list[Profile]
    newer: int
    older: int


def people(words: str, state: str, role: str, before: int, after: int, locale: str) -> People:
    """Search by handle, mail address and real name; pages hang on ids, so they do not shift while one reads."""
    statement = _whole().limit(PEOPLE_ON_A_PAGE + 1)
    for word in words.split()[:5]:
        key = handles.key(word)
        statement = statement.where(
            or_(
                User.handle_key.contains(key, autoescape=True),
                User.email_key.contains(word.lower(), autoescape=True),
                User.real_name.contains(word, autoescape=True),
            )
        )
    if state:
        statement = statement.where(User.state == state)
    if role:
        statement = statement.where(User.role == role)
    if after:
        found = db.session.execute(statement.where(User.id > after).order_by(User.id)).all()
        more, found = len(found) > PEOPLE_ON_A_PAGE, found[:PEOPLE_ON_A_PAGE][::-1]
        is_newer, is_older = more, bool(found)
    else:
        if before:
            statement = statement.where(User.id < before)
        found = db.session.execute(statement.order_by(User.id.desc())).all()
        is_older, found = len(found) > PEOPLE_ON_A_PAGE, found[:PEOPLE_ON_A_PAGE]
        is_newer = bool(before and found)
    rows = [_profile(dict(row._mapping), locale) for row in found]
    newer = rows[0].user_id if rows and is_newer else 0
    return People(rows, newer, rows[-1].user_id if rows and is_older else 0)


@dataclass(frozen=True)
class InvitationShown:
    id: int
    role: str
    email: str
    note: str
    made_by: str
    made: Moment
    until: Moment
    accepted_by: str
    is_open: bool
    is_used: bool


def invitations(locale: str) -> list[InvitationShown]:
    """The newest invitations."""
    maker, taker = aliased(User), aliased(User)
    rows = db.session.execute(
        select(
            Invitation.id,
            Invitation.role,
            Invitation.email,
            Invitation.note,
            Invitation.created_at,
            Invitation.expires_at,
            Invitation.used_at,
            maker.handle.label("made_by"),
            taker.handle.label("accepted_by"),
        )
        .join(maker, maker.id == Invitation.created_by)
        .outerjoin(taker, taker.id == Invitation.used_by)
        .order_by(Invitation.id.desc())
        .limit(MOST_IN_A_LIST)
    )
    now = clock.now()
    return [
        InvitationShown(
            id=row.id,
            role=role_label(row.role),
            email=row.email,
            note=row.note,
            made_by=row.made_by,
            made=moment(row.created_at, locale, now),
            until=moment(row.expires_at, locale, now),
            accepted_by=row.accepted_by or "",
            is_open=row.used_at is None and row.expires_at > now,
            is_used=row.used_at is not None,
        )
        for row in rows
    ]


@dataclass(frozen=True)
class ExpertShown:
    user_id: int
    handle: str
    fields: list[str]
    sentence: str
    capacity: int
    away_until: str
    active: bool


def _day(day: date, locale: str) -> str:
    return date_text(datetime.combine(day, time(12), clock.TOKYO), locale)


def experts(locale: str) -> list[ExpertShown]:
    """Everybody who has an expert profile, those at work first."""
    rows: Sequence[Row[Any]] = db.session.execute(
        select(
            ExpertProfile.user_id,
            User.handle,
            ExpertProfile.fields,
            ExpertProfile.sentence,
            ExpertProfile.capacity,
            ExpertProfile.away_until,
            and_(ExpertProfile.active, User.state == "active").label("active"),
        )
        .join(User, User.id == ExpertProfile.user_id)
        .order_by(ExpertProfile.active.desc(), User.handle_key)
        .limit(MOST_IN_A_LIST)
    ).all()
    today = clock.now().astimezone(clock.TOKYO).date()
    return [
        ExpertShown(
            user_id=row.user_id,
            handle=row.handle,
            fields=[taxonomy.label("counseling_category", key, locale) for key in row.fields.split(",") if key],
            sentence=row.sentence,
            capacity=row.capacity,
            away_until=_day(row.away_until, locale) if row.away_until and row.away_until > today else "",
            active=bool(row.active),
        )
        for row in rows
    ]
