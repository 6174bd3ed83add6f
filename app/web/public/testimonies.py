"""A testimony: to read, to cite, and as data."""

import json
from collections.abc import Callable

from flask import Response, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import NotFound
from app.formats import citation
from app.plain import plain
from app.records import Record
from app.services import citing, granting, reading
from app.web.public import asking, bp, jsonld, layout, restricted
from app.web.visitor import actor, audience

CITATIONS: dict[str, tuple[str, Callable[..., object]]] = {
    "txt": ("text/plain", citation.chicago),
    "bib": ("application/x-bibtex", citation.bibtex),
    "ris": ("application/x-research-info-systems", citation.ris),
    "json": ("application/vnd.citationstyles.csl+json", citation.csl_json),
}


def archive_name() -> str:
    """What the archive calls itself."""
    return str(current_app.jinja_env.globals["archive_name"])


def permanent(
    identifier: str, line: int | None = None, to: int | None = None, revision: int | None = None
) -> str:
    """The full address of a testimony, or of a passage at a revision: what a citation holds.

    By the revision its lines are found again when their numbers have changed.
    """
    if line is None:
        revised = revision or None
        return url_for("public.testimony", identifier=identifier, revision=revised, _external=True)
    span = f"{line}-{to}" if to is not None and to > line else str(line)
    return url_for("public.passage", identifier=identifier, revision=revision or 1, span=span, _external=True)


def cited(record: Record, form: Callable[..., object], first: int | None, last: int | None) -> str:
    """A citation of the whole, or of lines ``first`` to ``last``."""
    revision = record.scripts[0].revision if record.scripts else None
    address = permanent(record.identifier, first, last, revision)
    text = form(record, address, first, last, archive_name=archive_name())
    # CSL-JSON is a list of items, even of one.
    return text if isinstance(text, str) else json.dumps([text], ensure_ascii=False, indent=2)


def let_in(identifier: str) -> str:
    """Through whose eyes the visitor reads this testimony: some are let in to one that is restricted."""
    return granting.audience_for(actor(), identifier)


@bp.get("/testimonies")
def testimonies() -> str:
    """All testimonies, a page at a time."""
    listing = reading.testimonies(audience(), asking.page_number(request.args))
    return render_template("public/testimonies.html", listing=listing)


def reserved(response: ResponseReturnValue, record: Record) -> Response:
    """The answer, saying to machines that its narrator keeps mining to themselves, where that was said.

    Source: TDM Reservation Protocol, W3C Community Group, 2024.
    """
    answer = make_response(response)
    if record.uses and not record.uses.machines:
        answer.headers["TDM-Reservation"] = "1"
    return answer


@bp.get("/testimonies/<identifier>")
def testimony(identifier: str) -> ResponseReturnValue:
    """The stretch with the page, line or second asked for; lines that were cited, where they stand now."""
    page, line, second, to, cited_at = (
        asking.optional_number(request.args, name) for name in ("page", "line", "t", "to", "revision")
    )
    found = None
    try:
        if line is not None and cited_at is not None:
            found = citing.resolve(identifier, let_in(identifier), cited_at, line, max(line, to or line))
            line, to = found.first, found.last
        view = reading.testimony(identifier, let_in(identifier), page=page, line=line, second=second)
    except NotFound:
        return restricted.instead(identifier)
    beside = request.args.get("beside", "")
    if line is None and second is not None and view.focus is not None:
        # Only the anchor of its line brings a second into view where there is no script.
        at, anchor = view.focus, f"line-{view.focus}"
        return redirect(
            url_for(".testimony", identifier=identifier, line=at, beside=beside or None, _anchor=anchor)
        )
    languages = layout.shown_translations(view.translations, beside)
    page_of_it = render_template(
        "public/testimony.html",
        page=view,
        languages=languages,
        turns=layout.turns(view, languages, to),
        focus=layout.focused(view, to),
        cited=found,
        cited_at=cited_at if cited_at != view.revision else None,
        citation=cited(view.record, citation.chicago, None, None),
        data=jsonld.testimony(view.record, permanent(identifier), archive_name()),
    )
    return reserved(page_of_it, view.record)


@bp.get("/testimonies/<identifier>.json")
def testimony_json(identifier: str) -> ResponseReturnValue:
    """The whole edition as data."""
    record = reading.whole(identifier, let_in(identifier))
    return reserved(jsonify(plain(record)), record)


@bp.get("/testimonies/<identifier>/cite.<ext>")
def cite(identifier: str, ext: str) -> Response:
    """A citation to keep: the whole, or ``?first=&last=`` lines of it."""
    if ext not in CITATIONS:
        raise NotFound("There is no such page.")
    first, last = (asking.optional_number(request.args, name) for name in ("first", "last"))
    mimetype, form = CITATIONS[ext]
    text = cited(reading.whole(identifier, let_in(identifier)), form, first, first if last is None else last)
    response = Response(text, content_type=f"{mimetype}; charset=utf-8")
    if ext != "txt":
        response.headers["Content-Disposition"] = f'attachment; filename="testimony-{identifier}.{ext}"'
    return response
