"""The poll of a meeting. Who ticked what is read in this file alone, and in two ways only: as numbers of a choice, and
as the reader's own ticks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from sccafe.accounts.models import User
from sccafe.boards import policy
from sccafe.boards.models import Poll, PollChoice, PollVote, Topic
from sccafe.boards.threads import MayNot, NotThere, topic_for_writing
from sccafe.core import clock, text_rules
from sccafe.core.audience import Viewer, readable, reader
from sccafe.core.database import run, writing

QUESTION_LENGTH, CHOICE_LENGTH = 200, 100
FEWEST, MOST = 2, 10


class PollRefused(ValueError):
    """A poll cannot be like this; `why` is no_question, few, many, twice, long_question, long_choice, voted or single.

    voted: a choice that somebody ticked would go, `about` is its text. single: somebody may have ticked several.
    """

    def __init__(self, why: str, about: str = "") -> None:
        super().__init__(why)
        self.why, self.about = why, about


class NothingChosen(ValueError):
    """A vote without a choice, or with several where one is asked for."""


@dataclass(frozen=True)
class PollWanted:
    """A poll as the secretariat wants it; no question and no choices mean none."""

    question: str = ""
    #: New ones, in their order.
    choices: tuple[str, ...] = ()
    multiple: bool = False
    results: str = "after_vote"
    #: Choices that stand already, by id, as they shall read; an empty text takes one away, those not named stay.
    reworded: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    id: int
    text: str
    votes: int
    #: Whether the reader ticked it.
    mine: bool


@dataclass(frozen=True)
class PollRead:
    """A poll with its numbers; whether they may be shown is policy.may_see_results."""

    id: int
    question: str
    multiple: bool
    results: str
    #: How many people have voted.
    voters: int
    choices: tuple[Choice, ...]

    @property
    def voted(self) -> bool:
        return any(choice.mine for choice in self.choices)


# --- to read ----------------------------------------------------------------------------------------


@cache
def _poll() -> Select[Any]:
    of_choice = PollVote.choice_id == PollChoice.id
    votes = select(func.count()).select_from(PollVote).where(of_choice).correlate(PollChoice).scalar_subquery()
    mine = select(PollVote.choice_id).where(of_choice, PollVote.user_id == bindparam("reader_id")).correlate(PollChoice)
    voters = (
        select(func.count(PollVote.user_id.distinct()))
        .where(PollVote.poll_id == Poll.id)
        .correlate(Poll)
        .scalar_subquery()
    )
    return (
        select(
            Poll.id,
            Poll.question,
            Poll.multiple,
            Poll.results,
            voters.label("voters"),
            PollChoice.id.label("choice_id"),
            PollChoice.text,
            votes.label("votes"),
            mine.exists().label("mine"),
        )
        .join(Topic, Topic.id == Poll.topic_id)
        .join(PollChoice, PollChoice.poll_id == Poll.id)
        .where(Poll.topic_id == bindparam("topic_id"), readable(Topic.audience))
        .order_by(PollChoice.place)
    )


def poll_of(viewer: Viewer, topic_id: int) -> PollRead | None:
    """The poll of a topic that the viewer may read; one statement."""
    rows = run(_poll(), topic_id=topic_id, **reader(viewer)).all()
    if not rows:
        return None
    choices = tuple(Choice(row.choice_id, row.text, row.votes, bool(row.mine)) for row in rows)
    first = rows[0]
    return PollRead(first.id, first.question, first.multiple, first.results, first.voters, choices)


# --- to make and change, inside `writing` -----------------------------------------------------------


def _clean_question(text: str) -> str:
    text = " ".join(text_rules.normalise(text).split())
    if len(text) > QUESTION_LENGTH:
        raise PollRefused("long_question")
    return text


def _clean_choice(text: str) -> str:
    text = " ".join(text_rules.normalise(text).split())
    if len(text) > CHOICE_LENGTH:
        raise PollRefused("long_choice")
    return text


def put(session: Session, topic_id: int, wanted: PollWanted) -> None:
    """Let the topic's poll be as it is wanted. Raises PollRefused, above all where somebody's vote would be lost."""
    poll = session.execute(select(Poll).where(Poll.topic_id == topic_id)).scalar_one_or_none()
    rows = () if poll is None else _choices_with_votes(session, poll.id)
    kept = {row.id: _clean_choice(wanted.reworded.get(row.id, row.text)) for row in rows}
    added = [text for text in (_clean_choice(line) for line in wanted.choices) if text]
    for row in rows:
        if row.votes and not kept[row.id]:
            raise PollRefused("voted", row.text)
    texts = [*filter(None, kept.values()), *added]
    question = _clean_question(wanted.question)
    if not question and not texts:
        session.execute(delete(Poll).where(Poll.topic_id == topic_id))
    else:
        _check(question, texts)
        if poll is None:
            poll = Poll(topic_id=topic_id, question=question)
            session.add(poll)
        elif poll.multiple and not wanted.multiple and any(row.votes for row in rows):
            raise PollRefused("single")
        poll.question, poll.multiple, poll.results = question, wanted.multiple, wanted.results
        session.flush()
        _put_choices(session, poll.id, kept, added, max((row.place for row in rows), default=0))
    session.execute(update(Topic).where(Topic.id == topic_id).values(has_poll=bool(texts)))


def _choices_with_votes(session: Session, poll_id: int) -> Sequence[Any]:
    votes = (
        select(func.count())
        .select_from(PollVote)
        .where(PollVote.choice_id == PollChoice.id)
        .correlate(PollChoice)
        .scalar_subquery()
    )
    return session.execute(
        select(PollChoice.id, PollChoice.text, PollChoice.place, votes.label("votes"))
        .where(PollChoice.poll_id == poll_id)
        .order_by(PollChoice.place)
    ).all()


def _check(question: str, texts: Sequence[str]) -> None:
    if not question:
        raise PollRefused("no_question")
    if len(texts) < FEWEST:
        raise PollRefused("few")
    if len(texts) > MOST:
        raise PollRefused("many")
    if len(set(texts)) < len(texts):
        raise PollRefused("twice")


def _put_choices(session: Session, poll_id: int, kept: Mapping[int, str], added: Sequence[str], last: int) -> None:
    for number, text in kept.items():
        if text:
            session.execute(update(PollChoice).where(PollChoice.id == number).values(text=text))
        else:
            session.execute(delete(PollChoice).where(PollChoice.id == number))
    session.add_all(PollChoice(poll_id=poll_id, place=last + i, text=text) for i, text in enumerate(added, 1))
    session.flush()


# --- to vote ----------------------------------------------------------------------------------------


def vote(viewer: Viewer, topic_id: int, choice_ids: Sequence[int]) -> bool:
    """Tick these choices instead of what this person had ticked; says whether they had voted before.

    Raises NotThere, MayNot, NothingChosen.
    """
    with writing() as session:
        topic = topic_for_writing(session, viewer, topic_id)
        poll = session.execute(select(Poll.id, Poll.multiple).where(Poll.topic_id == topic_id)).first()
        if poll is None or topic.kind != "meeting":
            raise NotThere
        why = policy.why_not_vote(
            viewer,
            topic.kind,
            archived=topic.archived or topic.visibility == "deleted",
            locked=topic.locked,
            opens_at=topic.opens_at,
            closes_at=topic.closes_at,
            now=clock.now(),
        )
        if why or session.scalar(select(User.state).where(User.id == viewer.user_id)) != "active":
            raise MayNot(why or "sign_in")
        there = set(session.scalars(select(PollChoice.id).where(PollChoice.poll_id == poll.id)))
        chosen = dict.fromkeys(number for number in choice_ids if number in there)
        if not chosen or (len(chosen) > 1 and not poll.multiple):
            raise NothingChosen
        own = (PollVote.poll_id == poll.id, PollVote.user_id == viewer.user_id)
        before = set(session.scalars(select(PollVote.choice_id).where(*own)))
        if before != set(chosen):
            session.execute(delete(PollVote).where(*own))
            session.add_all(PollVote(poll_id=poll.id, user_id=viewer.user_id, choice_id=number) for number in chosen)
        return bool(before)
