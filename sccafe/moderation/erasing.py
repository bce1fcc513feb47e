"""「完全に消す」 for a name: from posts by way of boards/erasing.py, and from every other text that people have typed.

Whatever holds free text is named here by `holds_text`; a test walks all columns of all tables and asks for each new one
whether people type into it. Texts that programs make from these (feeds) follow by their own events, and mails about
posts are made when they are sent.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, Text, cast, func, inspect, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from sccafe.accounts.models import ExpertProfile, Invitation, User
from sccafe.boards import erasing as boards_erasing
from sccafe.boards.erasing import REMOVED, Found, pattern_of
from sccafe.boards.measures import ReasonMissing
from sccafe.boards.models import Attachment, Board, Draft, Poll, PollChoice, Post, PostVersion, Topic
from sccafe.boards.threads import MayNot
from sccafe.bookmarks.models import Bookmark
from sccafe.core import text_rules
from sccafe.core.audience import Viewer
from sccafe.core.database import db, end_reading, forget_old_pages, writing
from sccafe.core.jobs import enqueue, job
from sccafe.core.mail import OutboxMail
from sccafe.moderation import audit, policy
from sccafe.moderation.models import AuditReason, IdentityRelease, Report
from sccafe.prompts.models import PrivateAnswer

_STREAMED = {"yield_per": 500}
#: The job that follows every erasure.
FINISH = "erasing.finish"
Clean = Callable[[str], str]


class WordsInReason(ValueError):
    """The reason itself contains the words: it would carry them on into the record."""


@dataclass(frozen=True)
class Place:
    """Columns of one table in which people write, and what the secretariat calls them."""

    label: Any
    columns: tuple[InstrumentedAttribute[Any], ...]
    #: Told the keys of the rows that were changed, inside the transaction.
    then: Callable[[Sequence[tuple[Any, ...]]], None] | None = None
    #: Made by a program of what stands elsewhere: gone through as well, and not named or counted a second time.
    is_made: bool = False
    #: What a text has become where it is kept: the words are looked for as that makes of them.
    as_kept: Callable[[str], str] | None = None

    @property
    def model(self) -> Any:
        return self.columns[0].class_


_places: list[Place] = []


def holds_text(
    label: Any,
    *columns: InstrumentedAttribute[Any],
    then: Callable[[Sequence[tuple[Any, ...]]], None] | None = None,
    is_made: bool = False,
    as_kept: Callable[[str], str] | None = None,
) -> None:
    """Let 「完全に消す」 go through these columns of one table; `label` is what its page calls them.

    A column of JSON is gone through text by text; its keys stay.
    """
    _places.append(Place(label, columns, then, is_made, as_kept))


def places() -> tuple[Place, ...]:
    return tuple(_places)


holds_text(_l("非表示などの理由（書き込み）"), Post.state_reason)
holds_text(_l("アカウントのない方の名前"), Post.guest_name)
holds_text(
    _l("非表示などの理由（話題）と、話し合いのまとめ"),
    Topic.state_reason,
    Topic.hidden_reason,
    Topic.outcome,
    Topic.outcome_html,
)
holds_text(_l("会議室の問い"), Poll.question)
holds_text(_l("会議室の問いの選択肢"), PollChoice.text)
holds_text(_l("添付ファイルの名前"), Attachment.name)
holds_text(_l("場所の名前と説明"), Board.title, Board.title_en, Board.description, Board.description_en)
holds_text(_l("書きかけの下書き"), Draft.title, Draft.body)
holds_text(_l("しおりのひとこと"), Bookmark.note)
holds_text(_l("プロフィールと、停止などの理由"), User.about, User.state_reason)
holds_text(_l("専門家の紹介と控え"), ExpertProfile.sentence, ExpertProfile.note, ExpertProfile.employer)
holds_text(_l("招待の控え"), Invitation.note)
holds_text(_l("届いた知らせと、その結果"), Report.note, Report.decision)
holds_text(_l("書いた人の開示を求めた理由"), IdentityRelease.reason)
holds_text(_l("事務局だけが読む、よびかけへの答え"), PrivateAnswer.name, PrivateAnswer.source)
holds_text(_l("まだ送っていないメール"), OutboxMail.subject, OutboxMail.body)


def cleaner(words: str) -> Clean:
    """What takes the words out of a text. Raises ValueError for words too short to look for."""
    pattern = pattern_of(words)

    def clean(written: str) -> str:
        written = pattern.sub(REMOVED, written)
        folded = unicodedata.normalize("NFKC", written)
        return pattern.sub(REMOVED, folded) if pattern.search(folded) else written

    return clean


def _cleaner_of(place: Place, words: str) -> Clean:
    """The same for texts as this place keeps them, in which the words can have become one character."""
    if place.as_kept is None:
        return cleaner(words)
    kept = place.as_kept(words)
    return cleaner(kept) if len("".join(kept.split())) > 1 else lambda written: written.replace(kept, REMOVED)


def _without(written: Any, clean: Clean) -> Any:
    """The same with every text in it cleaned, however deep it stands."""
    if isinstance(written, str):
        return clean(written)
    if isinstance(written, dict):
        return {key: _without(value, clean) for key, value in written.items()}
    return [_without(value, clean) for value in written] if isinstance(written, list) else written


def _cleaned(place: Place, row: Sequence[Any], clean: Clean) -> dict[str, Any]:
    """The columns of a row that hold the words, as they will read; one that grows past its length is cut."""
    changed = {}
    for column, written in zip(place.columns, row, strict=True):
        if written and (new := _without(written, clean)) != written:
            changed[column.key] = new[: getattr(column.type, "length", None)] if isinstance(new, str) else new
    return changed


def _as_text(column: InstrumentedAttribute[Any]) -> Any:
    return cast(column, Text) if isinstance(column.type, JSON) else column


def _rows_with(place: Place, clean: Clean) -> list[tuple[Any, ...]]:
    """The keys of a place's rows that hold the words."""
    keys = inspect(place.model).primary_key
    filled = or_(*(func.length(_as_text(column)) > 1 for column in place.columns))
    rows = db.session.execute(select(*keys, *place.columns).where(filled), execution_options=_STREAMED)
    return [tuple(row[: len(keys)]) for row in rows if _cleaned(place, row[len(keys) :], clean)]


@dataclass(frozen=True)
class FoundEverywhere:
    """Where words stand: in posts and titles by id, elsewhere (place's label, number of rows)."""

    posts: Found
    elsewhere: tuple[tuple[str, int], ...]

    @property
    def count(self) -> int:
        return len(self.posts.post_ids) + len(self.posts.topic_ids) + sum(count for _label, count in self.elsewhere)


def find_words(viewer: Viewer, words: str) -> FoundEverywhere:
    """Where the words stand, in texts of every state and audience. Raises MayNot; ValueError for words too short."""
    if not policy.may(viewer, "erase"):
        raise MayNot("role")
    clean = cleaner(words)
    counts = [
        (str(place.label), len(_rows_with(place, _cleaner_of(place, words)))) for place in _places if not place.is_made
    ]
    counts.append((str(_l("記録に残る措置の理由")), len(audit.reasons_with(clean))))
    end_reading()
    return FoundEverywhere(
        boards_erasing.find_words(viewer, words), tuple((label, count) for label, count in counts if count)
    )


def erase_words(viewer: Viewer, words: str, reason: str) -> int:
    """Remove the words for good from wherever they stand, and give the number of places; one transaction.

    Raises MayNot, ReasonMissing, WordsInReason; ValueError for words too short.
    """
    if not policy.may(viewer, "erase"):
        raise MayNot("role")
    clean = cleaner(words)
    reason = checked_reason(clean, reason)
    # Every text is read before the transaction begins, for that takes long; inside, only what was found.
    cleaners = [(place, _cleaner_of(place, words)) for place in _places]
    found_rows = [(place, own, key) for place, own in cleaners for key in _rows_with(place, own)]
    end_reading()
    in_posts = boards_erasing.WordsErasure(viewer, words)
    count = 0
    changed_keys: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    with writing() as session:
        for place, own, key in found_rows:
            this = [column == value for column, value in zip(inspect(place.model).primary_key, key, strict=True)]
            row = session.execute(select(*place.columns).where(*this)).first()
            changed = _cleaned(place, row, own) if row else {}
            if changed:
                session.execute(
                    update(place.model).where(*this).values(**changed).execution_options(synchronize_session=False)
                )
                count += not place.is_made
                changed_keys[id(place)].append(key)
        for place in _places:
            if place.then is not None and id(place) in changed_keys:
                place.then(changed_keys[id(place)])
        if count or audit.reasons_with(clean):
            count += audit.erase_from_reasons(clean, viewer.user_id, reason, count)
        count += in_posts.carry_out(session, reason)
        enqueue(FINISH)
    return count


def checked_reason(clean: Clean, reason: str) -> str:
    """The reason as it is kept; raises ReasonMissing, and WordsInReason where it holds what is to be erased."""
    reason = text_rules.normalise(reason).strip()[:1000]
    if not reason:
        raise ReasonMissing
    if clean(reason) != reason:
        raise WordsInReason
    return reason


@job(FINISH)
def finish() -> None:
    """Let the database's own files forget what was erased; tried again until nobody is reading the old pages."""
    tables = {Post.__tablename__, PostVersion.__tablename__, AuditReason.__tablename__}
    forget_old_pages(tables | {place.model.__tablename__ for place in _places})
