"""The search page, and the same answer as JSON."""

from dataclasses import replace

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import Invalid
from app.services.repeating import folded
from app.services.searching import PER_TESTIMONY, as_json, ask
from app.web.public import asking, bp
from app.web.visitor import audience

_TESTIMONIES, _PASSAGES = 10, 20  # on a page; passages where only one testimony is searched


@bp.get("/search")
def search() -> ResponseReturnValue:
    """The best passages of each testimony, second drafts under the first, or all within one testimony.

    The address holds the whole state.
    """
    asked = asking.read(request.args)
    answer = ask(
        asked.words,
        audience(),
        filters=asked.filters,
        sort=asked.sort,
        page=asked.page,
        exact=asked.exact,
        within=asked.within,
        limit=_PASSAGES if asked.within else _TESTIMONIES,
        each=0 if asked.within else PER_TESTIMONY,
    )
    if answer.page > answer.pages:
        return redirect(asked.page_address(answer.pages))
    answer = replace(answer, results=tuple(folded(answer.results)))
    return render_template("public/search.html", asked=asked, answer=answer)


@bp.get("/api/v1/search")
def search_json() -> ResponseReturnValue:
    """The same search for programs; a parameter that cannot be read is a 400 that says which."""
    try:
        asked, limit, offset = asking.read_strictly(request.args)
    except Invalid as wrong:
        return jsonify(error=str(wrong)), 400
    answer = ask(
        asked.words,
        audience(),
        filters=asked.filters,
        sort=asked.sort,
        offset=offset,
        limit=limit,
        exact=asked.exact,
        within=asked.within,
    )
    return jsonify(as_json(answer, _address))


def _address(identifier: str, line: int) -> str:
    return url_for("public.testimony", identifier=identifier, line=line, _anchor=f"line-{line}")
