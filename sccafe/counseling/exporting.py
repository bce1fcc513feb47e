"""A conversation as a text file, for the desk: that it was taken out is recorded first."""

from typing import Any

from sqlalchemy import Row, select

from sccafe.accounts.models import User
from sccafe.core import taxonomy
from sccafe.core.database import db, end_reading
from sccafe.core.formats import full_text
from sccafe.core.language import gettext as _
from sccafe.counseling import desk_words, words
from sccafe.counseling.models import Message, Request, RequestFile
from sccafe.counseling.reading import record
from sccafe.counseling.sealing import Seal
from sccafe.counseling.service.stepping import Actor, stepping


def conversation(actor: Actor, ref: str, locale: str) -> str:
    """What was said, in Markdown, as it was typed; files stand there by name, notes and drafts not at all.

    Raises NotThere, and MayNot for whoever is not of the desk.
    """
    with stepping(actor, ref, "export") as step:
        record(step.session, step.request.id, step.actor_id, step.capacity, "export")
        request_id, seal = step.request.id, step.seal
    request = db.session.execute(
        select(
            *(Request.ref, Request.category, Request.state, Request.way, Request.naming),
            *(Request.created_at, Request.person, Request.matter),
        ).where(Request.id == request_id)
    ).one()
    messages = db.session.execute(
        select(Message.id, Message.capacity, Message.kind, Message.text, Message.created_at, User.handle)
        .outerjoin(User, User.id == Message.author_id)
        .where(Message.request_id == request_id)
        .order_by(Message.number)
    ).all()
    files: dict[int, list[str]] = {}
    for file in db.session.execute(
        select(RequestFile.message_id, RequestFile.name)
        .where(RequestFile.request_id == request_id)
        .order_by(RequestFile.id)
    ):
        files.setdefault(file.message_id, []).append(seal.open(file.name))
    end_reading()
    parts = [_head(request, seal, locale)]
    for message in messages:
        who = words.capacity_label(message.capacity) + (f" {message.handle}" if message.handle else "")
        title = f"## {desk_words.kind_label(message.kind)} / {who} / {full_text(message.created_at, locale)}"
        text = seal.open(message.text) if message.text is not None else _("（保存の期間が過ぎたので、消しました）")
        named = [f"- {_('ファイル')}: {name}" for name in files.get(message.id, ())]
        parts.append("\n\n".join([title, text, *(["\n".join(named)] if named else [])]))
    return "\n\n".join(parts) + "\n"


def _head(request: Row[Any], seal: Seal, locale: str) -> str:
    matter, person = seal.open_matter(request.matter), seal.open_person(request.person)
    worries = _("、").join(taxonomy.label("worry", key, locale) for key in matter.worries)
    facts = [
        (_("分野"), taxonomy.label("counseling_category", request.category, locale)),
        (_("状態"), words.state_label(request.state)),
        (_("届いた方法"), desk_words.way_label(request.way)),
        (_("届いた日時"), full_text(request.created_at, locale)),
        (_("名前の出し方"), desk_words.naming_label(request.naming)),
        (_("名前"), person.name),
        (_("困っていること"), worries),
    ]
    lines = [f"- {label}: {said}" for label, said in facts if said]
    title = matter.subject or _("相談 %(ref)s", ref=request.ref)
    return f"# {title}\n\n" + "\n".join([f"- {_('番号')}: {request.ref}", *lines])
