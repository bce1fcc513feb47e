"""The query language: words, "phrases", -words, OR, and filters such as in:library. All else is words.

There are no errors in it. What could be a sign of the language or a part of a text is read so that more is found:
a sign that has nothing to stand for is left out, and where nothing else is left, it is what is looked for.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from sccafe.accounts.queries import person_by_handle
from sccafe.core.text_rules import NOT_TEXT
from sccafe.search import entries, filters
from sccafe.search.filters import Period
from sccafe.search.folding import fold, joins
from sccafe.search.wanted import Spelling, Wanted, Word

#: More than this is cut: characters of a query, and of a word in it; words; filters.
LONGEST, LONGEST_WORD, MOST_WORDS, MOST_FILTERS = 300, 60, 12, 8
#: Ways to write one word, and all words together: the index is asked for each.
MOST_SPELLINGS, MOST_SPELLINGS_TOGETHER = 16, 60

Spelled = Callable[[str], tuple[Spelling, ...]]


class Note(StrEnum):
    """What somebody has to know of how their query was understood."""

    cut = "cut"
    unknown_person = "unknown_person"
    unknown_theme = "unknown_theme"
    unknown_prefecture = "unknown_prefecture"
    unreadable_date = "unreadable_date"
    only_without = "only_without"


@dataclass(frozen=True)
class Asked:
    """A query as it was understood."""

    #: What stands in the field again.
    typed: str
    wanted: Wanted
    #: What is marked in excerpts: all words that are looked for.
    words: tuple[Word, ...]
    #: The filters that were understood, whether typed or chosen: in, by, theme, pref, since, until.
    filters: Mapping[str, tuple[str, ...]]
    notes: tuple[Note, ...]
    #: Nothing is found, whatever there is: a filter names nobody or nothing, or there are only words to leave out.
    impossible: bool


def parse(
    query: str, *, place: str = "", more: Mapping[str, str] | None = None, spelled: Spelled | None = None
) -> Asked:
    """Understand a query; never raises. `place` is `?in=`, `more` holds the fields of the plain form.

    What is typed and what is chosen must both hold; only a place that is chosen stands for those that are typed.
    `spelled` gives the ways to write a word.
    """
    typed, was_cut = _cut(NOT_TEXT.sub(" ", query).strip())
    said, chosen = _Said(typed), _chosen(more or {})
    if place in entries.GROUPS:
        said.filters.marks.pop("in", None)
        chosen.take("in", place)
    narrowed = (said.filters, chosen)
    since, until = _since(narrowed), _until(narrowed)
    words, more_spellings = _words(said, spelled or _spellings)
    groups = [tuple(dict.fromkeys(words[each] for each in group if each in words)) for group in said.groups]
    wanted = Wanted(
        all_of=tuple(dict.fromkeys(filter(None, groups))),
        none_of=tuple(dict.fromkeys(words[each] for each in said.without if each in words)),
        marks=tuple(dict.fromkeys(tuple(each.values()) for own in narrowed for each in own.marks.values())),
        since=since.begin if since else None,
        until=until.end if until else None,
    )
    notes = {note for each in narrowed for note in each.notes}
    only_without = wanted.is_empty and bool(wanted.none_of)
    if only_without:
        notes.add(Note.only_without)
    if was_cut or said.was_cut or more_spellings:
        notes.add(Note.cut)
    return Asked(
        typed=typed,
        wanted=wanted,
        words=tuple(dict.fromkeys(word for group in wanted.all_of for word in group)),
        filters=_understood(narrowed),
        notes=tuple(note for note in Note if note in notes),
        impossible=only_without or any(each.is_impossible for each in narrowed),
    )


def _spellings(typed: str) -> tuple[Spelling, ...]:
    # Imported here: it reads what the secretariat has added, and whoever brings spellings along needs none of it.
    from sccafe.search.spelling import spellings

    return spellings(typed)


def _cut(text: str) -> tuple[str, bool]:
    """The query as far as it is read, and whether that is less than all of it."""
    if len(text) <= LONGEST:
        return text, False
    cut = _beginning(text, LONGEST)
    if not text[len(cut)].isspace():
        # A word that is half there would be looked for, and a name that is half there be nobody's.
        blank = re.search(r"\s\S{0,59}$", cut)
        cut = cut[: blank.start()] if blank else cut
    return cut.rstrip(), True


def _beginning(text: str, most: int) -> str:
    """So many characters of a longer text; none is parted from marks that change it."""
    return text[: next((at for at in range(most, 0, -1) if not joins(text[at])), most)]


# --- tokens ------------------------------------------------------------------------------------------------

#: Straight, full-width and curly ones. 「 and 」 are none: they are a part of what is written, as in the title of a
#: document or a name, and whoever pastes a line that has them looks for that line.
_QUOTES = '"＂“”'
#: Hyphens and minus signs of keyboards and of Japanese input. ー is none: words are looked for by any part of them, and
#: that may begin with it.
_MINUS = "－−‐﹣-"
_OR, _AND = ("OR", "ＯＲ"), ("AND", "ＡＮＤ")
_FILTERS = ("in", "by", "theme", "pref", "since", "until")


def _any_width(name: str) -> str:
    forms = ([letter, letter.upper(), chr(ord(letter) + 0xFEE0), chr(ord(letter.upper()) + 0xFEE0)] for letter in name)
    return "".join(f"[{''.join(each)}]" for each in forms)


_TOKEN = re.compile(
    rf"""
    (?P<minus> (?<!\S)[{_MINUS}](?=[^\s{_MINUS}]) )?
    (?(minus) | (?: (?P<name>{"|".join(map(_any_width, _FILTERS))}) [:：] (?P<blank>\s*) )? )
    (?: [{_QUOTES}](?P<phrase>[^{_QUOTES}]*)[{_QUOTES}]? | (?P<word>[^\s{_QUOTES}]+) )?
    """,
    re.VERBOSE,
)


class _Written(NamedTuple):
    """A word or a phrase as it was typed."""

    text: str
    is_phrase: bool = False


class _Said:
    """What was typed, taken apart."""

    def __init__(self, typed: str) -> None:
        #: Of each group one must stand.
        self.groups: list[list[_Written]] = []
        self.without: list[_Written] = []
        self.filters = _Filters()
        self.was_cut = False
        #: Whether the last thing was a word that an OR can follow; whether one has.
        self._may_join = self._joins = False
        self._has_or = False
        at = 0
        while at < len(typed):
            found = _TOKEN.match(typed, at)
            at = self._take(found) if found and found[0] else at + 1
        if self._has_or:
            self._open_brackets()
        if not (self.groups or self.without or self.filters.count) and fold(typed):
            self.groups = [[self._short(typed)]]

    def _take(self, found: re.Match[str]) -> int:
        """One token; gives where to go on."""
        text, is_phrase = found["phrase"] or found["word"] or "", found["phrase"] is not None
        if found["name"]:
            name = fold(found["name"])
            if not text or (found["blank"] and not _meaning(name, text)):
                # Left without a value; what stands behind it is something of its own.
                return found.end("blank")
            if self._is_filter(name, text):
                self._may_join = self._joins = False
                return found.end()
        if not is_phrase and not found["minus"]:
            if text in _OR:
                self._joins = self._may_join
                self._has_or = self._has_or or self._joins
                return found.end()
            if text in _AND or not fold(text).strip("-"):
                return found.end()
        if fold(text):
            self._add(self._short(text, is_phrase), bool(found["minus"]))
        return found.end()

    def _is_filter(self, name: str, value: str) -> bool:
        if self.filters.count < MOST_FILTERS:
            return self.filters.take(name, value)
        self.was_cut = True
        return True

    def _add(self, written: _Written, is_without: bool) -> None:
        known = [*self.without, *(each for group in self.groups for each in group)]
        if len(set(known) | {written}) > MOST_WORDS:
            self.was_cut = True
        elif is_without:
            self.without.append(written)
        elif self._joins:
            self.groups[-1].append(written)
        else:
            self.groups.append([written])
        self._joins, self._may_join = False, not is_without and bool(self.groups)

    def _short(self, text: str, is_phrase: bool = False) -> _Written:
        short = _short(text)
        self.was_cut = self.was_cut or short != text
        return _Written(short, is_phrase)

    def _open_brackets(self) -> None:
        """With an OR somewhere, brackets around words hold together what OR holds together anyway."""
        for group in (*self.groups, self.without):
            group[:] = [opened for each in group if fold((opened := _without_bracket(each)).text)]


def _without_bracket(written: _Written) -> _Written:
    text = written.text
    opened = sum(map(text.count, "(（")) - sum(map(text.count, ")）"))
    if written.is_phrase or not opened:
        return written
    return _Written(text.lstrip("(（") if opened > 0 else text.rstrip(")）"))


def _short(text: str) -> str:
    """As much of a word as is looked for: what contains the word contains its beginning. Folding may make it longer."""
    while len(text) > LONGEST_WORD or (len(text) > 1 and len(fold(text)) > LONGEST_WORD):
        text = _beginning(text, LONGEST_WORD if len(text) > LONGEST_WORD else len(text) * 3 // 4)
    return text


# --- words -------------------------------------------------------------------------------------------------


def _words(said: _Said, spelled: Spelled) -> tuple[dict[_Written, Word], bool]:
    """Each word with the ways to write it, and whether there are more: then all words have equally many."""
    words: dict[_Written, list[Spelling]] = {}
    for written in dict.fromkeys([*(each for group in said.groups for each in group), *said.without]):
        spellings = (Spelling(fold(written.text)),) if written.is_phrase else spelled(written.text)
        words[written] = [each for each in spellings if each.text]
    most = MOST_SPELLINGS
    while most > 1 and sum(min(len(each), most) for each in words.values()) > MOST_SPELLINGS_TOGETHER:
        most -= 1
    found = {written: Word(tuple(each[:most])) for written, each in words.items() if each}
    return found, any(len(each) > most for each in words.values())


# --- filters -----------------------------------------------------------------------------------------------


_UNKNOWN = {
    "by": Note.unknown_person,
    "theme": Note.unknown_theme,
    "pref": Note.unknown_prefecture,
    "since": Note.unreadable_date,
    "until": Note.unreadable_date,
}


@dataclass
class _Filters:
    """Filters that were typed, or chosen on the form."""

    #: Of each filter the values as they were understood, with their marks: one of them must stand.
    marks: dict[str, dict[str, str]] = field(default_factory=dict)
    since: Period | None = None
    until: Period | None = None
    notes: list[Note] = field(default_factory=list)
    is_impossible: bool = False
    #: With those that name nothing.
    count: int = 0

    def take(self, name: str, said: str) -> bool:
        """Take in a filter; false where it is none, as a place that there is not."""
        meaning = _meaning(name, said)
        if not meaning:
            if name not in _UNKNOWN:
                return False
            self.notes.append(_UNKNOWN[name])
            # Without a date something else is shown than was asked for, but nothing that was not.
            self.is_impossible = self.is_impossible or _UNKNOWN[name] != Note.unreadable_date
        elif not isinstance(meaning, Period):
            self.marks.setdefault(name, {}).update(meaning)
        elif name == "since":
            self.since = max(self.since or meaning, meaning, key=lambda period: period.begin)
        else:
            self.until = min(self.until or meaning, meaning, key=lambda period: period.end)
        self.count += 1
        return True


def _chosen(more: Mapping[str, str]) -> _Filters:
    chosen = _Filters()
    for name in _UNKNOWN:
        if value := NOT_TEXT.sub(" ", more.get(name, "")).strip():
            chosen.take(name, value[:LONGEST_WORD])
    return chosen


def _meaning(name: str, said: str) -> dict[str, str] | Period | None:
    """What a filter narrows by: its values with their marks, or a period; nothing where nobody knows."""
    said = said[:LONGEST_WORD]
    if name in ("since", "until"):
        return filters.period(said)
    if name == "by":
        return _person(said)
    if name == "theme":
        return {key: entries.on_theme(key) for key in filters.themes(said)}
    if name == "pref":
        code = filters.prefecture(said)
        return {code: entries.in_prefecture(code)} if code else None
    group = filters.group(said)
    return {group: entries.in_group(group)} if group else None


def _person(said: str) -> dict[str, str] | None:
    """By handle, also as people are called: @みどり, みどりさん."""
    handle = said.strip().lstrip("@＠")
    for name in dict.fromkeys((handle, re.sub("(?:さん|様)$", "", handle))):
        if name and (person := person_by_handle(name)):
            return {person.handle: entries.by_person(person.id)}
    return None


def _understood(narrowed: Sequence[_Filters]) -> dict[str, tuple[str, ...]]:
    values: dict[str, list[str]] = {}
    for each in narrowed:
        for name, marks in each.marks.items():
            values.setdefault(name, []).extend(marks)
    since, until = _since(narrowed), _until(narrowed)
    if since:
        values["since"] = [since.first]
    if until:
        values["until"] = [until.last]
    return {name: tuple(dict.fromkeys(values[name])) for name in _FILTERS if name in values}


def _since(narrowed: Sequence[_Filters]) -> Period | None:
    return max((each.since for each in narrowed if each.since), key=lambda period: period.begin, default=None)


def _until(narrowed: Sequence[_Filters]) -> Period | None:
    return min((each.until for each in narrowed if each.until), key=lambda period: period.end, default=None)
