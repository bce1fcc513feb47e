"""What somebody looks for, in the form in which the index is asked."""

from dataclasses import dataclass
from datetime import datetime

from sccafe.search.folding import GRAM


@dataclass(frozen=True)
class Spelling:
    """One way to write a word, folded; `whole` where it counts only when it stands by itself (SC, ボラ)."""

    text: str
    whole: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether the index alone says that it stands in a text; a longer one is looked for in the text itself."""
        return self.whole or len(self.text) <= GRAM


@dataclass(frozen=True)
class Word:
    """A word or a phrase: found where any of its spellings stands. The first one is as it was typed."""

    spellings: tuple[Spelling, ...]

    @property
    def text(self) -> str:
        return self.spellings[0].text

    @property
    def is_exact(self) -> bool:
        return all(spelling.is_exact for spelling in self.spellings)


@dataclass(frozen=True)
class Wanted:
    """A query: of each group in `all_of` one word at least, none of `none_of`, and the marks."""

    all_of: tuple[tuple[Word, ...], ...] = ()
    none_of: tuple[Word, ...] = ()
    #: Of each group one mark at least (entries.py): kinds, themes, boards, prefectures, people.
    marks: tuple[tuple[str, ...], ...] = ()
    #: Not older than this.
    since: datetime | None = None
    #: Older than this.
    until: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing to look for: a filter alone is something, a word that must not stand is not."""
        return not self.all_of and not self.marks and self.since is None and self.until is None
