"""What may be meant by what is being typed, for the fields that ask while one types."""

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue

from app.errors import Invalid, NotFound
from app.services import completing
from app.web.workbench import bp


@bp.get("/suggest/<kind>")
def suggest(kind: str) -> ResponseReturnValue:
    """At most a dozen suggestions for ``q``, the best first."""
    try:
        found = completing.suggest(kind, request.args.get("q", "")[:200])
    except Invalid:
        raise NotFound(f"There is nothing here that could be called {kind}.") from None
    answer: Response = jsonify([{"value": one.value, "label": one.label, "hint": one.hint} for one in found])
    # A page remembers its own answers; nobody else may: they name what only archivists see.
    answer.headers["Cache-Control"] = "no-store"
    return answer
