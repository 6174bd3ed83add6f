"""The matrix of an event or a question, on a page and as JSON; and what is weighed, as JSON."""

from collections.abc import Callable
from dataclasses import asdict, fields
from functools import wraps
from typing import Any

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.pages import Matrix
from app.plain import plain
from app.services import crossing, weighing
from app.web.public import asking, bp
from app.web.visitor import audience

Made = Callable[..., Matrix]


def matrix(made: Made, door: str, identifier: str) -> str:
    """Witnesses against questions (of an event) or claims (of a question), as narrowed by the address."""
    asked = _asked()
    page = made(identifier, audience(), asked, asking.page_number(request.args))
    said = {name: value for name, value in asdict(asked).items() if value}

    def address(number: int = 1, **other: str) -> str:
        chosen = {name: value for name, value in {**said, **other}.items() if value}
        return url_for(door, identifier=identifier, page=number if number > 1 else None, **chosen)

    return render_template("public/matrix.html", page=page, asked=said, address=address)


def matrix_json(made: Made, identifier: str) -> ResponseReturnValue:
    """The same matrix as data."""
    return jsonify(plain(made(identifier, audience(), _asked(), asking.page_number(request.args))))


def weighed_json(shown: Callable[..., Any], paged: bool, identifier: str) -> ResponseReturnValue:
    """An event, a question, a claim or a source as its page shows it; ``?page=`` where there are several."""
    page = (asking.page_number(request.args),) if paged else ()
    return jsonify(plain(shown(identifier, audience(), *page)))


def _asked() -> crossing.Narrowed:
    return crossing.Narrowed(
        **{f.name: request.args.get(f.name, "")[:400] for f in fields(crossing.Narrowed)}
    )


def _door(view: Callable[..., ResponseReturnValue], *first: object) -> Callable[..., ResponseReturnValue]:
    """A view of several kinds of thing, as the door of one kind."""

    @wraps(view)
    def door(**values: str) -> ResponseReturnValue:
        return view(*first, **values)

    return door


for _one, _made in (("event", crossing.of_event), ("question", crossing.of_question)):
    _name, _path = f"{_one}_matrix", f"/{_one}s/<identifier>/matrix"
    bp.add_url_rule(_path, _name, _door(matrix, _made, f"public.{_name}"))
    bp.add_url_rule(f"/api/v1{_path}", f"{_name}_json", _door(matrix_json, _made))
for _one, _shown, _paged in (
    ("event", weighing.event, True),
    ("question", weighing.question, False),
    ("claim", weighing.claim, True),
    ("source", weighing.source, False),
):
    bp.add_url_rule(f"/api/v1/{_one}s/<identifier>", f"{_one}_json", _door(weighed_json, _shown, _paged))
