"""People, or places, that may be one: looked at, merged, kept apart, and taken apart again."""

from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.errors import ArchiveError
from app.models import Person, Place
from app.services import likening, merging
from app.web.visitor import actor
from app.web.workbench import bp, describing, desk

PER_PAGE = 20

SIGNS: dict[str, LazyString] = {
    "same_spelling": _l("a name is spelt alike"),
    "other_script": _l("the same name in another script"),
    "other_spelling": _l("the same name, spelt otherwise"),
    "same_collection": _l("both are in one collection"),
    "same_role": _l("both played the same part"),
    "near": _l("they lie within 5 km"),
    "initial": _l("one name is only an initial"),
    "patronymic": _l("only one has a patronymic"),
    "more_words": _l("one has a further name"),
    "other_ending": _l("the endings are of a man and of a woman"),
    "one_word": _l("only one word of the name is known"),
    "no_collection": _l("they share no collection"),
    "together": _l("both stand in one testimony"),
    "far": _l("they lie more than 25 km apart"),
}


@dataclass(frozen=True)
class Kind:
    """What may be merged, and the names of its doors."""

    noun: type[Any]
    one: str
    many: str
    doubles: str
    apart: str
    title: LazyString


KINDS = (
    Kind(Person, "person", "people", "doubles", "keep_apart", _l("People who may be one")),
    Kind(Place, "place", "places", "place_doubles", "keep_places_apart", _l("Places that may be one")),
)


def listed(kind: Kind, refusal: ArchiveError | None = None) -> ResponseReturnValue:
    """The groups that may be one, what speaks for it and against it."""
    groups = likening.doubles(kind.noun)
    number = desk.number("page", 1)
    page = render_template(
        "workbench/doubles.html",
        kind=kind,
        groups=groups[(number - 1) * PER_PAGE : number * PER_PAGE],
        total=len(groups),
        page=number,
        pages=max(1, -(-len(groups) // PER_PAGE)),
        signs=SIGNS,
        uses=lambda thing: len(merging.testimonies(thing)),
        refusal=str(refusal or ""),
    )
    return Response(page, refusal.status if refusal else 200, mimetype="text/html")


def merged(kind: Kind) -> ResponseReturnValue:
    """Let one stand for those that were ticked."""
    form = request.form
    return _do(
        kind,
        lambda: merging.merge(kind.noun, form.getlist("same"), form.get("stands", ""), actor()),
        gettext("They are one now. It can be undone on the page of the one that stands for all."),
    )


def kept_apart(kind: Kind) -> ResponseReturnValue:
    """Remember that those that were ticked are not one."""
    ticked = request.form.getlist("same")
    return _do(
        kind,
        lambda: merging.keep_apart(kind.noun, ticked, actor()),
        gettext("They stay apart, and are not suggested again."),
    )


def unmerged(kind: Kind, identifier: str) -> ResponseReturnValue:
    """Let one stand for itself again."""
    return desk.change(
        lambda: merging.unmerge(kind.noun, identifier, actor()),
        gettext("It stands for itself again, with everything that was its own."),
        url_for(f"workbench.{kind.one}", identifier=identifier),
        lambda refusal: describing.refused(refusal, lambda: listed(kind, refusal)),
    )


def _do(kind: Kind, verb: Any, done: str) -> ResponseReturnValue:
    return desk.change(
        verb,
        done,
        url_for(f"workbench.{kind.doubles}"),
        lambda refusal: describing.refused(refusal, lambda: listed(kind, refusal)),
    )


for _kind in KINDS:
    bp.add_url_rule(f"/{_kind.many}/doubles", _kind.doubles, desk.of_kind(listed, _kind))
    for _path, _name, _view in (
        ("merge", f"merge_{_kind.one}", merged),
        ("apart", _kind.apart, kept_apart),
        ("<identifier>/unmerge", f"unmerge_{_kind.one}", unmerged),
    ):
        bp.add_url_rule(f"/{_kind.many}/{_path}", _name, desk.of_kind(_view, _kind), methods=["POST"])
