"""What is there already for somebody who is typing a question: similar topics, cases, answered counseling.

Features that know such things register a source with `offers`; each answers through the wall for this viewer. What was
typed goes nowhere else and is not kept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from sccafe.boards.models import Topic, TopicTheme
from sccafe.boards.suggesting import themes_for
from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db

#: So many of all sources together; shorter texts say too little, and of longer ones the beginning is looked at.
MOST, SHORTEST, LONGEST = 5, 8, 2000


@dataclass(frozen=True)
class Similar:
    """Something worth reading first: where it is, its title, and its kind: question, case, material, counseling."""

    href: str
    title: str
    kind: str


Source = Callable[[Viewer, str, int], Sequence[Similar]]
_sources: list[Source] = []


def offers(source: Source) -> Source:
    """Let this function be asked: it is given the viewer, the text as far as it is typed, and how many are wanted."""
    _sources.append(source)
    return source


def offers_first(source: Source) -> Source:
    """Let this function be asked before all others, which fill up what it leaves."""
    _sources.insert(0, source)
    return source


def similar_to(viewer: Viewer, text: str) -> list[Similar]:
    """At most MOST things of all sources, each once, those of one source in its order."""
    text = text.strip()[:LONGEST]
    if len(text) < SHORTEST:
        return []
    found: dict[str, Similar] = {}
    for source in _sources:
        # As many as there is room for may all be known already.
        for each in source(viewer, text, MOST):
            found.setdefault(each.href, each)
        if len(found) >= MOST:
            break
    return list(found.values())[:MOST]


@offers
def answered_questions(viewer: Viewer, text: str, most: int) -> list[Similar]:
    """Questions on the themes that the text speaks of, with answers: most themes in common first, then the newest."""
    themes = themes_for(text)
    if not themes:
        return []
    common = (
        select(TopicTheme.topic_id, func.count().label("themes"))
        .where(TopicTheme.theme.in_(themes))
        .group_by(TopicTheme.topic_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Topic.id, Topic.title)
        .join(common, common.c.topic_id == Topic.id)
        .where(Topic.state.in_(("answered", "solved")), readable(Topic.audience, viewer))
        .order_by(common.c.themes.desc(), Topic.last_post_at.desc())
        .limit(most)
    )
    return [Similar(f"/topics/{row.id}", row.title, "question") for row in rows]
