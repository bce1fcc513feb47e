"""What is there already for somebody who is typing a question, by the words that it shares with what they type.

A source of `boards/similar.py`. What was typed is a text and no query: hardly anything holds all its words, and most of
them say little. So each word is asked for by itself, and how much it says is told by how few of the newest texts have
it. Where a word stands in very many texts, its newest ones seldom have the others too: those are asked for by pairs.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from math import log
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, select

from sccafe.boards.models import Post, Topic
from sccafe.boards.similar import Similar, offers_first
from sccafe.core.audience import Viewer, readable, reader
from sccafe.core.database import run
from sccafe.library.models import ON_SHELF, Item
from sccafe.library.offering import similar
from sccafe.search import entries, folding, matching
from sccafe.search.models import Entry
from sccafe.search.spelling import present, spellings
from sccafe.search.wanted import Spelling, Wanted, Word

#: So many words of what was typed, and ways to write each, are looked for.
MOST_WORDS, MOST_SPELLINGS = 8, 8
#: So many of the newest texts tell how frequent words are; so many of the newest texts with a word are looked at.
NEWEST, OF_A_WORD = 500, 150
#: Of the words that say most so many are looked for by pairs; so many of the newest texts with a pair are looked at.
PAIRED, OF_A_PAIR = 3, 50
#: So many of the best are read from their own tables; files, which say a little of everything, are left out there.
LOOKED_AT = 120
#: A word is frequent where a tenth of the texts has it; of a handful of texts nothing can be said.
FREQUENT, HANDFUL = 10, 5
#: A question that waits for an answer helps less than one that has some.
WAITING = 0.5

#: Everything but people, who are no text by which a word's frequency is told.
_ANYTHING = Wanted(marks=(tuple(entries.in_group(group) for group in entries.GROUPS if group != "people"),))

_KANJI = "一-鿿々〆"
#: Words without a dictionary, in a text with its small letters and its kana as they were: 話し合 and other two kanji
#: with one kana between, then what is written in kanji, katakana or letters without a break.
_WORDS = re.compile(
    rf"(?<![{_KANJI}])[{_KANJI}][いきぎしちびみりえけげせねべめれ][{_KANJI}](?![{_KANJI}])"
    rf"|[{_KANJI}]{{2,}}|[ァ-ヺ][ァ-ヺー]+|[a-z][a-z0-9]{{2,}}"
)
_IS_KANJI = re.compile(f"[{_KANJI}]")
#: Ends of words of three kanji, by which a long run with an odd number of them is cut: 高齢者 支援, 移動 販売車.
_ENDS = frozenset("者会員所課士等的性化費金車型層店館園家人数率力体書室日間部班券")
#: What people write in any question.
_ASKING = re.compile(
    "皆様|質問|教示|参考|意見|助言|状況|場合|現在|今回|今後|最近|自分|当方|必要|可能|以上|予定|内容|方法|担当|失礼|恐縮"
    "|the|and|for|are|with|what|how|who|can|could|our|you|your|that|this|there|from|have|has|does|about|any"
)


class _Held(NamedTuple):
    """The words that a text was found to hold, by their places among those that were looked for."""

    by_text: dict[int, set[int]]
    #: How much each word says, and those that very many texts have.
    weights: Sequence[float]
    frequent: frozenset[int]

    def weight(self, held: set[int]) -> float:
        return sum(self.weights[at] for at in held)


@offers_first
def sharing_words(viewer: Viewer, text: str, most: int) -> list[Similar]:
    """Topics and items of the library that share words with the text: the rarer and the more of them, the better."""
    words = words_of(text)
    if not words:
        return []
    held = _held(viewer, words)
    alike = [number for number, shared in held.by_text.items() if len(shared) > 1 or shared - held.frequent]
    best = sorted(alike, key=lambda number: -held.weight(held.by_text[number]))[:LOOKED_AT]
    rows = {row.entry_id: row for row in run(_THINGS, ids=best, **reader(viewer))} if best else {}
    ranked: list[tuple[float, Similar]] = []
    for row in (rows[number] for number in best if number in rows):
        if row.topic_id is not None:
            thing = Similar(f"/topics/{row.topic_id}", row.topic_title, "question")
        elif row.id is not None:
            thing = similar(row)
        else:
            continue
        weight = held.weight(held.by_text[row.entry_id] | _standing_in(thing.title, words))
        ranked.append((weight * WAITING if row.state == "unanswered" else weight, thing))
    ranked.sort(key=lambda each: -each[0])
    # A topic has many posts: the best of them says where it stands.
    return list(dict.fromkeys(thing for _weight, thing in ranked))[:most]


def _standing_in(title: str, words: Sequence[Word]) -> set[int]:
    """An answer is found by what it says itself; its topic's title says what it is about."""
    folded = folding.fold(title)
    runs = folding.runs(title)
    return {
        at
        for at, word in enumerate(words)
        if any(each.text in (runs if each.whole else folded) for each in word.spellings)
    }


# --- words ---------------------------------------------------------------------------------------------------


def words_of(text: str) -> list[Word]:
    """At most MOST_WORDS words of a text with their spellings: those that it repeats first, then from its beginning."""
    folded, plain = folding.with_kana(text)
    found: list[str] = []
    at = 0
    # What can be written in several ways is known to be a word, also where kana stand in it.
    for begin, end in present().known_in(folded, plain):
        found += [*_cut(plain[at:begin]), plain[begin:end]]
        at = end
    found += _cut(plain[at:])
    words: dict[frozenset[Spelling], Word] = {}
    for typed, _times in Counter(found).most_common(MOST_WORDS):
        ways = tuple(_by_itself(each) for each in spellings(typed)[:MOST_SPELLINGS])
        words.setdefault(frozenset(ways), Word(ways))
    return list(words.values())


def _by_itself(spelling: Spelling) -> Spelling:
    """Letters are a word with their neighbours or are none: `art` is not in `start`."""
    is_letters = spelling.text.isascii() and folding.stands_by_itself(spelling.text)
    return replace(spelling, whole=spelling.whole or is_letters)


def _cut(text: str) -> Iterator[str]:
    for found in _WORDS.findall(text):
        yield from (piece for piece in _pieces(found) if not _ASKING.fullmatch(piece))


def _pieces(run_of_kind: str) -> list[str]:
    """Four and more kanji are taken for words of two, and of three where their number is odd."""
    length = len(run_of_kind)
    if length < 4 or not _IS_KANJI.match(run_of_kind):
        return [run_of_kind]
    three = length
    if length % 2:
        three = next((at for at in range(0, length - 2, 2) if run_of_kind[at + 2] in _ENDS), length - 3)
    pieces, at = [], 0
    while at < length:
        end = at + (3 if at == three else 2)
        pieces.append(run_of_kind[at:end])
        at = end
    return pieces


# --- the index -----------------------------------------------------------------------------------------------


def _held(viewer: Viewer, words: Sequence[Word]) -> _Held:
    """What the newest texts with each word hold of the words, in one statement, or two on a large site."""
    asked = [(_ANYTHING, NEWEST), *((Wanted(((word,),)), OF_A_WORD) for word in words)]
    newest, *having = matching.newest_of_each(viewer, asked)
    among_newest = [len(set(newest).intersection(ids)) for ids in having]
    weights = [log(1 + len(newest) / max(1, there)) for there in among_newest]
    bound = max(HANDFUL, len(newest) // FREQUENT)
    by_text: dict[int, set[int]] = {}
    for at, ids in enumerate(having):
        for number in ids:
            by_text.setdefault(number, set()).add(at)
    there = [at for at, ids in enumerate(having) if ids]
    telling = sorted(there, key=lambda at: -weights[at])[:PAIRED]
    cut = {at for at, ids in enumerate(having) if len(ids) >= OF_A_WORD}
    pairs = [pair for pair in combinations(telling, 2) if cut.intersection(pair)]
    both = [(Wanted(tuple((words[at],) for at in pair)), OF_A_PAIR) for pair in pairs]
    for pair, found in zip(pairs, matching.newest_of_each(viewer, both), strict=True):
        for number in found:
            by_text.setdefault(number, set()).update(pair)
    return _Held(by_text, weights, frozenset(at for at, often in enumerate(among_newest) if often > bound))


#: Topics and items in one: outer joins, because SQLite would go through all posts there are for `kind = 'post'`.
_THINGS: Select[Any] = (
    select(
        Entry.id.label("entry_id"),
        Topic.id.label("topic_id"),
        Topic.title.label("topic_title"),
        Topic.state,
        Item.id,
        Item.title,
        Item.kind,
        Item.collection,
    )
    .outerjoin(Post, and_(Entry.kind == "post", Post.id == Entry.ref, Post.state == "published"))
    .outerjoin(Topic, and_(Topic.id == Post.topic_id, Topic.visibility == "published", readable(Topic.audience)))
    .outerjoin(Item, and_(Entry.kind == "item", Item.id == Entry.ref, ON_SHELF, readable(Item.audience)))
    .where(Entry.id.in_(bindparam("ids", expanding=True)), readable(Entry.audience))
)
