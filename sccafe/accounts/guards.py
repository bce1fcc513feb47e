"""Which pages are for whom: decorators that every feature can put on its views."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import abort
from flask.typing import ResponseReturnValue

from sccafe.accounts.sessions import viewer
from sccafe.core import web
from sccafe.core.audience import Viewer

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


def signed_in_only(view: View[P]) -> View[P]:
    """Visitors are asked to sign in, and what they typed is carried through."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        return view(*args, **kwargs) if viewer().signed_in else web.sign_in_first()

    return guarded


def only_where(rule: Callable[[Viewer], bool]) -> Callable[[View[P]], View[P]]:
    """To everybody for whom the rule does not hold the page is not there."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if not rule(viewer()):
                abort(404)
            return view(*args, **kwargs)

        return guarded

    return guard
