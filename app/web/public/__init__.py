"""The reading room's front door: every page a reader can open without signing in."""

from typing import Any

from flask import Blueprint, request, url_for

bp = Blueprint("public", __name__)


def page_address(number: int) -> str:
    """The address of another page of the list that is shown."""
    arguments: dict[str, Any] = dict(request.view_args or {})
    arguments |= {
        name: values for name, values in request.args.lists() if name not in ("page", "line", "t", "to")
    }
    if number > 1:
        arguments["page"] = number
    return url_for(request.endpoint or "public.home", **arguments)


def here() -> str:
    """The address shown, for coming back to after choosing a language; nothing for an unknown one."""
    if request.endpoint is None or request.method != "GET":
        return "/"
    return request.full_path.rstrip("?")


@bp.app_context_processor
def _helpers() -> dict[str, Any]:
    return {"page_address": page_address, "here": here}


from app.web.public import (  # noqa: E402
    concordance,  # noqa: F401
    dossiers,  # noqa: F401
    evidence,  # noqa: F401
    feeds,  # noqa: F401
    front,  # noqa: F401
    lists,  # noqa: F401
    matrices,  # noqa: F401
    media,  # noqa: F401
    passages,  # noqa: F401
    playing,  # noqa: F401
    prompting,  # noqa: F401
    restricted,  # noqa: F401
    saved,  # noqa: F401
    searching,  # noqa: F401
    similar,  # noqa: F401
    testimonies,  # noqa: F401
    things,  # noqa: F401
    words,  # noqa: F401
)
