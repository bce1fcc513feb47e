"""The demo's library: items as a bundle has them, and what fictional people did with each."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from sccafe.boards.service import prepare
from sccafe.core import clock, site_settings
from sccafe.core.audience import Viewer
from sccafe.core.database import writing
from sccafe.library import fault_words, files, importing, intake, reporting, service, using
from sccafe.library.bundles import opened
from sccafe.library.faults import Fault
from sccafe.library.importing import Given

#: What a file of the demo says beside what every bundle says.
KEYS: Final = ("checked", "published", "uses", "reports")
Act = tuple[datetime, Callable[[], None]]


class BrokenDemo(ValueError):
    """The demo's files cannot be loaded; the message names each fault."""


def _refuse(faults: list[Fault]) -> None:
    # A part that its kind has not is left out: the rest is sound.
    grave = [fault for fault in faults if fault.why != "not_of_kind"]
    if grave:
        with fault_words.in_japanese():
            raise BrokenDemo("\n".join(fault_words.line(fault) for fault in grave))


class Shelves:
    """Gives everything that is done with the items of a folder, with its moment. Raises BrokenDemo."""

    def __init__(self, folder: Path, viewers: Mapping[str, Viewer], now: datetime) -> None:
        self._folder, self._viewers, self._now = folder, viewers, now
        self._items: dict[str, int] = {}

    def acts(self) -> Iterator[Act]:
        if not self._folder.is_dir():
            return
        with opened(self._folder) as bundle:
            found = importing.read(bundle, also=KEYS)
            _refuse(found.faults)
            self._bundle = bundle
        for number, given in enumerate(found.items):
            published = self._at(given.more.get("published", "-30"), number)
            yield published, self._publish(given)
            yield from self._uses(given, published)
            yield from self._reports(given, published)

    def _at(self, days: str, number: int) -> datetime:
        """So many days from today, at some hour of a working day."""
        day = self._now.astimezone(clock.TOKYO).date() + timedelta(days=int(days))
        return datetime.combine(day, time(9 + number % 8, number * 7 % 60), clock.TOKYO)

    def _publish(self, given: Given) -> Callable[[], None]:
        """Handed in by its owner, and put on the shelf by the secretariat; then its owner has looked at it again."""

        def act() -> None:
            owner = self._viewers[given.owner]
            publisher = owner if owner.is_staff else next(each for each in self._viewers.values() if each.is_staff)
            said = service.prepare(given.sheet)
            checked = self._at(given.more.get("checked", "0"), 0).date()
            with files.storing(intake.uploads_of(self._bundle, given)) as stored, writing() as session:
                item = intake.put_new(session, owner, publisher, given, said, stored if given.files else None)
                item.checked_on = checked
                item.due_on = service.months_later(checked, site_settings.get(service.CHECK_AFTER))
                self._items[given.ref] = item.id

        return act

    def _uses(self, given: Given, published: datetime) -> Iterator[Act]:
        handles = given.more.get("uses") or ()
        for number, handle in enumerate(handles, 1):
            at = published + (self._now - published) * number / (len(handles) + 1)
            yield at, self._use(given.ref, handle)

    def _use(self, ref: str, handle: str) -> Callable[[], None]:
        def act() -> None:
            using.use(self._viewers[handle], self._items[ref])

        return act

    def _reports(self, given: Given, published: datetime) -> Iterator[Act]:
        for row in given.more.get("reports") or ():
            said = re.fullmatch(r"(-?\d+) (\d{1,2}):(\d{2})", row["at"])
            if said is None:
                raise BrokenDemo(f'{given.file}: {row["at"]!r} is no moment, as in "-20 10:15"')
            day = self._now.astimezone(clock.TOKYO).date() + timedelta(days=int(said[1]))
            at = datetime.combine(day, time(int(said[2]), int(said[3])), clock.TOKYO)
            if not published < at <= self._now:
                raise BrokenDemo(f"{given.file}: a report of {row['at']}, when it was not on the shelf")
            yield at, self._report(given.ref, row)

    def _report(self, ref: str, row: Mapping[str, Any]) -> Callable[[], None]:
        def act() -> None:
            viewer, item_id, text = self._viewers[row["by"]], self._items[ref], prepare(row["text"])
            said = {key: row.get(key) or "" for key in ("place", "since", "changed", "outcome", "cost")}
            reporting.tell(viewer, item_id, reporting.Told(source=text.source, html=text.html, **said))

        return act
