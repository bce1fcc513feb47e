"""Counseling's share of the world: requests of a member and of a visitor, with a marker in everything that is said.

The member who asks has no other part in them; of those who look, `secretariat` is of the counseling desk and `expert`
answers. `admin` is staff without the desk, and `writer` a member like the asker: for them there is nothing.
"""

import io
from typing import Any, Protocol

from sqlalchemy import select

from sccafe.accounts import service as accounts
from sccafe.core import clock, link_tokens, site_settings
from sccafe.core.audience import VISITOR, Viewer
from sccafe.core.database import db, end_reading, writing
from sccafe.core.uploads import Upload, take
from sccafe.counseling import reading, service
from sccafe.counseling.models import Publication, Request, RequestFile, TextBlock
from sccafe.counseling.sealing import Matter, Person, PublishedText, Seal
from sccafe.counseling.service import Actor, Asked, drafts
from sccafe.counseling.settings import URGENT
from sccafe.notifications.models import Notice
from tests.wall.markers import text, token

#: Everything that was typed into requests, by the name of what it stands in; it comes out for their people alone.
PARTS = ("subject", "text", "name", "telephone", "employer")
OF_CASE = ("file", "inside", "ask", "reply", "note", "draft", "reason", "unsent")
OF_ANSWERED = ("answer", "line", "title", "published", "publishedanswer")
REQUESTS = ("case", "answered", "fresh", "visitor")
MARKERS = (
    *(f"mail-request-{name}" for name in REQUESTS),
    *(f"request{part}-{name}" for name in REQUESTS for part in PARTS),
    *(f"request{part}-case" for part in OF_CASE),
    *(f"request{part}-answered" for part in OF_ANSWERED),
)


class Planter(Protocol):
    world: Any

    def later(self) -> Any: ...
    def who(self, name: str) -> Viewer: ...


def _asked(name: str, **more: Any) -> Asked:
    person = Person(
        name=text(f"requestname-{name}"),
        email=f"{token(f'mail-request-{name}')}@example.jp",
        telephone=text(f"requesttelephone-{name}"),
        employer=text(f"requestemployer-{name}"),
    )
    return Asked(
        "law",
        text(f"requesttext-{name}"),
        naming="named",
        person=person,
        matter=Matter(text(f"requestsubject-{name}"), ("employer",)),
        **more,
    )


def _file() -> Upload:
    return take(io.BytesIO(text("requestinside-case").encode()), f"{text('requestfile-case')}.txt", 1024**2)


def plant(planter: Planter) -> None:
    """ids: ref_…, request_…; requestfile_case, token_consent, block, and the notices of each of its people."""
    ids = planter.world.ids
    accounts.set_counseling_desk(planter.who("admin"), ids["user_secretariat"], True)
    accounts.save_expert_profile(
        planter.who("gardener"),
        ids["user_expert"],
        fields=["law"],
        sentence=text("expert-sentence"),
        capacity=3,
        away_until=None,
        active=True,
        note=text("expert-note"),
    )
    asker, desk, expert = (Actor(planter.who(name)) for name in ("member", "secretariat", "expert"))
    for name in REQUESTS:
        files = [_file()] if name == "case" else []
        sender = Actor(VISITOR) if name == "visitor" else asker
        with planter.later():
            ids[f"ref_{name}"] = service.send(sender, _asked(name), files).ref
    _case(ids, asker, desk, expert)
    _answered(ids, asker, desk, expert)
    service.take(desk, ids["ref_visitor"])
    with writing() as session:
        block = TextBlock(title=text("block-title"), source=text("block-text"), changed_at=clock.now())
        session.add(block)
        session.flush()
        ids["block"] = block.id
        site_settings.put(URGENT, text("urgent"))
    # Everybody has looked: what a page adds to the record does not change what is new in the head of another.
    for who, names in ((asker, REQUESTS[:3]), (desk, REQUESTS), (expert, REQUESTS[:2])):
        for name in names:
            reading.open_request(who, ids[f"ref_{name}"])
    _numbers(ids)


def _case(ids: dict[str, Any], asker: Actor, desk: Actor, expert: Actor) -> None:
    """With the expert, who handed it back once; a draft is being written, and the asker has typed something."""
    ref = ids["ref_case"]
    service.take(desk, ref)
    service.assign(desk, ref, ids["user_expert"])
    service.hand_back(expert, ref, text("requestreason-case"))
    service.assign(desk, ref, ids["user_expert"])
    service.accept(expert, ref)
    service.ask_back(expert, ref, text("requestask-case"))
    service.write(asker, ref, text("requestreply-case"))
    service.note(expert, ref, text("requestnote-case"))
    service.save_draft(expert, ref, text("requestdraft-case"), 0)
    drafts.keep(asker, ref, {"body": text("requestunsent-case")})


def _answered(ids: dict[str, Any], asker: Actor, desk: Actor, expert: Actor) -> None:
    """Answered and rated, and about to stand in the library: the asker is asked for their consent."""
    ref = ids["ref_answered"]
    service.take(desk, ref)
    service.assign(desk, ref, ids["user_expert"])
    service.accept(expert, ref)
    service.answer(expert, ref, text("requestanswer-answered"), 0)
    service.rate(asker, ref, "helped", text("requestline-answered"))
    seed = link_tokens.seed()
    ids["token_consent"] = link_tokens.token_of("counseling consent", seed)
    with writing() as session:
        row = session.execute(select(Request.id, Request.data_key).where(Request.ref == ref)).one()
        said = PublishedText(*(text(f"request{part}-answered") for part in OF_ANSWERED[-3:]))
        session.add(
            Publication(
                request_id=row.id,
                state="asked",
                text=Seal.of(row.data_key).close_published(said),
                expert_agreed=1,
                seed=seed,
                token_hash=link_tokens.hashed(ids["token_consent"]),
                changed_at=clock.now(),
            )
        )


def _numbers(ids: dict[str, Any]) -> None:
    for name in REQUESTS:
        ids[f"request_{name}"] = db.session.scalar(select(Request.id).where(Request.ref == ids[f"ref_{name}"]))
    ids["requestfile_case"] = db.session.scalar(select(RequestFile.id))
    for name, user, request in (
        ("answer", "member", "answered"),
        ("sent", "secretariat", "fresh"),
        ("asked", "expert", "case"),
    ):
        ids[f"notice_{name}"] = db.session.scalar(
            select(Notice.id)
            .where(Notice.user_id == ids[f"user_{user}"], Notice.request_id == ids[f"request_{request}"])
            .order_by(Notice.id.desc())
        )
    end_reading()
