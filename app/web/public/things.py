"""What testimony is about: collections, people, places, events, questions, claims, sources."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.services import browsing, weighing
from app.web.public import asking, bp, figures, jsonld, maps, moments, parts, strip
from app.web.visitor import audience

_PER_PAGE = 200  # names in a list of collections, people or places


@bp.get("/<any(collections,events,people,places):kind>")
def browse(kind: str) -> str:
    """A list of all of a kind that the archive holds."""
    page = asking.page_number(request.args)
    entries = browsing.browse(kind, audience(), page, per_page=_PER_PAGE)
    pages = page + (len(entries) == _PER_PAGE and kind != "events")  # events come all at once
    return render_template("public/browse.html", kind=kind, entries=entries, page=page, pages=pages)


@bp.get("/collections/<identifier>")
def collection(identifier: str) -> str:
    """A collection and what it holds."""
    page = browsing.collection(identifier, audience(), asking.page_number(request.args))
    return render_template("public/collection.html", page=page)


@bp.get("/people/<identifier>")
def person(identifier: str) -> ResponseReturnValue:
    """A person and the testimonies they took part in; one who was merged leads to who stands for them."""
    page = browsing.person(identifier, audience())
    if page.identifier != identifier:
        return redirect(url_for("public.person", identifier=page.identifier))
    return render_template("public/person.html", page=page)


@bp.get("/places/<identifier>")
def place(identifier: str) -> ResponseReturnValue:
    """A place: its names, where it lies, what is told of it."""
    page = browsing.place(identifier, audience(), asking.page_number(request.args))
    if page.identifier != identifier:
        return redirect(url_for("public.place", identifier=page.identifier))
    return render_template("public/place.html", page=page, grid=_grid(page.latitude, page.longitude))


@bp.get("/events/<identifier>")
def event(identifier: str) -> str:
    """An event: what, when, where, what is in dispute and who tells of it."""
    page = weighing.event(identifier, audience(), asking.page_number(request.args))
    return render_template(
        "public/event.html",
        page=page,
        grid=_grid(page.latitude, page.longitude),
        strip=strip.strip(page.title, page.date, page.listing.items),
        moments=moments.moments(page.times),
        chart=maps.chart(
            [
                (s.place.name, s.latitude, s.longitude)
                for s in page.places
                if s.latitude is not None and s.longitude is not None
            ]
        ),
        data=jsonld.event(page, url_for("public.event", identifier=identifier, _external=True)),
    )


@bp.get("/questions/<identifier>")
def question(identifier: str) -> str:
    """A question in dispute: every claim made in answer to it, side by side."""
    page = weighing.question(identifier, audience())
    return render_template(
        "public/question.html",
        page=page,
        comparison=figures.compare(page.claims),
        wholes=parts.wholes(page.claims),
    )


@bp.get("/claims/<identifier>")
def claim(identifier: str) -> str:
    """A claim as it was asserted, and the passages that bear on it."""
    page = weighing.claim(identifier, audience(), asking.page_number(request.args))
    data = jsonld.claim(page, url_for("public.claim", identifier=identifier, _external=True))
    return render_template("public/claim.html", page=page, data=data, wholes=parts.wholes([page]))


@bp.get("/sources/<identifier>")
def source(identifier: str) -> str:
    """A source and the claims made in it."""
    return render_template("public/source.html", page=weighing.source(identifier, audience()))


def _grid(latitude: float | None, longitude: float | None) -> maps.Grid | None:
    return None if latitude is None or longitude is None else maps.grid(latitude, longitude)
