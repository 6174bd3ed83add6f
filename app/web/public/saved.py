"""Searches that are kept: their address, a feed of what is new, and the list of somebody with an account.

The feed is of what is open to everybody, whoever asks. One that gave signed-in readers more would need a
secret in its address, which feed readers hand on and services keep; who signs in sees what is new in the
list.
"""

import hashlib
from datetime import UTC, datetime, time

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.errors import Conflict, Invalid
from app.models import Audience
from app.policy import Action, may
from app.services import saving, searching
from app.services.saving import Search
from app.web.filters import facet_label, term
from app.web.public import asking, bp
from app.web.public.asking import Asked
from app.web.visitor import actor, archive, audience

_FEED = 50


@bp.get("/search.atom")
def search_feed() -> ResponseReturnValue:
    """What was published or changed last of what a search finds, for everybody."""
    asked = asking.read(request.args)
    if not asked.anything:
        return redirect(url_for("public.feed"))
    news = saving.newest(_search(asked), Audience.PUBLIC, _FEED)
    body = render_template("public/search_feed.xml", asked=asked, title=said(asked), news=news)
    answer = Response(body, content_type="application/atom+xml; charset=utf-8")
    answer.vary.update(("Accept-Language", "Cookie"))
    answer.set_etag(hashlib.sha256(body.encode()).hexdigest()[:32])
    if news and (newest := max(one.changed_at for one in news)) != midnight(newest):
        answer.last_modified = newest  # where only the day is kept, more may come within it
    return answer.make_conditional(request)


@bp.get("/search/keep")
def keep() -> str:
    """How to keep a search: its address, its feed, and, with an account, a name."""
    asked = asking.read(request.args, "public.keep")
    return _keep(asked)


@bp.get("/searches")
def searches() -> ResponseReturnValue:
    """The searches that somebody keeps, and what is new for each."""
    return _listed()


@bp.post("/searches")
def save_search() -> ResponseReturnValue:
    """Keep a search under a name."""
    asked = asking.read(request.form, "public.keep")
    try:
        with archive().writing():
            saving.save(request.form.get("name", ""), _search(asked), actor())
    except (Conflict, Invalid) as refusal:
        return _keep(asked, str(refusal)), refusal.status, _UNKEPT
    flash(gettext("The search is kept."))
    return redirect(url_for("public.searches"), 303)


@bp.post("/searches/<identifier>")
def rename_search(identifier: str) -> ResponseReturnValue:
    """Give a search another name."""
    try:
        with archive().writing():
            saving.rename(identifier, request.form.get("name", ""), actor())
    except Invalid as refusal:
        return _listed(str(refusal), refusal.status)
    flash(gettext("The name is kept."))
    return redirect(url_for("public.searches", _anchor=identifier), 303)


@bp.post("/searches/<identifier>/seen")
def seen_search(identifier: str) -> ResponseReturnValue:
    """Count what is new from now on."""
    with archive().writing():
        saving.look(identifier, actor())
    return redirect(url_for("public.searches", _anchor=identifier), 303)


@bp.post("/searches/<identifier>/delete")
def delete_search(identifier: str) -> ResponseReturnValue:
    """Keep a search no longer."""
    with archive().writing():
        saving.delete(identifier, actor())
    flash(gettext("The search is deleted."))
    return redirect(url_for("public.searches"), 303)


_UNKEPT = {"Cache-Control": "no-store"}  # what somebody looks for stays in no cache


def said(asked: Asked) -> str:
    """A search in words: what is looked for, and what it is narrowed to."""
    narrowed = (
        gettext("%(label)s: %(value)s", label=term(name, "facet"), value=facet_label(value, name))
        for name, values in asked.filters.items()
        for value in values
    )
    words = asked.words if '"' in asked.words else f"“{asked.words}”"
    return " · ".join([*([words] if asked.words else []), *narrowed])


def midnight(moment: datetime) -> datetime:
    """The beginning of a moment's day: all that is kept of some."""
    return datetime.combine(moment.astimezone(UTC), time(), UTC)


def _search(asked: Asked) -> Search:
    return Search(asked.words, asked.filters, asked.exact, asked.within)


def _asked(search: Search) -> Asked:
    return Asked(search.words, search.filters, exact=search.exact, within=search.within)


def _keep(asked: Asked, message: str = "") -> str:
    return render_template(
        "public/keep.html",
        asked=asked,
        title=said(asked),
        within=searching.inside_of(asked.within, audience()),
        may_save=may(actor(), Action.ACCOUNT),
        message=message,
        name=request.form.get("name", asked.words),
        longest=saving.LONGEST,
    )


def _listed(message: str = "", status: int = 200) -> ResponseReturnValue:
    listed = [(one, _asked(one.search), said(_asked(one.search))) for one in saving.listed(actor())]
    page = render_template("public/searches.html", listed=listed, message=message, longest=saving.LONGEST)
    return page, status, _UNKEPT
