"""What is offered while somebody types: titles, themes and people whose names hold what was typed so far."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from sqlalchemy import func, select

from sccafe.core import taxonomy
from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db
from sccafe.core.language import locale
from sccafe.search import entries, folding, matching
from sccafe.search.models import Entry
from sccafe.search.things import things
from sccafe.search.wanted import Spelling, Wanted, Word

#: So many together, of which so many themes and people.
MOST, MOST_THEMES, MOST_PEOPLE = 8, 2, 3
#: One character stands almost everywhere; of what is typed so much is looked at.
SHORTEST, LONGEST = 2, 60
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
    words = tuple(dict.fromkeys(filter(None, map(folding.fold, typed[:LONGEST].split()))))
    if sum(map(len, words)) < SHORTEST:
        return []
    themes = _themes(words)
    named = _named(viewer, words)
    people = [each for each in named if each.kind == "person"][:MOST_PEOPLE]
    titles = [each for each in named if each.kind != "person"]
    return [*themes, *titles[: MOST - len(themes) - len(people)], *people]


def _themes(words: tuple[str, ...]) -> list[Suggestion]:
    language = locale()
    labels = [(option.key, option.label(language)) for option in taxonomy.options("theme")]
    return [
        Suggestion("theme", label, "/search?" + urlencode({"theme": key}))
        for key, label in labels
        if all(word in folding.fold(label) for word in words)
    ][:MOST_THEMES]


def _named(viewer: Viewer, words: tuple[str, ...]) -> list[Suggestion]:
    """Those with all words in their names; the newest first."""
    wanted = Wanted(tuple((Word((Spelling(word),)),) for word in words), marks=(_NAMED,))
    head = func.substr(Entry.folded, 1, _TITLE)
    rows = db.session.execute(
        select(Entry.kind, Entry.ref, Entry.title)
        .where(
            Entry.id.in_(matching.found(viewer, wanted).limit(LOOKED_AT)),
            Entry.kind != "file",
            readable(Entry.audience, viewer),
            # The texts behind the titles are not brought here: what is left is looked at below.
            *(head.contains(word, autoescape=True) for word in words),
        )
        .order_by(Entry.id.desc())
    ).all()
    named = [row for row in rows if all(word in folding.fold(row.title) for word in words)][: 2 * MOST]
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
