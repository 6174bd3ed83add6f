"""More passages like one passage."""

from flask import render_template, request

from app.services import resembling
from app.web.public import asking, bp
from app.web.public.testimonies import let_in
from app.web.visitor import audience


@bp.get("/testimonies/<identifier>/similar")
def similar(identifier: str) -> str:
    """The passage in which ``?line=`` stands, the words it was looked for by, and what is like it."""
    line = asking.optional_number(request.args, "line") or 0
    language = request.args.get("language", "")
    found = resembling.like(identifier, line, let_in(identifier), audience(), language)
    return render_template("public/similar.html", found=found)
