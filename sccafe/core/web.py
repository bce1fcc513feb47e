"""What every page shares: partial pages, page numbers, security headers and errors in the site's own look."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote_to_bytes, urlencode, urlsplit

from flask import Flask, Request, Response, current_app, g, make_response, redirect, render_template, request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf.csrf import CSRFError
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import BadRequest, HTTPException, NotFound
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as BaseResponse

from sccafe.core.database import db
from sccafe.core.language import gettext as _

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

V = TypeVar("V", bound=Callable[..., Any])

#: Page numbers that can be asked for directly; further pages are reached by the pager's links.
DIRECT_PAGES = 100

#: On every answer, static files and errors as well.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


# --- pages and partials ---------------------------------------------------------------------------


def is_partial() -> bool:
    """Whether htmx asks for a part of a page; a page restored from its history is asked for whole."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def private(template: str, status: int = 200, **values: Any) -> Response:
    """A page whose address is a secret, or that shows what few may see: kept by nobody, found by no search engine."""
    response = make_response(render_template(template, **values), status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def page_number() -> int:
    """`?page=` as a number from 1; anything else is page 1."""
    written = request.args.get("page", "")
    return int(written) if written.isascii() and written.isdigit() and 0 < len(written) < 7 and int(written) else 1


def inside(address: str | None) -> str:
    """The address if it leads to a page of this site, else the home page: where `next` may lead."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")) or "\\" in address:
        return "/"
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or any(ord(character) < 32 for character in address):
        return "/"
    return address


def see_other(address: str) -> BaseResponse:
    """After a write: the browser goes on with a GET."""
    return redirect(address, 303)


@dataclass(frozen=True, slots=True)
class Pager:
    """The links below a list; an empty address is no link, and the current page is the item without one."""

    prev: str
    next: str
    items: Sequence[tuple[str, str]]


def pager(path: str, page: int, pages: int, **arguments: str | Sequence[str]) -> Pager | None:
    """Numbered links through `pages` pages of `path`; None for a single page. An argument may have several values."""
    if pages <= 1:
        return None

    def link(number: int) -> str:
        wanted = {key: value for key, value in arguments.items() if value}
        if number > 1:
            wanted["page"] = str(number)
        return path + ("?" + urlencode(wanted, doseq=True) if wanted else "")

    shown = sorted({1, pages, *range(max(1, page - 2), min(pages, page + 2) + 1)})
    items: list[tuple[str, str]] = []
    for before, number in zip([0, *shown], shown, strict=False):
        if number > before + 1:
            items.append(("…", ""))
        items.append((str(number), "" if number == page else link(number)))
    return Pager(link(page - 1) if page > 1 else "", link(page + 1) if page < pages else "", items)


# --- errors ---------------------------------------------------------------------------------------


def _error_page(status: int, title: str, what: str, todo: str, bare: bool = False, **more: Any) -> BaseResponse:
    context = {"title": title, "what": what, "todo": todo, "layout": "bare.html" if bare else "base.html", **more}
    context.setdefault("actions", [{"label": _("ホームへ"), "href": "/"}])
    return make_response(render_template("error.html", **context), status)


#: Never shown again, not even to the one who typed it.
_SECRET_FIELDS = {"password", "new_password", "proof", "csrf_token"}


def typed_fields() -> list[tuple[str, str]]:
    """What was typed into the form that failed, so that it can be shown again."""
    try:
        return [(name, value) for name, value in request.form.items(multi=True) if name not in _SECRET_FIELDS]
    except HTTPException:
        return []


def _sent_files() -> bool:
    """Whether files came with the form that failed: they are lost, and have to be chosen again."""
    try:
        return any(file.filename for file in request.files.getlist("files"))
    except HTTPException:
        return False


def send_again(status: int, title: str, what: str, bare: bool = False) -> BaseResponse:
    """The page after a form that could not be taken: all that was typed, and a button to send it again."""
    return _error_page(
        status,
        title,
        what,
        _("書いた内容はこの下に残っています。もう一度送ってください。"),
        bare=bare,
        again={"action": request.full_path.rstrip("?"), "fields": typed_fields(), "files": _sent_files()},
    )


_CARRY = "form carried through the sign-in"


def sign_in_first() -> BaseResponse:
    """For signed-out people: a page leads to the sign-in and back, a form is carried through it and loses nothing."""
    if request.method in ("GET", "HEAD"):
        return see_other("/sign-in?" + urlencode({"next": request.full_path.rstrip("?")}))
    carried = {"action": request.full_path.rstrip("?"), "fields": typed_fields(), "files": _sent_files()}
    return _error_page(
        401,
        _("サインインが切れています"),
        _("書いた内容は残っています。"),
        _("サインインすると、そのまま続けて送れます。"),
        actions=[],
        carry=URLSafeTimedSerializer(current_app.secret_key or "", _CARRY).dumps(carried),
    )


def carried_form() -> BaseResponse | None:
    """After a sign-in that carried a form: that form again, to be sent with one press; None where there was none."""
    try:
        carried = URLSafeTimedSerializer(current_app.secret_key or "", _CARRY).loads(
            request.form.get("carry", ""), max_age=86400
        )
    except BadSignature:
        return None
    return _error_page(
        200,
        _("サインインしました"),
        _("まだ送っていません。"),
        _("書いた内容を確かめて、もう一度送ってください。"),
        again=carried,
    )


def refusal(title: str, why: str) -> BaseResponse:
    """For people who can read a thing but may not do this with it."""
    return _error_page(403, title, why, _("前のページに戻ると、続きを読めます。"))


def explained(status: int, title: str, what: str, todo: str, *actions: tuple[str, str]) -> BaseResponse:
    """A page that says why there is nothing else here, and where to go: `actions` are (label, href)."""
    return _error_page(status, title, what, todo, actions=[{"label": label, "href": href} for label, href in actions])


def _on_csrf(error: CSRFError) -> BaseResponse:
    return send_again(
        400, _("ページの有効期限が切れていました"), _("しばらく時間がたったため、送信を受け取れませんでした。")
    )


def without_database() -> bool:
    """Whether this request goes on without its database: its page must ask nothing of it."""
    return bool(g.get("sccafe_without_database"))


def _on_database(error: Exception) -> BaseResponse:
    g.sccafe_without_database = True
    db.session.rollback()
    # The statement and its values are left out: they may hold what somebody wrote in confidence.
    log.error("database: %s", type(getattr(error, "orig", error)).__name__)
    title = _("いま、データベースにつながりません")
    what = _("混み合っているか、手入れの途中です。途中まで書き込まれたものはありません。")
    if request.method == "POST":
        response = send_again(503, title, what, bare=True)
    else:
        response = _error_page(503, title, what, _("1分ほど待ってから、もう一度開いてください。"), bare=True)
    response.headers["Retry-After"] = "60"
    return response


def not_found() -> BaseResponse:
    """404, in the same words whether the thing exists or not; visitors are offered to sign in and come back."""
    here = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return _error_page(
        404,
        _("ページが見つかりません"),
        _("アドレスが違うか、ページがなくなったか、サインインした人だけが読めるページです。"),
        _("サインインすると読めることがあります。ホームや検索からもさがせます。"),
        actions=[
            {"label": _("サインインして戻る"), "href": "/sign-in?" + urlencode({"next": here}), "for_visitors": True},
            {"label": _("ホームへ"), "href": "/"},
        ],
    )


def _on_http(error: HTTPException) -> BaseResponse | HTTPException:
    code = error.code or 500
    if code < 400:
        return error
    if code == 404:
        response = not_found()
    elif code == 405:
        response = _error_page(
            405,
            _("この開き方はできません"),
            _("このアドレスは、フォームのボタンから送る先です。"),
            _("前のページに戻り、ボタンを押してください。"),
        )
        response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ())
    elif code == 413:
        response = _error_page(
            413,
            _("送られた内容が大きすぎます"),
            _(
                "一度に受け取れるのは%(size)sMBまでです。何も保存されていません。",
                size=(request.max_content_length or 0) // 1024**2,
            ),
            _("前のページに戻り、ファイルを減らすか、小さくしてから送ってください。"),
        )
    elif code == 429:
        response = send_again(429, _("少し間をあけてください"), _("短い時間に続けて送られたため、いったん止めました。"))
    elif code == 503:
        response = _error_page(
            503, _("ただいま休止中です"), _("手入れをしています。"), _("少し待って開き直してください。")
        )
    elif code >= 500:
        return _on_unexpected(error)
    else:
        response = _error_page(
            code,
            _("送られた内容を読み取れませんでした"),
            _("文字の形式がこわれているか、必要なものが足りません。何も保存されていません。"),
            _("前のページに戻り、もう一度送ってください。"),
        )
    return response


def _on_unexpected(error: Exception) -> BaseResponse:
    g.sccafe_without_database = True
    db.session.rollback()
    if isinstance(error, DBAPIError):
        error.hide_parameters = True
    log.exception("unexpected: %s", type(error).__name__)
    return _error_page(
        500,
        _("思わぬ不具合が起きました"),
        _("こちらの不具合です。途中まで書き込まれたものはありません。"),
        _("少し待ってから、もう一度お試しください。続くときは事務局へお知らせください。"),
        bare=True,
        actions=[{"label": _("ホームへ"), "href": "/"}, {"label": _("お問い合わせ"), "href": "/contact"}],
    )


def takes_files(view: V) -> V:
    """Let a view's forms be as large as the files that they may have; all others stay small."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def _make_room_for_files() -> None:
    """Before anything reads the form."""
    view = current_app.view_functions.get(request.endpoint or "")
    if request.mimetype == "multipart/form-data" and getattr(view, "takes_files", False):
        most = current_app.config["SETTINGS"].max_body_with_files_mb * 1024**2
        request.max_content_length = max(most, current_app.config["MAX_CONTENT_LENGTH"])


def _find_nothing_behind_zero_bytes() -> None:
    """No name of anything has one, and PostgreSQL takes none as a value."""
    if "\0" in request.path:
        raise NotFound


def _refuse_broken_encoding() -> None:
    """A form whose bytes are not UTF-8 is refused before half of it is stored."""
    if request.method != "POST":
        return
    if request.mimetype == "application/x-www-form-urlencoded":
        # Werkzeug leaves such bytes as %FF in the text, where nobody could tell them from what was typed.
        sent = request.get_data(cache=True).replace(b"+", b" ")
        try:
            unquote_to_bytes(sent).decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadRequest from error
    elif any("\ufffd" in text for pair in request.form.items(multi=True) for text in pair):
        raise BadRequest


def _mark_personal(response: Response) -> Response:
    """A page may differ for each reader: no cache in between keeps it."""
    if response.mimetype == "text/html":
        headers = response.headers
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "private, no-cache"
        headers["Vary"] = "Cookie, HX-Request"
    return response


class Sessions(SecureCookieSessionInterface):
    """Flask's own sessions, with one signer for all requests and none for those without a cookie."""

    _signer: URLSafeTimedSerializer | None = None

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if self._signer is None:
            self._signer = super().get_signing_serializer(app)
        return self._signer


class SecurityHeaders:
    """Adds them where the answer leaves, so that no page, file or error goes without."""

    def __init__(self, app: "WSGIApplication", secure: bool) -> None:
        self.app = app
        more = {"Strict-Transport-Security": "max-age=31536000"} if secure else {}
        self.headers = list((SECURITY_HEADERS | more).items())

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            present = {name.lower() for name, _value in headers}
            headers.extend(pair for pair in self.headers if pair[0].lower() not in present)
            return start_response(status, headers, *rest)

        return self.app(environ, start)


class DatabaseId(IntegerConverter):
    """A number in an address, as far as a database can hold it: a larger one is no address at all."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **(kwargs | {"max": 2**31 - 1}))


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = DatabaseId
    app.before_request(_find_nothing_behind_zero_bytes)
    app.before_request(_make_room_for_files)
    app.before_request(_refuse_broken_encoding)
    app.after_request(_mark_personal)
    app.register_error_handler(CSRFError, _on_csrf)
    app.register_error_handler(OperationalError, _on_database)
    app.register_error_handler(PoolTimeout, _on_database)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(Exception, _on_unexpected)
