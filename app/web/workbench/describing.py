"""The panel of description: what a testimony is called, when and where it was told, by whom and of whom."""

from collections.abc import Callable
from typing import Any

from flask import g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app import dates
from app.errors import ArchiveError
from app.models import Person, Place
from app.services import choosing, completing, describing, linking, selecting
from app.web.visitor import actor, archive
from app.web.workbench import bp, desk, words

ROLES = ("narrator", "interviewer", "translator", "interpreter", "transcriber", "submitter")
NOUNS: dict[str, type[Any]] = {"person": Person, "place": Place}


def panel(identifier: str) -> dict[str, object]:
    """What the panel shows: the fields, how their dates are understood, people, places, events."""
    testimony = linking.find(identifier)
    held = describing.fields(testimony)
    typed = request.form if _refused("describe") else {}
    shown = {name: typed.get(name, value) for name, value in held.items()}
    return {
        "version": typed.get("version", testimony.version),
        "fields": shown,
        "was": {name: typed.get(f"was_{name}", value) for name, value in held.items()},
        "understood": {name: dates.from_words(shown[name]) for name in describing.DATES},
        "place_words": typed.get("place_words", testimony.place.name if testimony.place else ""),
        "parts": testimony.participations,
        "mentions": testimony.mentions,
        "places": testimony.places,
        "events": testimony.events,
        "collection": testimony.collection,
        "collections": selecting.collections(),
        "roles": ROLES,
        "kinds": words.KINDS,
        "unclear": unclear(),
        "doing": request.form.get("doing", "") if request.method == "POST" else "",
    }


def unclear() -> choosing.Unclear | None:
    """Who or what the words typed may mean, when the form was refused for that."""
    held = g.get("unclear")
    return held if isinstance(held, choosing.Unclear) else None


@bp.context_processor
def choosers() -> dict[str, Any]:
    """What every field for a person or a place needs."""
    return {"understood_date": dates.from_words, "is_new": choosing.NEW}


@bp.post("/testimonies/<identifier>/describe")
def describe(identifier: str) -> ResponseReturnValue:
    """Set the fields that were changed."""

    def verb() -> None:
        wanted = desk.texts(*describing.FIELDS)
        wanted["place"] = meant("place", was=desk.text("was_place"))
        describing.describe(identifier, wanted, actor(), desk.version(), desk.was(*describing.FIELDS))

    return _do(identifier, verb, gettext("The description is saved."))


@bp.post("/testimonies/<identifier>/people")
def add_person(identifier: str) -> ResponseReturnValue:
    """Add somebody who took part."""
    return _do(
        identifier,
        lambda: describing.add_person(
            identifier, meant("person"), desk.text("role"), desk.text("note"), actor()
        ),
        gettext("The list of people is changed."),
    )


@bp.post("/testimonies/<identifier>/people/<int:at>")
def change_part(identifier: str, at: int) -> ResponseReturnValue:
    """Change the part somebody played, move them up or down, or take them out."""
    person, act = desk.text("who"), desk.text("act")

    def verb() -> None:
        if act == "remove":
            describing.remove_person(identifier, at, person, actor())
        elif act in ("up", "down"):
            describing.move_person(identifier, at, person, -1 if act == "up" else 1, actor())
        else:
            wanted = desk.texts("role", "note")
            before = desk.was("role", "note")
            describing.change_person(identifier, at, person, wanted, actor(), desk.version(), before)

    return _do(identifier, verb, gettext("The list of people is changed."))


@bp.post("/testimonies/<identifier>/mentions")
def change_mentions(identifier: str) -> ResponseReturnValue:
    """Add or take out somebody who is spoken of."""

    def verb() -> None:
        if remove := desk.text("remove"):
            describing.unmention(identifier, remove, actor())
        else:
            describing.mention(identifier, meant("person"), actor())

    return _do(identifier, verb, gettext("The list of people is changed."))


@bp.post("/testimonies/<identifier>/places")
def change_places(identifier: str) -> ResponseReturnValue:
    """Add or take out a place that is spoken of."""

    def verb() -> None:
        if remove := desk.text("remove"):
            describing.remove_place(identifier, remove, actor())
        else:
            describing.add_place(identifier, meant("place"), actor())

    return _do(identifier, verb, gettext("The list of places is changed."))


@bp.post("/testimonies/<identifier>/events")
def change_events(identifier: str) -> ResponseReturnValue:
    """Add or take out an event that is told of."""

    def verb() -> None:
        if remove := desk.text("remove"):
            describing.remove_event(identifier, remove, actor())
        else:
            event = completing.settle("events", desk.text("event"), desk.text("event_words"))
            describing.add_event(identifier, event, actor())

    return _do(identifier, verb, gettext("The list of events is changed."))


@bp.post("/testimonies/<identifier>/collection")
def move_testimony(identifier: str) -> ResponseReturnValue:
    """Put it into another collection."""
    return _do(
        identifier,
        lambda: describing.move(
            identifier, desk.text("collection"), actor(), desk.version(), desk.was("collection")
        ),
        gettext("The testimony is in another collection."),
    )


def meant(kind: str, was: str = "") -> str:
    """The person or place that the form means: chosen, or typed."""
    return choosing.meant(NOUNS[kind], desk.text(kind), desk.text(f"{kind}_words"), was)


def refused(refusal: ArchiveError, again: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """The page once more, read afresh; where words may mean several, with those to choose from."""
    if isinstance(refusal, choosing.Unclear):
        g.unclear = refusal
    with archive().reading():
        return again()


def _do(identifier: str, verb: Callable[[], object], done: str) -> ResponseReturnValue:
    from app.web.workbench import testimonies  # it imports this module

    return desk.change(
        verb,
        done,
        desk.address(identifier, "about"),
        lambda refusal: refused(refusal, lambda: testimonies.show(identifier, refusal)),
    )


def _refused(doing: str) -> bool:
    return request.method == "POST" and request.form.get("doing") == doing
