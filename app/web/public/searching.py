"""The search page, and the same answer as JSON."""

from typing import Any

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import Invalid
from app.pages import Answer, PassageHit, TestimonyHits
from app.services.searching import ask
from app.web.public import asking, bp
from app.web.visitor import audience


@bp.get("/search")
def search() -> str:
    """Passages grouped by testimony; the address holds the whole state."""
    asked = asking.read(request.args)
    answer = ask(
        asked.words,
        audience(),
        filters=asked.filters,
        sort=asked.sort,
        page=asked.page,
        exact=asked.exact,
        within=asked.within,
    )
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
    return jsonify(_plain(answer))


def _plain(answer: Answer) -> dict[str, Any]:
    hits = [_hit(found, passage) for found in answer.results for passage in found.passages]
    if answer.sort == "relevance":
        hits.sort(key=lambda hit: -hit["score"])
    return {
        "total": answer.total,
        "testimonies": answer.testimonies,
        "hits": hits,
        "facets": {
            facet.name: [{"value": v.value, "label": v.label, "count": v.count} for v in facet.values]
            for facet in answer.facets
        },
        "also": {word: list(names) for word, names in answer.also.items()},
        "suggestion": answer.suggestion,
        "message": answer.message,
    }


def _hit(found: TestimonyHits, passage: PassageHit) -> dict[str, Any]:
    identifier = found.testimony.identifier
    return {
        "testimony": identifier,
        "source_id": found.source_id,
        "first_segment": passage.first,
        "last_segment": passage.last,
        "start_ms": passage.start_ms,
        "speaker": passage.speaker,
        "text": passage.text or "".join(fragment.text for fragment in passage.fragments),
        "score": passage.score,
        "title": found.testimony.title,
        "url": url_for(
            "public.testimony", identifier=identifier, line=passage.line, _anchor=f"line-{passage.line}"
        ),
    }
