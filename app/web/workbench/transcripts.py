"""Correcting a transcript, its revisions, and what must be looked at after a correction."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.errors import ArchiveError, Conflict, Invalid, NotFound
from app.services import (
    comparing,
    following,
    linking,
    reading,
    revisions,
    supplying,
    transcribing,
    translating,
)
from app.services.reconciling import LinesDiffer
from app.web.saying import say
from app.web.visitor import actor, archive, audience
from app.web.workbench import bp, desk, rows

NEWEST = 5  # revisions shown on the desk


def panel(identifier: str) -> dict[str, object]:
    """The current revision, those before it, what needs a look, and the translations."""
    testimony = linking.find(identifier)
    original = revisions.original(testimony)
    entries = comparing.history(identifier) if original else []
    return {
        "entries": entries[:NEWEST],
        "more": max(0, len(entries) - NEWEST),
        "looks": following.doubtful(identifier),
        "translations": translating.beside(testimony),
    }


@bp.get("/testimonies/<identifier>/transcript")
def transcript(identifier: str) -> ResponseReturnValue:
    """A page of a transcript, to be corrected in place."""
    line = desk.number("line", -1)
    opened = comparing.opened(
        identifier,
        request.args.get("language", ""),
        page=desk.number("page", 0) or None,
        line=line if line >= 0 else None,
    )
    return _editing(identifier, opened, rows.of_lines(opened.lines, opened.first))


@bp.post("/testimonies/<identifier>/transcript")
def revise(identifier: str) -> ResponseReturnValue:
    """Save the page as a new revision, or show why not, with everything that was typed."""
    language, page = request.form.get("language", ""), desk.number("page", 1)
    read, first = desk.number("read"), desk.number("first_line")
    last = desk.number("last_line", first - 1)
    again = url_for(".transcript", identifier=identifier, language=language or None, page=page)
    try:
        with archive().writing():
            saved = transcribing.revise(
                identifier,
                language,
                read,
                rows.edited(request.form, first),
                actor(),
                note=request.form.get("note", ""),
                choices=rows.choices(request.form),
                stretch=(first, last) if last >= first else None,
            )
    except NotFound:
        return desk.gone()
    except LinesDiffer as differs:
        return lines_differ(identifier, differs)
    except (Conflict, Invalid) as refusal:
        return _again(identifier, language, page, refusal)
    if saved is None:
        flash(gettext("Nothing differs from what stands there; no new revision was made."))
        return redirect(again, 303)
    flash(gettext("Saved as revision %(revision)s.", revision=saved))
    return redirect(again, 303)


@bp.post("/testimonies/<identifier>/transcript/file")
def attach_transcript(identifier: str) -> ResponseReturnValue:
    """Attach a transcript from a file, as the first or as a new revision."""
    file = request.files.get("file")
    back = desk.address(identifier, "revisions")
    try:
        with archive().writing():
            data, name = (file.stream.read(), file.filename or "") if file else (b"", "")
            saved = supplying.attach(identifier, data, name, actor(), note=request.form.get("note", ""))
    except NotFound:
        return desk.gone()
    except (Conflict, Invalid) as refusal:
        flash(say(str(refusal)))
        return redirect(back, 303)
    flash(
        gettext("Saved as revision %(revision)s.", revision=saved)
        if saved
        else gettext("Nothing differs from what stands there; no new revision was made.")
    )
    return redirect(url_for(".transcript", identifier=identifier) if saved else back, 303)


def _again(identifier: str, language: str, page: int, refusal: ArchiveError) -> ResponseReturnValue:
    try:
        with archive().reading():
            opened = comparing.opened(identifier, language, page=page)
            return _editing(identifier, opened, rows.as_typed(request.form), refusal)
    except NotFound:  # destroyed, or of fewer pages by now
        return desk.gone()


def _editing(
    identifier: str,
    opened: comparing.Opened,
    shown: list[rows.Row],
    refusal: ArchiveError | None = None,
) -> ResponseReturnValue:
    form = request.form if refusal else {}
    page = render_template(
        "workbench/transcript.html",
        identifier=identifier,
        record=reading.testimony(identifier, audience()).record,
        opened=opened,
        rows=shown,
        read=form.get("read", opened.revision),
        first=form.get("first_line", opened.first),
        last=form.get("last_line", opened.last),
        written=form,
        refusal=str(refusal or ""),
        looks=following.doubtful(identifier),
    )
    return _unkept(page, refusal.status if refusal else 200)


def lines_differ(identifier: str, differs: LinesDiffer) -> ResponseReturnValue:
    """Both versions, line by line. What is chosen is sent to the same door with all that was typed."""
    carried = [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name not in ("csrf_token", "against") and not name.startswith(rows.CHOICE)
    ]
    page = render_template(
        "workbench/lines_differ.html", identifier=identifier, differs=differs, carried=carried
    )
    return _unkept(page, differs.status)


@bp.get("/testimonies/<identifier>/revisions", endpoint="revisions")
def all_revisions(identifier: str) -> ResponseReturnValue:
    """All revisions of a transcript: who, when, why, how much."""
    language = request.args.get("language", "")
    page = render_template(
        "workbench/revisions.html",
        identifier=identifier,
        record=reading.testimony(identifier, audience()).record,
        language=language,
        entries=comparing.history(identifier, language),
    )
    return _unkept(page)


@bp.get("/testimonies/<identifier>/revisions/<int:old>/<int:new>")
def compare(identifier: str, old: int, new: int) -> ResponseReturnValue:
    """Two revisions side by side, word by word."""
    language, everything = request.args.get("language", ""), request.args.get("all") == "1"
    pairs, skipped = comparing.compare(identifier, old, new, language, everything=everything)
    page = render_template(
        "workbench/compare.html",
        identifier=identifier,
        record=reading.testimony(identifier, audience()).record,
        language=language,
        old=min(old, new),
        new=max(old, new),
        pairs=pairs,
        skipped=skipped,
        everything=everything,
    )
    return _unkept(page)


@bp.post("/testimonies/<identifier>/revisions/<int:revision>/restore")
def restore(identifier: str, revision: int) -> ResponseReturnValue:
    """A new revision with the words of an old one."""
    language = request.form.get("language", "")
    to = url_for(".revisions", identifier=identifier, language=language or None)
    with archive().writing():
        saved = transcribing.restore(identifier, language, revision, actor(), read=desk.number("read"))
    flash(
        gettext("The words of revision %(old)s stand again, as revision %(new)s.", old=revision, new=saved)
        if saved
        else gettext("Nothing differs from what stands there; no new revision was made.")
    )
    return redirect(to, 303)


@bp.get("/testimonies/<identifier>/looks")
def looks(identifier: str) -> ResponseReturnValue:
    """The passages whose words could not simply be followed, old and new side by side."""
    return _looks(identifier)


@bp.post("/testimonies/<identifier>/looks/<passage>")
def settle_look(identifier: str, passage: str) -> ResponseReturnValue:
    """Say that a passage is right, stands elsewhere, or is to be removed."""
    first = desk.number("first", -1)
    try:
        with archive().writing():
            following.settle_doubt(
                passage,
                request.form.get("answer", ""),
                actor(),
                version=desk.version(),
                first=first if first >= 0 else None,
                last=desk.number("last", first) if first >= 0 else None,
            )
    except (Conflict, Invalid) as refusal:
        with archive().reading():
            return _looks(identifier, refusal)
    flash(gettext("Settled. The trail keeps what it was."))
    return redirect(url_for(".looks", identifier=identifier), 303)


def _looks(identifier: str, refusal: ArchiveError | None = None) -> ResponseReturnValue:
    held = following.needs_look(identifier)
    marks = [
        comparing.marked([line.text for line in look.was], [line.text for line in look.now]) for look in held
    ]
    page = render_template(
        "workbench/looks.html",
        identifier=identifier,
        record=reading.testimony(identifier, audience()).record,
        looks=list(zip(held, marks, strict=True)),
        translations=translating.beside(linking.find(identifier)),
        refusal=str(refusal or ""),
    )
    return _unkept(page, refusal.status if refusal else 200)


def _unkept(page: str, status: int = 200) -> Response:
    return Response(page, status, {"Cache-Control": "no-store"}, mimetype="text/html")
