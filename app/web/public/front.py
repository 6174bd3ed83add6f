"""The first page, what the archive says of itself, the keys, and the choice of language."""

from typing import cast
from urllib.parse import urlsplit

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.services import browsing
from app.web.public import bp
from app.web.visitor import audience

_YEAR = 365 * 24 * 3600


@bp.get("/")
def home() -> str:
    """A search field, what is held, and the way to give an account."""
    return render_template("public/home.html", page=browsing.home(audience()))


@bp.get("/about")
def about() -> str:
    """What the archive is, what it promises, and how to give an account."""
    return render_template("public/about.html")


@bp.get("/keys")
def keys() -> str:
    """Every key that does something, and how to search."""
    return render_template("public/keys.html")


def _inside(address: str) -> str:
    """The address if it is a path of this archive, else the first page."""
    parts = urlsplit(address)
    local = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.netloc
    plain = address.isprintable() and "\\" not in address
    return address if local and plain and not parts.scheme else url_for("public.home")


@bp.route("/language", methods=["GET", "POST"])
def language() -> Response:
    """Remember the reader's language for a year, and go back to where they were."""
    chosen = request.values.get("to", "")
    response = redirect(_inside(request.values.get("next", "/")), 303)
    if chosen in cast(tuple[str, ...], current_app.jinja_env.globals["locales"]):
        response.set_cookie(
            "language", chosen, _YEAR, httponly=True, samesite="Lax", secure=request.is_secure
        )
    return response
