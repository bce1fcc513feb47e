"""What all pages of this feature share."""

from typing import Any

from flask import Blueprint
from flask.typing import ResponseReturnValue

from sccafe.boards.shown import why_not
from sccafe.core import web
from sccafe.core.language import gettext as _

pages = Blueprint("prompts", __name__)


def private_page(template: str, status: int = 200, **values: Any) -> ResponseReturnValue:
    return web.private(f"prompts/{template}.html", status, **values)


def dead_link() -> ResponseReturnValue:
    """The same for every link that opens nothing, whatever the reason."""
    return private_page("dead_link", 410)


def why_no_answer(why: str) -> str:
    """What keeps a link's holder from answering, in words."""
    words: dict[str, str] = {
        "over": _("締め切りを過ぎたため、新しい答えや書き直しは受け取れません。"),
        "away": _("この問いかけは、いま答えを受け取っていません。"),
        "anonymous": _("この場所では、匿名では載せられません。別の載せ方を選んでください。"),
        "not_public": _("この場所は登録した方だけが読めるので、登録していない方には送れません。"),
    }
    return words.get(why) or why_not(why)
