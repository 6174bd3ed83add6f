"""Translations: a field beside every line of the original, or a file."""

from collections.abc import Mapping
from typing import BinaryIO, cast

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.errors import ArchiveError, Conflict, Invalid, NotFound
from app.services import comparing, linking, reading, translating
from app.services.reconciling import LinesDiffer
from app.web.visitor import actor, archive, audience
from app.web.workbench import bp, desk, rows, transcripts


@bp.get("/testimonies/<identifier>/translation")
def translation(identifier: str) -> ResponseReturnValue:
    """A page of the original with a field beside each line; without a language, a form to begin."""
    return _page(identifier, request.args.get("language", "").strip())


@bp.post("/testimonies/<identifier>/translation")
def translate(identifier: str) -> ResponseReturnValue:
    """Keep what was typed; lines may stay empty."""
    language, page = request.form.get("language", "").strip(), desk.number("page", 1)
    try:
        with archive().writing():
            saved = translating.translate(
                identifier,
                language,
                _typed(),
                actor(),
                original_read=desk.number("original_read"),
                read=desk.number("read", 0),
                translator=request.form.get("translator", ""),
                choices=rows.choices(request.form),
            )
    except NotFound:
        return desk.gone()
    except LinesDiffer as differs:
        return transcripts.lines_differ(identifier, differs)
    except translating.MovedOn as moved:
        with archive().reading():
            return _page(identifier, language, moved, moved.texts)
    except (Conflict, Invalid) as refusal:
        with archive().reading():
            return _page(identifier, language, refusal, _typed())
    _say(saved)
    return redirect(url_for(".translation", identifier=identifier, language=language, page=page), 303)


@bp.post("/testimonies/<identifier>/translation/file")
def add_translation(identifier: str) -> ResponseReturnValue:
    """Take a translation from a file."""
    language, file = request.form.get("language", "").strip(), request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Invalid("Choose a file first.")
        with archive().writing():
            saved = translating.add_translation(
                identifier,
                language,
                file.filename,
                cast(BinaryIO, file.stream),
                request.form.get("translator", ""),
                actor(),
            )
    except (Conflict, Invalid) as refusal:
        with archive().reading():
            return _page(identifier, "", refusal)
    _say(saved)
    return redirect(url_for(".translation", identifier=identifier, language=language), 303)


def _say(saved: int | None) -> None:
    if saved is None:
        flash(gettext("Nothing differs from what stands there; no new revision was made."))
    else:
        flash(gettext("Saved as revision %(revision)s.", revision=saved))


def _typed() -> dict[int, str]:
    return {
        int(number): text
        for number, text in zip(request.form.getlist("line"), request.form.getlist("text"), strict=False)
        if number.isascii() and number.isdigit() and len(number) < 10
    }


def _page(
    identifier: str,
    language: str,
    refusal: ArchiveError | None = None,
    typed: Mapping[int, str] | None = None,
) -> ResponseReturnValue:
    opened = comparing.opened(identifier, page=desk.number("page", 0) or None)
    held = _beside(identifier, language, opened)
    texts = {line.came_from[0]: line.text for line in held.lines} if held else {}
    page = render_template(
        "workbench/translation.html",
        identifier=identifier,
        record=reading.testimony(identifier, audience()).record,
        language=language,
        opened=opened,
        held=held,
        texts={**texts, **(typed or {})},
        translations=translating.beside(linking.find(identifier)),
        written=request.form if refusal else {},
        refusal=str(refusal or ""),
    )
    status = refusal.status if refusal else 200
    return Response(page, status, {"Cache-Control": "no-store"}, mimetype="text/html")


def _beside(identifier: str, language: str, opened: comparing.Opened) -> comparing.Opened | None:
    if not language or language == opened.language:
        return None
    try:
        held = comparing.opened(identifier, language, line=opened.first)
    except NotFound:
        return None
    return held
