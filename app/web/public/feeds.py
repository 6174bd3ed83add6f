"""What is published, for machines: sitemap, robots.txt and an Atom feed."""

from itertools import islice

from flask import Response, render_template, url_for

from app.errors import NotFound
from app.services import browsing, reading
from app.web.public import bp
from app.web.visitor import audience

_MOST = 50_000  # addresses in one sitemap, by its standard
_FEED = 50
_PAGES = {  # what kind of thing -> the page that shows it
    "collections": "public.collection",
    "people": "public.person",
    "places": "public.place",
    "events": "public.event",
    "questions": "public.question",
    "claims": "public.claim",
    "sources": "public.source",
    "testimonies": "public.testimony",
}


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    """Every public address; an index of pages when there are too many for one."""
    addresses = iter(browsing.addresses(audience()))
    first = list(islice(addresses, _MOST))
    more = sum(1 for _ in addresses)
    if more:
        pages = range(1, 2 + -(-more // _MOST))
        return _xml("public/sitemap_index.xml", pages=pages)
    return _xml("public/sitemap.xml", endpoints=_PAGES, addresses=first)


@bp.get("/sitemap-<int:number>.xml")
def sitemap_page(number: int) -> Response:
    """One page of a large sitemap."""
    start = (number - 1) * _MOST
    found = list(islice(browsing.addresses(audience()), start, start + _MOST)) if number else []
    if not found:
        raise NotFound("There is no such page.")
    return _xml("public/sitemap.xml", endpoints=_PAGES, addresses=found)


@bp.get("/robots.txt")
def robots() -> Response:
    """Search engines may read what is published; searches and data are left alone."""
    lines = ["User-agent: *", "Disallow: /search", "Disallow: /api/", "Disallow: /language"]
    lines.append(f"Sitemap: {url_for('public.sitemap', _external=True)}")
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@bp.get("/feed.atom")
def feed() -> Response:
    """The testimonies published last."""
    return _xml("public/feed.xml", "application/atom+xml", items=reading.published(audience(), _FEED))


def _xml(template: str, mimetype: str = "application/xml", **values: object) -> Response:
    return Response(render_template(template, **values), content_type=f"{mimetype}; charset=utf-8")
