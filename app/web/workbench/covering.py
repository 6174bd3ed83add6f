"""What readers' copies of files are without: how far each is, regions of pictures, voices in disguise."""

from collections.abc import Callable

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.errors import ArchiveError, Invalid
from app.models import Testimony
from app.services import covering, regions, retelling
from app.web.visitor import actor
from app.web.workbench import bp, desk

REASONS = ("third_party", "danger", "consent", "law")


def panel(testimony: Testimony) -> dict[str, object]:
    """Readers' copies of the testimony's files, and what they still read of what is withheld."""
    return {
        "copies": covering.copies(testimony),
        "echoes": retelling.echoes(testimony),
        "guard": covering.guard(),
        "by_archive": testimony.is_disguised,
        "by_narrator": bool(testimony.consent and testimony.consent.disguise),
    }


@bp.post("/testimonies/<identifier>/disguise")
def disguise(identifier: str) -> ResponseReturnValue:
    """Have voices heard in disguise, or as they are."""
    wanted = request.form.get("disguise") == "yes"
    done = gettext("Until copies with the other voice are made, its recordings are withheld from readers.")
    return _at_desk(
        lambda: covering.disguise(identifier, wanted, request.form.get("why", ""), actor()), done, identifier
    )


@bp.post("/files/<identifier>/remake")
def remake(identifier: str) -> ResponseReturnValue:
    """Have readers' copies made again."""
    done = gettext("It will be made again. Until then readers do not get it.")
    return _at_desk(lambda: covering.remake(identifier, actor()), done, request.form.get("testimony", ""))


@bp.get("/files/<identifier>/regions")
def canvas(identifier: str) -> ResponseReturnValue:
    """A picture, and what of it is covered."""
    return _show(identifier)


@bp.post("/files/<identifier>/regions")
def draw(identifier: str) -> ResponseReturnValue:
    """Cover a part of a picture."""
    form = request.form
    return _at_canvas(
        lambda: regions.draw(identifier, _box(), form.get("reason", ""), actor(), note=form.get("note", "")),
        gettext("This part is covered. Until the copy without it is made, readers do not get the picture."),
        identifier,
    )


@bp.post("/regions/<identifier>/move")
def move_region(identifier: str) -> ResponseReturnValue:
    """Put a region elsewhere."""
    form = request.form
    return _at_canvas(
        lambda: regions.move(identifier, _box(), form.get("reason", ""), desk.version(), actor()),
        gettext("The region is moved. Until the copy is made anew, readers do not get the picture."),
        form.get("file", ""),
    )


@bp.post("/regions/<identifier>/lift")
def lift_region(identifier: str) -> ResponseReturnValue:
    """Let readers see a part of a picture again."""
    return _at_canvas(
        lambda: regions.lift(identifier, request.form.get("why", ""), actor()),
        gettext("The region is taken away."),
        request.form.get("file", ""),
    )


def _box() -> tuple[int, int, int, int]:
    """The four numbers of a region: per cent in the form, ten-thousandths in the archive. Raises Invalid."""
    x, y, width, height = (_hundredths(request.form.get(side, "")) for side in regions.SIDES)
    return x, y, width, height


def _hundredths(said: str) -> int:
    try:
        number = round(float(said.strip().replace(",", ".")) * 100)
    except (ValueError, OverflowError):
        raise Invalid("A side is not a number. Write per cent of the picture, like 12.5.") from None
    if not -regions.WHOLE <= number <= 2 * regions.WHOLE:
        raise Invalid("The region lies outside of the picture. Write per cent of it, from 0 to 100.")
    return number


def _at_desk(verb: Callable[[], object], done: str, identifier: str) -> ResponseReturnValue:
    def again(refusal: ArchiveError) -> ResponseReturnValue:
        from app.web.workbench import testimonies

        return testimonies.show(identifier, refusal)

    return desk.change(verb, done, desk.address(identifier, "withheld"), again)


def _at_canvas(verb: Callable[[], object], done: str, file: str) -> ResponseReturnValue:
    to = url_for("workbench.canvas", identifier=file) if file else url_for("workbench.queue")
    return desk.change(verb, done, to, lambda refusal: _show(file, refusal))


def _show(identifier: str, refusal: ArchiveError | None = None) -> ResponseReturnValue:
    page = render_template(
        "workbench/regions.html",
        canvas=regions.canvas(identifier),
        reasons=REASONS,
        refusal=str(refusal or ""),
        written=request.form if refusal else {},
    )
    status = refusal.status if refusal else 200
    return Response(page, status, {"Cache-Control": "no-store"}, mimetype="text/html")
