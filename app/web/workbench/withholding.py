"""Keeping lines, files and testimonies from readers, releasing them, and seeing what readers see."""

from collections.abc import Callable
from datetime import date

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.errors import ArchiveError, Invalid
from app.formats import citation
from app.services import linking, previewing, redacting, veiling
from app.web.public import jsonld, layout
from app.web.public.testimonies import archive_name, cited, permanent
from app.web.visitor import actor
from app.web.workbench import bp, covering, desk

REASONS = ("third_party", "danger", "consent", "law")
LEVELS = ("public", "reading_room", "restricted", "closed")


def panel(identifier: str) -> dict[str, object]:
    """What is withheld of the testimony, who is veiled in it, and who may read it."""
    testimony = linking.find(identifier)
    return {
        "held": redacting.held(testimony),
        "files": redacting.files(testimony),
        "access": redacting.access(testimony),
        "people": [(p.identifier, p.name, p.veil) for p in veiling.of(testimony)],
        "reasons": REASONS,
        "levels": LEVELS,
        **covering.panel(testimony),
    }


@bp.post("/testimonies/<identifier>/withhold")
def withhold(identifier: str) -> ResponseReturnValue:
    """Withhold lines, until a day or for good."""
    form = request.form

    def verb() -> None:
        first, last = desk.number("first"), desk.number("last")
        redacting.redact(
            identifier,
            min(first, last),
            max(first, last),
            form.get("reason", ""),
            actor(),
            until=redacting.day(form.get("until", "")),
            note=form.get("note", "").strip(),
        )

    done = gettext("The lines are withheld: readers see from now on only that they are, and why.")
    return _done(verb, done, identifier)


@bp.post("/redactions/<identifier>/lift")
def lift(identifier: str) -> ResponseReturnValue:
    """Let readers see withheld lines again."""
    return _done(
        lambda: redacting.lift(identifier, request.form.get("why", ""), actor()),
        gettext("The lines are open to readers again."),
        request.form.get("testimony", ""),
    )


@bp.post("/redactions/<identifier>/change")
def change_redaction(identifier: str) -> ResponseReturnValue:
    """Change the day until which lines are withheld."""
    return _done(
        lambda: redacting.change(identifier, _day("until"), desk.version(), actor(), was=_day("was_until")),
        gettext("The day is changed."),
        request.form.get("testimony", ""),
    )


@bp.post("/testimonies/<identifier>/access")
def set_access(identifier: str) -> ResponseReturnValue:
    """Say who may read the testimony, and from when."""
    form = request.form
    return _done(
        lambda: redacting.set_access(
            identifier,
            form.get("access", ""),
            actor(),
            embargo_until=redacting.day(form.get("embargo_until", "")),
            reason=form.get("why", ""),
            read=desk.version(),
            before=desk.was("access", "embargo_until"),
        ),
        gettext("Who may read it is changed."),
        identifier,
    )


@bp.post("/testimonies/<identifier>/close")
def close_testimony(identifier: str) -> ResponseReturnValue:
    """Withhold the whole testimony, or put back what it was before."""
    if request.form.get("put_back"):
        done = gettext("The testimony has the access it had before.")
        return _done(lambda: redacting.put_back(identifier, actor()), done, identifier)

    def verb() -> None:
        why = request.form.get("why", "").strip()
        if not why:
            raise Invalid("Say why the whole testimony is withheld.")
        now = redacting.access(linking.find(identifier)).embargo
        day = redacting.day(now.isoformat() if now else "")
        redacting.set_access(identifier, "closed", actor(), embargo_until=day, reason=why)

    return _done(verb, gettext("The whole testimony is withheld: only archivists see it."), identifier)


@bp.post("/files/<identifier>/withhold")
def withhold_file(identifier: str) -> ResponseReturnValue:
    """Withhold one file."""
    return _done(
        lambda: redacting.withhold_file(identifier, request.form.get("reason", ""), actor()),
        gettext("The file is withheld: readers see that it is, and why."),
        request.form.get("testimony", ""),
    )


@bp.post("/files/<identifier>/release")
def release_file(identifier: str) -> ResponseReturnValue:
    """Give a file back to readers."""
    return _done(
        lambda: redacting.release_file(identifier, actor()),
        gettext("The file is open to readers again."),
        request.form.get("testimony", ""),
    )


@bp.get("/testimonies/<identifier>/as/<audience>")
def preview(identifier: str, audience: str) -> ResponseReturnValue:
    """The testimony exactly as this audience would see it."""
    seen = previewing.see(identifier, audience, actor(), desk.number("page", 0) or None)
    record = seen.page.record
    languages = layout.shown_translations(seen.page.translations, request.args.get("beside", ""))
    shown = render_template(
        "workbench/preview.html",
        seen=seen,
        audience=audience,
        audiences=previewing.OTHERS,
        identifier=identifier,
        is_staff=False,  # what only archivists are offered is no part of what others see
        page=seen.page,
        languages=languages,
        turns=layout.turns(seen.page, languages, None),
        focus=None,
        citation=cited(record, citation.chicago, None, None),
        data=jsonld.testimony(record, permanent(identifier), archive_name()),
    )
    return Response(shown, headers={"Cache-Control": "no-store"}, mimetype="text/html")


def _done(verb: Callable[[], object], done: str, identifier: str) -> ResponseReturnValue:
    """Carry it out, and go back to the panel of the testimony."""

    def again(refusal: ArchiveError) -> ResponseReturnValue:
        from app.web.workbench import testimonies

        return testimonies.show(identifier, refusal)

    return desk.change(verb, done, desk.address(identifier, "withheld"), again)


def _day(name: str) -> date | None:
    moment = redacting.day(request.form.get(name, ""))
    return moment.date() if moment else None
