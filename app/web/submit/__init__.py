"""The doors of somebody who gives an account: one question a page, and the way back with six words."""

from typing import Any

from flask import Blueprint, Response, request

bp = Blueprint("submit", __name__, url_prefix="/submit")


def is_here() -> bool:
    """Whether a page of somebody who tells was asked for, also one there is not."""
    return f"{request.path}/".startswith(f"{bp.url_prefix}/")


@bp.after_request
def keep_nothing(response: Response) -> Response:
    """No page of these stays on the device."""
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.context_processor
def _helpers() -> dict[str, Any]:
    from app.web.submit import words

    return {"words": words}


from app.web.submit import beginning, ending, files, returning, steps, uploads, withdrawal  # noqa: E402,F401
