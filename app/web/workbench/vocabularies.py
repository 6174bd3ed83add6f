"""Vocabularies: which there are, files that come in and go out, and their terms."""

from collections.abc import Iterator

from flask import Response, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError, ValidationError, validate_csrf

from app.archive import Archive
from app.errors import ArchiveError, Conflict, Invalid, NotFound
from app.formats import skos
from app.services import arriving, terms, vocabularies
from app.web.visitor import actor, archive
from app.web.workbench import bp, desk

TYPES = {
    "ttl": ("turtle", "text/turtle"),
    "rdf": ("rdfxml", "application/rdf+xml"),
    "jsonld": ("jsonld", "application/ld+json"),
    "csv": ("csv", "text/csv"),
}
PIECE = 1 << 16  # characters sent at a time


@bp.get("/vocabularies", endpoint="vocabularies")
def all_vocabularies() -> ResponseReturnValue:
    """All of them, what is coming in, and forms for a file or a new one."""
    return _all()


def _all(refusal: ArchiveError | None = None) -> Response:
    page = render_template(
        "workbench/vocabularies.html",
        listed=vocabularies.listed(),
        imports=arriving.told(),
        refusal=str(refusal or ""),
        written=request.form if refusal else {},
    )
    return _unkept(page, refusal)


@bp.post("/vocabularies")
def new_vocabulary() -> ResponseReturnValue:
    """An empty vocabulary."""
    try:
        with archive().writing():
            made = vocabularies.new(desk.text("name"), desk.text("language"), actor())
    except (Conflict, Invalid) as refusal:
        return _all(refusal)
    return redirect(url_for("workbench.vocabulary", identifier=made.identifier), 303)


@bp.get("/vocabularies/<identifier>")
def vocabulary(identifier: str) -> ResponseReturnValue:
    """A vocabulary's terms: its top ones, those that ``q`` finds, or with ``all`` every one."""
    return _one(identifier)


def _one(identifier: str, refusal: ArchiveError | None = None) -> Response:
    words, every = request.args.get("q", "").strip()[:200], request.args.get("all") == "1"
    listing = terms.listed(identifier, words, desk.number("page", 1), tops=not every)
    page = render_template(
        "workbench/vocabulary.html",
        listing=listing,
        words=words,
        every=every,
        imports=arriving.of(identifier, arriving.told()),
        kinds=TYPES,
        refusal=str(refusal or ""),
        written=request.form if refusal else {},
    )
    return _unkept(page, refusal)


@bp.post("/vocabularies/import")
def import_vocabulary() -> ResponseReturnValue:
    """Keep a file that is given until the worker takes it in."""
    request.max_content_length = skos.LARGEST + 2**20
    try:
        validate_csrf(request.form.get("csrf_token", ""))
    except ValidationError as error:
        raise CSRFError(error.args[0]) from None
    to = desk.text("to")
    try:
        held = vocabularies.find(to) if to else None
        given = request.files.get("file")
        if given is None or not given.filename:
            raise Invalid("Choose a file first.")
        name = held.name if held else desk.text("name")
        with archive().writing():
            arriving.receive(given.stream, given.filename, name, to, actor())
    except (Conflict, Invalid) as refusal:
        return _one(to, refusal) if to else _all(refusal)
    flash(gettext("The file has arrived and is being taken in."))
    place = url_for("workbench.vocabulary", identifier=to) if to else url_for("workbench.vocabularies")
    return redirect(f"{place}#imports", 303)


@bp.post("/vocabularies/import/<identifier>/dismiss")
def dismiss_import(identifier: str) -> ResponseReturnValue:
    """Tell no more of a file that was taken in or refused."""
    with archive().reading():
        arriving.dismiss(identifier, actor())
    return redirect(url_for("workbench.vocabularies"), 303)


@bp.get("/vocabularies/<identifier>/export.<kind>")
def export_vocabulary(identifier: str, kind: str) -> ResponseReturnValue:
    """The vocabulary as a file, sent while it is being written."""
    if kind not in TYPES:
        raise NotFound("There is no such file.")
    form, mimetype = TYPES[kind]
    held = vocabularies.find(identifier)
    vocabularies.export(held, form)  # what cannot be written is said before anything is sent
    answer = Response(_pieces(archive(), identifier, form), mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{held.identifier}.{kind}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _pieces(here: Archive, identifier: str, form: str) -> Iterator[str]:
    """The file in larger pieces, from one state of the archive."""
    held: list[str] = []
    size = 0
    with here.reading():
        for piece in vocabularies.export(vocabularies.find(identifier), form):
            held.append(piece)
            size += len(piece)
            if size > PIECE:
                yield "".join(held)
                held, size = [], 0
    yield "".join(held)


def _unkept(page: str, refusal: ArchiveError | None) -> Response:
    answer = Response(page, refusal.status if refusal else 200, mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _token_is_looked_for_here(state: BlueprintSetupState) -> None:
    # Looked for before, the form would be held to the size of other forms.
    state.app.extensions["csrf"].exempt(import_vocabulary)


bp.record_once(_token_is_looked_for_here)
