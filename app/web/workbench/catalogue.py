"""People, places, events and collections: lists to look through, and a page for each to be changed on."""

from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app import dates
from app.errors import ArchiveError
from app.models import Collection, Event, Person, Place, TieKind
from app.services import cataloguing, merging, tying
from app.web.visitor import actor, archive
from app.web.workbench import bp, describing, desk


@dataclass(frozen=True)
class Kind:
    """A kind of thing: its noun, the names of its doors, and what its pages are called."""

    noun: type[Any]
    one: str
    many: str
    title: LazyString
    new: LazyString


KINDS = (
    Kind(Person, "person", "people", _l("People"), _l("A new person")),
    Kind(Place, "place", "places", _l("Places"), _l("A new place")),
    Kind(Event, "event", "events", _l("Events"), _l("A new event")),
    Kind(Collection, "collection", "collections", _l("Collections"), _l("A new collection")),
)


def listed(kind: Kind, refusal: ArchiveError | None = None) -> ResponseReturnValue:
    """The things of a kind whose names hold the words asked for."""
    words = request.args.get("q", "").strip()
    things, total, pages = cataloguing.listing(kind.noun, words, desk.number("page", 1))
    page = render_template(
        "workbench/catalogue.html",
        kind=kind,
        things=things,
        total=total,
        page=desk.number("page", 1),
        pages=pages,
        q=words,
        refusal=str(refusal or ""),
        written=request.form if refusal else {},
    )
    return Response(page, refusal.status if refusal else 200, mimetype="text/html")


def shown(kind: Kind, identifier: str, refusal: ArchiveError | None = None) -> ResponseReturnValue:
    """One of them: what can be changed, where it is used, who was merged into it."""
    thing = cataloguing.find(kind.noun, identifier)
    held = cataloguing.fields(thing)
    typed = request.form if refusal else {}
    uses, total, pages = cataloguing.used(thing, desk.number("page", 1))
    page = render_template(
        "workbench/thing.html",
        kind=kind,
        thing=thing,
        fields={name: typed.get(name, value) for name, value in held.items()},
        was={name: typed.get(f"was_{name}", value) for name, value in held.items()},
        version=typed.get("version", thing.version),
        understood=dates.from_words(typed.get("date", held.get("date", ""))),
        place_words=typed.get("place_words", _place(thing)),
        unclear=describing.unclear(),
        events=merging.events(thing) if isinstance(thing, Place) else (),
        ties=tying.of(thing) if isinstance(thing, Person) else (),
        tie_kinds=[kind.value for kind in TieKind],
        typed=typed,
        uses=uses,
        total=total,
        page=desk.number("page", 1),
        pages=pages,
        refusal=str(refusal or ""),
    )
    answer = Response(page, refusal.status if refusal else 200, mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def changed(kind: Kind, identifier: str) -> ResponseReturnValue:
    """Set the fields that were changed."""

    def verb() -> None:
        names = cataloguing.FIELDS[kind.noun]
        wanted = desk.texts(*names)
        if "is_published" in names:
            wanted["is_published"] = "1" if desk.text("is_published") else ""
        if "place" in names:
            wanted["place"] = describing.meant("place", was=desk.text("was_place"))
        cataloguing.change(kind.noun, identifier, wanted, actor(), desk.version(), desk.was(*names))

    return desk.change(
        verb,
        gettext("It is saved. The testimonies that show it follow."),
        url_for(f"workbench.{kind.one}", identifier=identifier),
        lambda refusal: describing.refused(refusal, lambda: shown(kind, identifier, refusal)),
    )


def made(kind: Kind) -> ResponseReturnValue:
    """Make a new one, and go to its page."""
    first = cataloguing.FIELDS[kind.noun][0]
    held: list[str] = []

    def verb() -> None:
        invented = archive().settings.demonstration
        thing = cataloguing.make(kind.noun, {first: desk.text("name")}, actor(), invented=invented)
        held.append(thing.identifier)

    answer = desk.change(
        verb, "", "", lambda refusal: describing.refused(refusal, lambda: listed(kind, refusal))
    )
    if not held:
        return answer
    return desk.go(url_for(f"workbench.{kind.one}", identifier=held[0]), gettext("It is made."))


def _place(thing: Any) -> str:
    return thing.place.name if isinstance(thing, Event) and thing.place else ""


for _kind in KINDS:
    bp.add_url_rule(f"/{_kind.many}", _kind.many, desk.of_kind(listed, _kind))
    bp.add_url_rule(f"/{_kind.many}", f"make_{_kind.one}", desk.of_kind(made, _kind), methods=["POST"])
    _address = f"/{_kind.many}/<identifier>"
    bp.add_url_rule(_address, _kind.one, desk.of_kind(shown, _kind))
    bp.add_url_rule(_address, f"change_{_kind.one}", desk.of_kind(changed, _kind), methods=["POST"])
