"""The demo's counseling: fictional experts, requests in all states, and what came of them."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from sccafe.accounts.models import ExpertProfile, User
from sccafe.boards.service import prepare
from sccafe.core import clock, site_settings
from sccafe.core.audience import Viewer
from sccafe.core.database import db, end_reading, writing
from sccafe.counseling import service, settings
from sccafe.counseling.models import AnswerDraft, CategoryRule, DaysOff, Request, TextBlock
from sccafe.counseling.sealing import Matter, Person, PublishedText
from sccafe.counseling.service import Actor, Asked, deleting

Act = tuple[datetime, Callable[[], object]]
#: The rating comes from whoever asked; everything else is done by the one whom the entry names.
_SAYING = ("ask_back", "note", "enter")
_PARTS = ("title", "question", "answer")
_WITHOUT = {"synchronize_session": False}


class Window:
    """Gives everything that is done at the counseling window, with its moment."""

    def __init__(self, path: Path, viewers: Mapping[str, Viewer], now: datetime) -> None:
        self._viewers, self._now = viewers, now
        self._said = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
        self._refs: dict[str, str] = {}

    def acts(self) -> Iterator[Act]:
        if not self._said:
            return
        yield self._now - timedelta(days=180), self._open
        for given in self._said["requests"]:
            yield self._at(given["at"]), self._send(given)
            for step in given.get("steps") or ():
                yield self._at(step["at"]), self._step(given["name"], step)
            if rating := given.get("rating"):
                yield self._at(rating["at"]), self._rate(given, rating)
            if published := given.get("publication"):
                yield self._at(published["at"]), self._publish(given, published)

    def _at(self, written: str) -> datetime:
        """`-3 10:15`: so many days from today, and the time in Japan."""
        said = re.fullmatch(r"(-\d+) (\d{1,2}):(\d{2})", written)
        assert said, f"{written!r} is no moment"
        day = self._now.astimezone(clock.TOKYO).date() + timedelta(days=int(said[1]))
        return datetime.combine(day, time(int(said[2]), int(said[3])), clock.TOKYO)

    def _open(self) -> None:
        """The desk's people, the experts, and what the desk has set."""
        today = self._now.astimezone(clock.TOKYO).date()
        with writing() as session:
            desk = [self._viewers[handle].user_id for handle in self._said["desk"]]
            session.execute(update(User).where(User.id.in_(desk)).values(counseling_desk=True))
            for given in self._said["experts"]:
                away = today + timedelta(days=given["away"]) if "away" in given else None
                session.add(
                    ExpertProfile(
                        user_id=self._viewers[given["handle"]].user_id,
                        fields=",".join(given["fields"]),
                        sentence=given["sentence"],
                        capacity=given["capacity"],
                        employer=given["employer"],
                        away_until=away,
                    )
                )
            session.flush()
            for given in self._said["days_off"]:
                first, last = (today + timedelta(days=given[end]) for end in ("first", "last"))
                session.add(DaysOff(expert_id=self._viewers[given["handle"]].user_id, first=first, last=last))
            for category, rule in self._said["rules"].items():
                session.add(CategoryRule(category=category, **rule))
            for block in self._said["blocks"]:
                session.add(TextBlock(title=block["title"], source=block["source"], changed_at=clock.now()))
            site_settings.put(settings.URGENT, self._said["guidance"])

    def _send(self, given: Mapping[str, Any]) -> Callable[[], None]:
        def act() -> None:
            asked = Asked(
                category=given["category"],
                body=prepare(given["body"]).source,
                naming=given["naming"],
                person=Person(name=given.get("called", "")),
                matter=Matter(given["subject"], tuple(given["worries"])),
                publish_consent=given.get("publish_consent", False),
                way=given.get("way", "form"),
            )
            self._refs[given["name"]] = service.send(self._actor(given["by"]), asked).ref

        return act

    def _actor(self, handle: str) -> Actor:
        return Actor(self._viewers[handle])

    def _step(self, name: str, step: Mapping[str, Any]) -> Callable[[], None]:
        def act() -> None:
            actor, ref, do = self._actor(step["by"]), self._refs[name], step["do"]
            if do == "assign":
                expert_id = self._viewers[step["expert"]].user_id
                assert expert_id is not None
                service.assign(actor, ref, expert_id, step["reason"])
            elif do == "pass_on":
                service.pass_on(actor, ref, step["where"], step["reason"])
            elif do in ("hand_in", "answer"):
                getattr(service, do)(actor, ref, prepare(step["text"]).source, self._saved(ref))
            else:
                getattr(service, do)(actor, ref, *([step["text"]] if do in _SAYING else []))

        return act

    def _saved(self, ref: str) -> int:
        """How often the draft of its answer was saved."""
        saved = db.session.scalar(
            select(AnswerDraft.saved).join(Request, Request.id == AnswerDraft.request_id).where(Request.ref == ref)
        )
        end_reading()
        return saved or 0

    def _rate(self, given: Mapping[str, Any], rating: Mapping[str, str]) -> Callable[[], None]:
        return lambda: service.rate(
            self._actor(given["by"]), self._refs[given["name"]], rating["helped"], rating["line"]
        )

    def _publish(self, given: Mapping[str, Any], published: Mapping[str, str]) -> Callable[[], None]:
        """The desk asks; the expert who answered and whoever asked agree to the text."""

        def act() -> None:
            ref, text = self._refs[given["name"]], PublishedText(*(published[part] for part in _PARTS))
            answered = next(step["by"] for step in given["steps"] if step["do"] == "answer")
            service.ask(self._actor(self._said["desk"][0]), ref, text, 0)
            service.agree(self._actor(answered), ref, 1)
            service.approve(self._actor(given["by"]), ref, 1)

        return act


def remove(session: Session, people: Collection[int], path: Path) -> None:
    """Take away what demo people asked or entered, and what the demo set for the desk, inside `writing`."""
    theirs = or_(Request.asker_id.in_(people), Request.entered_by.in_(people))
    for request in session.scalars(select(Request).where(theirs).order_by(Request.id).with_for_update()).all():
        deleting.take_away(session, request, "system")
    said = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else None
    if not said:
        return
    for block in said["blocks"]:
        same = (TextBlock.title == block["title"], TextBlock.source == block["source"])
        session.execute(delete(TextBlock).where(*same), execution_options=_WITHOUT)
    session.execute(delete(CategoryRule).where(CategoryRule.category.in_(said["rules"])), execution_options=_WITHOUT)
    if site_settings.get(settings.URGENT) == said["guidance"]:
        site_settings.put(settings.URGENT, settings.URGENT.default)
