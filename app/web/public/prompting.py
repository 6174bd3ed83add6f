"""What the words in a search field may become, for fields that ask while one types."""

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue

from app.services import prompting
from app.web.filters import term
from app.web.public import bp
from app.web.visitor import audience


@bp.get("/search/complete")
def complete() -> ResponseReturnValue:
    """A few ways to go on from ``q``, the best first."""
    found = prompting.prompts(request.args.get("q", "")[:200], audience())
    answer: Response = jsonify(
        [{"value": one.value, "label": one.label, "hint": term(one.hint, "named")} for one in found]
    )
    # A page remembers its own answers; what stands between must not: another reader may read other things.
    answer.headers["Cache-Control"] = "no-store"
    return answer
