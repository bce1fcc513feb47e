"""What is found: one row for each text that can be read, in parts where it is very long; and equal spellings."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from sccafe.core.database import Base


class Entry(Base):
    """A text as it is found. On SQLite triggers keep the FTS5 table `search_index` in step with it."""

    __tablename__ = "search_entries"
    __table_args__ = (
        Index("ix_search_entries_kind_ref_part", "kind", "ref", "part", unique=True),
        Index("ix_search_entries_tokens", "tokens", postgresql_using="gin").ddl_if(dialect="postgresql"),
    )

    #: Its place in time (index/places.py): newer things have higher numbers, so that the newest come first by it.
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False)
    #: post, item, file or person, and the number of that row.
    kind: Mapped[str] = mapped_column(String(10))
    ref: Mapped[int]
    #: From 1; a text of more than entries.LONGEST characters has several.
    part: Mapped[int]
    #: Who may read it; the marks say it too, for the index.
    audience: Mapped[str] = mapped_column(String(30))
    #: When it was written.
    at: Mapped[datetime]
    #: folding.VERSION of what made it.
    segmenter: Mapped[int]
    #: What it can be narrowed by, with blanks between (entries.py). Before the long columns: it is read without them.
    marks: Mapped[str] = mapped_column(Text)
    #: What it is called, if it has a name of its own.
    title: Mapped[str] = mapped_column(Text)
    #: What it says, as it is shown in an excerpt.
    text: Mapped[str] = mapped_column(Text)
    #: Title and text, folded (folding.py).
    folded: Mapped[str] = mapped_column(Text)
    #: The pairs of `folded`.
    tokens: Mapped[str] = mapped_column(Text().with_variant(TSVECTOR, "postgresql"))


class SpellingFamily(Base):
    """Spellings that the secretariat wants to be looked for together, beside those of sccafe/data/spellings.yaml."""

    __tablename__ = "spelling_families"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The spellings, one on each line; in 「」 what counts only where it stands by itself (families.py).
    text: Mapped[str] = mapped_column(Text)
    #: When it was made or changed.
    changed_at: Mapped[datetime]
