"""What is found: one row for each text that can be read, in parts where it is very long; and equal spellings."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from sccafe.core.database import Base


class Entry(Base):
    """A text as it is found. The database itself keeps the index in step with it (migration 0012).

    The row is narrow, as thousands are looked into for one query: what a hit shows is read from the thing.
    """

    __tablename__ = "search_entries"
    __table_args__ = (Index("ix_search_entries_kind_ref_part", "kind", "ref", "part", unique=True),)

    #: Its place in time and who may read it (index/places.py): the newest have the lowest numbers.
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)
    #: post, item, file or person, and the number of that row.
    kind: Mapped[str] = mapped_column(String(10))
    ref: Mapped[int]
    #: From 1; a text of more than entries.LONGEST characters has several.
    part: Mapped[int]
    #: Who may read it; its number says it too, for the index.
    audience: Mapped[str] = mapped_column(String(30))
    #: When it was written.
    at: Mapped[datetime]
    #: folding.VERSION of what made it.
    segmenter: Mapped[int]
    #: What it can be narrowed by, with blanks between (entries.py).
    marks: Mapped[str] = mapped_column(Text)
    #: What it is called, if it has a name of its own.
    title: Mapped[str] = mapped_column(Text)
    #: Title and text, folded (folding.py).
    folded: Mapped[str] = mapped_column(Text)


class SpellingFamily(Base):
    """Spellings that the secretariat wants to be looked for together, beside those of sccafe/data/spellings.yaml."""

    __tablename__ = "spelling_families"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The spellings, one on each line; in 「」 what counts only where it stands by itself (families.py).
    text: Mapped[str] = mapped_column(Text)
    #: When it was made or changed.
    changed_at: Mapped[datetime]
