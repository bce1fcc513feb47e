"""Nothing is missed: any part of any text finds exactly the texts in which it stands, on both databases.

The texts are our own, or those of a folder that SCCAFE_TEST_CORPUS names: text files in Japanese.
"""

import os
import random
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import timedelta
from html import escape
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import insert, select

from sccafe.boards.models import Post
from sccafe.core import clock
from sccafe.core.audience import VISITOR
from sccafe.core.database import db, end_reading, writing
from sccafe.search import circles, entries, folding, keeping
from sccafe.search.index import index
from sccafe.search.models import Entry
from sccafe.search.wanted import Spelling, Wanted, Word
from tests import factories

ROOT = Path(__file__).parents[2]
OURS = ("demo/topics/*.yaml", "demo/*.yaml", "demo/library/**/*.yaml", "docs/guide/*.md", "sccafe/data/pages/*.ja.md")
#: Characters of a text, and about how many of ours are taken, from all files alike.
LENGTH, SOME = 300, 320
QUESTIONS, LONGEST = 2000, 12

Texts = dict[int, str]


def corpus() -> list[str]:
    folder = os.environ.get("SCCAFE_TEST_CORPUS")
    if folder:
        files: Iterable[Path] = Path(folder).glob("**/*.txt")
    else:
        files = (path for pattern in OURS for path in ROOT.glob(pattern))
    written = [path.read_text(encoding="utf-8") for path in sorted(set(files))]
    texts = [text[begin : begin + LENGTH] for text in written for begin in range(0, len(text), LENGTH)]
    texts = [text for text in texts if text.strip()]
    return texts if folder else texts[:: max(1, len(texts) // SOME)]


@pytest.fixture
def texts(app: Flask) -> Texts:
    """What is found of each post, by the entry's number: put in as the product does, many at a time."""
    factories.person("みどり")
    topic = factories.topic("みどり", factories.board())
    opening = db.session.execute(select(Post).where(Post.topic_id == topic)).scalar_one()
    same = {"topic_id": topic, "author_id": opening.author_id, "renderer": opening.renderer, "state": "published"}
    end_reading()
    rows = [
        same | {"number": number, "path": f"{number:04}", "source": text, "html": f"<p>{escape(text)}</p>"}
        for number, text in enumerate(corpus(), 2)
    ]
    before = clock.now() - timedelta(days=1)
    with writing() as session:
        session.execute(insert(Post), [row | {"created_at": before + timedelta(seconds=row["number"])} for row in rows])
        keeping.renew(session, "post", session.scalars(select(Post.id)))
    said = {
        draft.ref: f"{draft.title}\n{draft.text}" for draft in entries.posts(session.scalars(select(Post.id)).all())
    }
    found = db.session.execute(select(Entry.id, Entry.ref).where(Entry.kind == "post")).all()
    end_reading()
    assert len(found) == len(rows) + 1 > 250
    return {row.id: said[row.ref] for row in found}


def normal(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def some_parts(chance: random.Random, texts: Sequence[str], number: int) -> list[str]:
    """Pieces of these texts from anywhere in them; what is nothing but blanks is nothing to look for."""
    found: list[str] = []
    while len(found) < number:
        text, length = chance.choice(texts), chance.randint(1, LONGEST)
        begin = chance.randrange(len(text))
        part = text[begin : begin + length]
        if folding.fold(part):
            found.append(part)
    return found


def word(part: str) -> Word:
    return Word((Spelling(folding.fold(part)),))


def asked(*all_of: tuple[Word, ...], none_of: tuple[Word, ...] = ()) -> set[int]:
    wanted = Wanted(all_of, none_of, ((entries.in_group("boards"),),))
    return set(db.session.scalars(index().found(wanted, circles.of_reader(VISITOR))))


def test_any_part_of_any_text_finds_all_the_texts_in_which_it_stands_and_no_others(texts: Texts) -> None:
    folded = {number: folding.fold(text) for number, text in texts.items()}
    normalised = {number: normal(text) for number, text in texts.items()}
    parts = some_parts(random.Random(2026), list(normalised.values()), QUESTIONS)
    assert {len(part) for part in parts} == set(range(1, LONGEST + 1))
    assert any(" " in part.strip() or "\n" in part.strip() for part in parts)
    for part in parts:
        found = asked((word(part),))
        wanted = folding.fold(part)
        assert found == {number for number, text in folded.items() if wanted in text}, part
        missing = {number for number, text in normalised.items() if part.strip() in text} - found
        assert not missing, part
    end_reading()


def test_words_together_one_of_several_and_words_that_must_not_stand(texts: Texts) -> None:
    chance = random.Random(11)
    folded = {number: folding.fold(text) for number, text in texts.items()}
    for _ in range(300):
        text = normal(chance.choice(list(texts.values())))
        first, second = some_parts(chance, [text], 2)
        other, without = some_parts(chance, list(texts.values()), 2)
        found = asked((word(first), word(other)), (word(second),), none_of=(word(without),))
        one, two, three, four = map(folding.fold, (first, other, second, without))
        assert found == {
            number
            for number, text in folded.items()
            if (one in text or two in text) and three in text and four not in text
        }, (first, other, second, without)
    end_reading()
