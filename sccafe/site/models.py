"""The pages that the secretariat edits."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from sccafe.core.database import Base


class SitePage(Base):
    """The newest text of one page; until one is written, the text of sccafe/data/pages is shown."""

    __tablename__ = "site_pages"

    #: about, terms, privacy or contact.
    slug: Mapped[str] = mapped_column(String(20), primary_key=True)
    #: ja or en.
    locale: Mapped[str] = mapped_column(String(5), primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    edited_at: Mapped[datetime]
    edited_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
