"""The doors, one package for each kind of visitor. A view reads the request, calls one verb, and renders."""

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Response, g, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_wtf import CSRFProtect
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, SecurityError

import config
from app.archive import Archive
from app.errors import ArchiveError, traced
from app.policy import DOORS, may
from app.web import (
    account,
    addresses,
    filters,
    headers,
    public,
    saying,
    submit,
    visitor,
    wording,
    workbench,
)
from app.web.account import security

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)
LOCALES = ("en", "az", "hy", "ru", "tr")


def make(settings: config.Settings | None = None) -> Flask:
    """The web application of one archive."""
    settings = settings or config.from_environment()
    app = Flask("app")
    app.config.update(
        SECRET_KEY=config.secret_key(settings),
        TRUSTED_HOSTS=_trusted(settings),
        SESSION_COOKIE_NAME="session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        MAX_CONTENT_LENGTH=1024 * 1024,  # forms; media arrive by a way of their own
        BABEL_DEFAULT_LOCALE="en",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # needs a referrer, which we tell browsers not to send
    )
    if settings.base_url:
        app.wsgi_app = under(settings.base_url, settings.trusted_hosts, app.wsgi_app)  # type: ignore[method-assign, assignment]
    app.extensions["archive"] = Archive(settings)
    Babel(app, locale_selector=choose_locale)
    CSRFProtect(app)
    security.init_app(app, settings)
    _teach_templates(app, settings)
    app.before_request(open_door)
    app.teardown_request(close_door)
    for part in (addresses, filters, headers, saying, wording):
        part.init_app(app)
    for door in (public, account, submit, workbench):
        app.register_blueprint(door.bp)
    app.register_error_handler(ArchiveError, refuse)
    app.register_error_handler(HTTPException, stumble)
    app.register_error_handler(Exception, fail)
    return app


def _trusted(settings: config.Settings) -> list[str] | None:
    own = urlsplit(settings.base_url).netloc
    return [*settings.trusted_hosts, *([own] if own else [])] if settings.trusted_hosts else None


def under(address: str, trusted: tuple[str, ...], application: "WSGIApplication") -> "WSGIApplication":
    """The application under its public address: full addresses name it, whatever the request called us.

    Without this a forged Host header would stand in feeds, citations and the sitemap.
    """
    parts = urlsplit(address)

    def answer(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        if not trusted or environ.get("HTTP_HOST", "") in trusted:
            environ |= {"HTTP_HOST": parts.netloc, "wsgi.url_scheme": parts.scheme}
        return application(environ, start)

    return answer


def choose_locale() -> str:
    """The language the reader chose, else the one their browser asks for.

    Where an account is given the choice stands in the session, and ends with it.
    """
    told = session.get("language", "") if submit.is_here() else ""
    chosen = told or request.cookies.get("language", "")
    return chosen if chosen in LOCALES else request.accept_languages.best_match(LOCALES) or "en"


def open_door() -> ResponseReturnValue | None:
    """Let in whom the policy table lets in; a door it does not name does not exist."""
    action = DOORS.get(request.endpoint or "")
    if request.endpoint is None:
        return None  # no such address: answered below, as every unknown one
    if action is None:
        raise NotFound
    if request.endpoint == "static":
        return None
    g.knock = visitor.archive().reading()
    g.knock.__enter__()
    if may(visitor.actor(), action):
        return None
    if visitor.actor().role is None:
        return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?")))
    raise NotFound


def close_door(_: BaseException | None) -> None:
    """End the read session of the request."""
    if knock := g.pop("knock", None):
        knock.__exit__(None, None, None)


def refuse(error: ArchiveError) -> ResponseReturnValue:
    """One of our own refusals, with its sentence; for a page that is not there, nothing but that."""
    return _answer(error.status, "" if error.status == 404 else str(error))


def stumble(error: HTTPException) -> ResponseReturnValue:
    """What the web layer refuses."""
    if isinstance(error, SecurityError):  # a host that is not ours: no page could even name an address
        return Response("This archive does not answer to that name.\n", 400, mimetype="text/plain")
    if error.code is not None and 300 <= error.code < 400:
        return error
    status, headers = error.code or 500, {}
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(error.valid_methods)
    return _answer(status, "" if status == 404 else error.description or "", headers)


def fail(error: Exception) -> ResponseReturnValue:
    """A fault of ours: written down without the visitor's words or address, and said plainly."""
    log.error("a fault at %s: %s", request.endpoint, traced(error))
    return _answer(500, "")


PAGES = {400, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503, 507}
OF_PAGES = {"GET", "HEAD", "POST"}  # methods a reader's own doing can lead to


def _answer(status: int, message: str, headers: dict[str, str] | None = None) -> ResponseReturnValue:
    if request.path.startswith("/api/"):
        return jsonify(error=message or "There is nothing at this address."), status, headers or {}
    page = status if status in PAGES else 400 if status < 500 else 500
    if status == 405 and request.method not in OF_PAGES:  # a program's: it needs no page
        answer = Response(f"{message}\n", status, headers, mimetype="text/plain")
    else:
        # Whoever gives an account is never shown the archive's name and header by an error.
        template = "submit/refused.html" if submit.is_here() else f"errors/{page}.html"
        shown = render_template(template, message=message, status=status)
        answer = Response(shown, status, headers, mimetype="text/html")
    return submit.keep_nothing(answer) if submit.is_here() else answer


def _teach_templates(app: Flask, settings: config.Settings) -> None:
    app.jinja_env.globals.update(
        archive_name=settings.archive_name,
        demonstration=settings.demonstration,
        locales=LOCALES,
        sign_in_address="/sign-in",
        sign_out_address="/sign-out",
    )

    @app.context_processor
    def _about_the_visitor() -> dict[str, Any]:
        from flask_babel import get_locale

        actor = visitor.actor() if g.get("knock") else None
        known = actor if actor and actor.role else None
        return {
            "actor": known.name if known else "",
            "is_staff": bool(known and known.audience == "staff"),
            "locale": get_locale(),
        }
