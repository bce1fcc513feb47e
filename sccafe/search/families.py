"""Families of equal spellings: those of our own file, and what the secretariat types into one field."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

import yaml

from sccafe.search import folding
from sccafe.search.wanted import Spelling

#: A word has at most so many spellings: each costs a look into the index.
MOST = 16
SHORTEST, LONGEST = 2, 40

_BETWEEN = re.compile(r"[、，,\n]+")
_WHOLE = re.compile(r"[「『｢](.*)[」』｣]")
_PARTS = re.compile(r"[ぁ-ゖー]+|[^ぁ-ゖー]+")
_KANJI = re.compile(r"[一-鿿々〆]+")


class Wrong(ValueError):
    """A family that cannot be: `why` is one, same, short, long, many, twice or whole; `said` is the spelling."""

    def __init__(self, why: str, said: str = "") -> None:
        super().__init__(f"{why}: {said}")
        self.why, self.said = why, said


@dataclass(frozen=True)
class Member:
    """One spelling of a family, as people write it."""

    text: str
    whole: bool = False

    @property
    def spelling(self) -> Spelling:
        return Spelling(folding.fold(self.text), self.whole)

    @property
    def typed(self) -> str:
        """As it is typed into the secretariat's field."""
        return f"「{self.text}」" if self.whole else self.text


Family = tuple[Member, ...]


def checked(members: Iterable[Member]) -> Family:
    """The family without what folding makes one; raises Wrong.

    What counts only where it stands by itself has to be a word that the index marks as such: up to 8 letters and
    digits, or 2 to 5 characters in katakana (folding.runs).
    """
    found: dict[str, Member] = {}
    for member in members:
        folded = member.spelling.text
        if member.whole and not folding.stands_by_itself(member.text):
            raise Wrong("whole", member.text)
        if len(folded) < SHORTEST:
            raise Wrong("short", member.text)
        if len(folded) > LONGEST:
            raise Wrong("long", member.text)
        before = found.setdefault(folded, member)
        if before.whole != member.whole:
            raise Wrong("twice", member.text)
    if len(found) > MOST:
        raise Wrong("many")
    return tuple(found.values())


def typed_family(text: str) -> Family:
    """What was typed: spellings with 、 or a line break between, those in 「」 to stand by themselves. Raises Wrong."""
    members = []
    for written in _BETWEEN.split(text):
        written = " ".join(written.split())
        inside = _WHOLE.fullmatch(written)
        member = Member(inside[1].strip(), True) if inside else Member(written)
        if member.text:
            members.append(member)
    family = checked(members)
    if len(family) < 2:
        raise Wrong("same" if len(members) > 1 else "one", members[0].text if members else "")
    return family


def as_typed(family: Iterable[Member]) -> str:
    """One spelling on each line."""
    return "\n".join(member.typed for member in family)


def united(families: Iterable[Sequence[Member]]) -> tuple[Family, ...]:
    """Families that share a spelling become one, in the order in which they came; none has more than MOST."""
    groups: list[dict[str, Member]] = []
    of: dict[str, dict[str, Member]] = {}
    for family in families:
        keys = [member.spelling.text for member in family]
        known = list({id(of[key]): of[key] for key in keys if key in of}.values())
        into: dict[str, Member] = known[0] if known else {}
        if not known:
            groups.append(into)
        for other in known[1:]:
            into.update((key, member) for key, member in other.items() if key not in into)
            other.clear()
        for key, member in zip(keys, family, strict=True):
            # Where one of two says that it may stand anywhere, it may.
            if key not in into or not member.whole:
                into[key] = member
        of.update(dict.fromkeys(into, into))
    return tuple(tuple(group.values())[:MOST] for group in groups if len(group) > 1)


# --- our own file -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Supplied:
    families: tuple[Family, ...]
    other_words: frozenset[str]


@cache
def supplied() -> Supplied:
    """sccafe/data/spellings.yaml, with the shorter ways to write its words. Raises Wrong for what cannot be."""
    return read((files("sccafe") / "data" / "spellings.yaml").read_text(encoding="utf-8"))


def read(text: str) -> Supplied:
    raw: dict[str, Any] = yaml.safe_load(text)
    others = frozenset(map(folding.fold, raw.get("other_words", ())))
    alike = [tuple(pair) for pair in raw.get("alike", ())]
    families = [checked(map(_member, family)) for family in raw.get("families", ())]
    for word in (word for line in raw.get("okurigana", ()) for word in line):
        families.append(checked(map(Member, shorter_ways(word, alike, others))))
    return Supplied(united(families), others)


def _member(written: Any) -> Member:
    return Member(str(written["whole"]), True) if isinstance(written, dict) else Member(str(written))


def shorter_ways(word: str, alike: Sequence[Sequence[str]], other_words: frozenset[str]) -> list[str]:
    """All ways to write a compound that is given in full: 申し込み, 申込み, 申込, 申しこみ."""
    whole = [word]
    for one, other in alike:
        for end, instead in ((one, other), (other, one)):
            if word.endswith(end):
                whole.append(word.removesuffix(end) + instead)
    found = [way for each in dict.fromkeys(whole) for way in _shortened(each)]
    return [way for way in dict.fromkeys(found) if folding.fold(way) not in other_words]


def _shortened(word: str) -> list[str]:
    """The word, and without kana between two kanji; the kana at its end may go where those between are gone too."""
    parts = _PARTS.findall(word)
    choices: list[list[str]] = []
    between = []
    for place, part in enumerate(parts):
        ends = place == len(parts) - 1
        is_kana = not _KANJI.fullmatch(part)
        if is_kana and place > 0 and not ends:
            # 取り組み, 取組み; 落とし物, 落し物
            choices.append([part, part[1:]] if len(part) <= 2 else [part])
            between.append(place)
        elif is_kana and ends and between:
            # 打ち合わせ, 打ち合せ, 打合せ, 打合
            choices.append([part, part[-1], ""] if len(part) == 2 else [part, ""] if len(part) == 1 else [part])
        else:
            choices.append([part])
    ways = []
    for chosen in product(*choices):
        if chosen[-1] == "" and any(chosen[place] for place in between):
            continue
        ways.append("".join(chosen))
    return ways
