"""What is offered while somebody types: titles, themes and people whose names hold what was typed so far."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from sqlalchemy import func, or_, select

from sccafe.core import taxonomy
from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db
from sccafe.core.language import locale
from sccafe.search import entries, folding, matching
from sccafe.search.models import Entry
from sccafe.search.spelling import spellings
from sccafe.search.things import things
from sccafe.search.wanted import Wanted, Word

#: So many together, of which so many themes and people.
MOST, MOST_THEMES, MOST_PEOPLE = 8, 2, 3
#: One character stands almost everywhere; of what is typed so much is looked at.
SHORTEST, LONGEST, MOST_WORDS = 2, 60, 5
#: So many of the newest texts in which it stands are looked at for titles.
LOOKED_AT = 400
#: A title has up to 120 characters, some of which fold to several.
_TITLE = 250

#: What has a name of its own: topics, items, people. A file has one too, and is reached by its item.
_NAMED = (entries.OPENS, *(entries.in_group(group) for group in ("library", "qa", "people")))


@dataclass(frozen=True)
class Suggestion:
    """A title, theme or name, where it leads, and what it is: topic, item, person or theme."""

    kind: str
    text: str
    href: str


def suggestions(viewer: Viewer, typed: str) -> list[Suggestion]:
    """At most MOST, in two statements; none for less than two characters."""
    words = typed[:LONGEST].split()[:MOST_WORDS]
    if len(folding.fold(typed[:LONGEST])) < SHORTEST:
        return []
    wanted = tuple(Word(spellings(word)) for word in words if folding.fold(word))
    themes = _themes(wanted)
    named = _named(viewer, wanted)
    people = [each for each in named if each.kind == "person"][:MOST_PEOPLE]
    titles = [each for each in named if each.kind != "person"]
    return [*themes, *titles[: MOST - len(themes) - len(people)], *people]


def _names_all(name: str, words: tuple[Word, ...]) -> bool:
    folded = folding.fold(name)
    return all(any(spelling.text in folded for spelling in word.spellings) for word in words)


def _themes(words: tuple[Word, ...]) -> list[Suggestion]:
    language = locale()
    labels = [(option.key, option.label(language)) for option in taxonomy.options("theme")]
    return [
        Suggestion("theme", label, "/search?" + urlencode({"theme": key}))
        for key, label in labels
        if _names_all(label, words)
    ][:MOST_THEMES]


def _named(viewer: Viewer, words: tuple[Word, ...]) -> list[Suggestion]:
    """Those with all words in their names; the newest first."""
    wanted = Wanted(tuple((word,) for word in words), marks=(_NAMED,))
    head = func.substr(Entry.folded, 1, _TITLE)
    rows = db.session.execute(
        select(Entry.kind, Entry.ref, Entry.title)
        .where(
            Entry.id.in_(matching.found(viewer, wanted, LOOKED_AT)),
            Entry.kind != "file",
            readable(Entry.audience, viewer),
            # What only the text says need not be brought here: what is left is looked at below.
            *(or_(*(head.contains(each.text, autoescape=True) for each in word.spellings)) for word in words),
        )
        .order_by(Entry.id)
    ).all()
    named = [row for row in rows if _names_all(row.title, words)][: 2 * MOST]
    there = things(viewer, [(row.kind, row.ref) for row in named])
    found: dict[str, Suggestion] = {}
    for row in named:
        thing = there.get((row.kind, row.ref))
        if thing is None:
            continue
        if row.kind == "post":
            each = Suggestion("topic", thing.title, f"/topics/{thing.topic_id}")
        elif row.kind == "item":
            each = Suggestion("item", thing.title, f"/library/{thing.item_id}")
        else:
            each = Suggestion("person", thing.handle, f"/members/{quote(thing.handle, safe='')}")
        found.setdefault(each.href, each)
    return list(found.values())
