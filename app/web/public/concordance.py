"""Words in context: every place where the words of a search stand, one under another; and to take away."""

from dataclasses import replace

from flask import Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue

from app import timecode
from app.errors import NotFound
from app.services import concording
from app.services.concording import Concordance, Occurrence
from app.web import tables
from app.web.public import asking, bp
from app.web.public.asking import Asked
from app.web.public.testimonies import permanent
from app.web.visitor import audience

COLUMNS = (
    "before",
    "words",
    "after",
    "speaker",
    "time",
    "language",
    "testimony",
    "narrators",
    "line",
    "address",
    "machine",
)


@bp.get("/search/concordance")
def concordance() -> ResponseReturnValue:
    """The same words and narrowing as a search; the address holds the order as well."""
    asked = _asked()
    found = _concord(asked, asked.page)
    page = render_template("public/concordance.html", asked=asked, found=found, per_page=concording.PER_PAGE)
    return _reserved(make_response(page), found)


@bp.get("/search/concordance.<form>")
def concordance_file(form: str) -> Response:
    """All of it as CSV or JSON, with the address that a citation holds."""
    if form not in ("csv", "json"):
        raise NotFound("There is no such page.")
    found = _concord(_asked(), 1, per_page=None)
    rows = [_row(one) for one in found.rows]
    if form == "json":
        counted = {"total": found.total, "passages": found.passages, "testimonies": found.testimonies}
        answer = jsonify({**counted, "message": found.message, "rows": rows})
    else:
        lines = [tables.row(COLUMNS), *(tables.row(row.values()) for row in rows)]
        # With its mark table programs read the letters of every language right.
        answer = Response("\ufeff" + "".join(lines), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="words-in-context.{form}"'
    return _reserved(answer, found)


def _asked() -> Asked:
    order = request.args.get("order", "")
    asked = asking.read(request.args, "public.concordance")
    chosen = order if order in concording.ORDERS[1:] else ""
    return replace(asked, sort="relevance", also={"order": chosen} if chosen else {})


def _concord(asked: Asked, page: int, per_page: int | None = concording.PER_PAGE) -> Concordance:
    return concording.concord(
        asked.words,
        audience(),
        asked.filters,
        order=asked.also.get("order", concording.ORDERS[0]),
        page=page,
        per_page=per_page,
        exact=asked.exact,
        within=asked.within,
    )


def _row(one: Occurrence) -> dict[str, object]:
    time = timecode.short(one.start_ms) if one.start_ms is not None else None
    address = permanent(one.testimony.identifier, one.line, None, one.revision)
    said = (one.before.strip(), one.word, one.after.strip(), one.speaker, time, one.language)
    where = (one.testimony.title, ", ".join(one.testimony.narrators), one.line, address, one.machine)
    return dict(zip(COLUMNS, (*said, *where), strict=True))


def _reserved(answer: Response, found: Concordance) -> Response:
    """The answer, saying to machines that a narrator in it keeps mining to themselves."""
    if any(one.reserved for one in found.rows):
        answer.headers["TDM-Reservation"] = "1"
    return answer
