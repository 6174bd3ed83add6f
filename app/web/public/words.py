"""Words over time and by place: how often the passages of up to four searches fall in each."""

from dataclasses import replace

from flask import render_template, request

from app.services import spreading
from app.web.public import asking, bp, plots
from app.web.visitor import audience

MOST = 4


@bp.get("/search/words")
def words() -> str:
    """The words of each ``?q=``, with the narrowing of a search."""
    asked = asking.read(request.args, "public.words")
    queries = tuple(dict.fromkeys(q for raw in request.args.getlist("q") if (q := raw.strip()[:1000])))[:MOST]
    kind = request.args.get("years", "")
    also = {"years": kind} if kind in spreading.KINDS else {}
    asked = replace(
        asked, words="".join(queries[:1]), page=1, sort="relevance", also={"q": list(queries), **also}
    )
    found = spreading.spread(
        queries, audience(), asked.filters, kind=kind, exact=asked.exact, within=asked.within
    )
    return render_template(
        "public/words.html",
        asked=asked,
        queries=queries,
        found=found,
        plots=plots.over_time(queries, found.years),
        places=plots.by_place(found.places),
        kinds={one: asked.address(also={**asked.also, "years": one}) for one in spreading.KINDS},
        most=MOST,
    )
