"""Questions, claims and sources: to look through, to make and to change."""

from collections.abc import Callable

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.errors import ArchiveError
from app.services import bringing, candidates, claiming, figuring, linking
from app.web.visitor import actor
from app.web.workbench import bp, desk

MORE = (*figuring.FIELDS, "place", "earlier", "later")
CLAIM = ("text", "attributed_to", "note", "source", "is_published", *MORE)
QUESTION = ("text", "unit", "is_published")


@bp.get("/claims")
def claims() -> ResponseReturnValue:
    """Questions with their claims, a page at a time, those with ``?q=`` words only."""
    return _list()


@bp.get("/claims/<identifier>")
def claim(identifier: str) -> ResponseReturnValue:
    """One claim to change, with its links."""
    return _show(identifier)


@bp.post("/claims")
def make_claim() -> ResponseReturnValue:
    """A new claim in answer to a question; then on to it, or back to the desk to tie lines to it."""
    form, made = request.form, list[str]()

    def make() -> None:
        question = form.get("question_id", "")
        if not question and form.get("question", "").strip():
            question = claiming.make_question(
                form["question"], actor(), event=form.get("event", ""), unit=form.get("unit", "")
            ).identifier
        if form.get("new_source", "").strip():
            source = claiming.make_source(form["new_source"], actor()).identifier
        else:
            source = form.get("source", "")
        kept = claiming.make_claim(
            question,
            form.get("text", ""),
            actor(),
            source=source,
            attributed_to=form.get("attributed_to", ""),
            note=form.get("note", ""),
            is_published=bool(form.get("is_published")),
            **desk.texts(*MORE),
        )
        made.append(kept.identifier)

    return _made(make, gettext("The claim is kept. Readers do not see it until you show it."), made)


@bp.post("/questions")
def make_question() -> ResponseReturnValue:
    """A new question in dispute."""
    form = request.form
    return desk.change(
        lambda: claiming.make_question(
            form.get("text", ""),
            actor(),
            event=form.get("event", ""),
            unit=form.get("unit", ""),
            is_published=bool(form.get("is_published")),
        ),
        gettext("The question is kept."),
        url_for(".claims", q=form.get("text", "")),
        _list,
    )


@bp.post("/sources")
def make_source() -> ResponseReturnValue:
    """A new source: a document that asserts."""
    form = request.form
    return desk.change(
        lambda: claiming.make_source(
            form.get("title", ""),
            actor(),
            kind=form.get("kind", ""),
            date=form.get("date", ""),
            asserted_by=form.get("asserted_by", ""),
            url=form.get("url", ""),
            is_published=bool(form.get("is_published")),
        ),
        gettext("The source is kept. Claims can name it by its title."),
        url_for(".claims"),
        _list,
    )


@bp.post("/claims/<identifier>")
def change_claim(identifier: str) -> ResponseReturnValue:
    """Change a claim, or whether readers see it."""
    return desk.change(
        lambda: claiming.change_claim(identifier, _wanted(CLAIM), desk.version(), actor(), desk.was(*CLAIM)),
        gettext("The claim is changed. The trail keeps what it was."),
        url_for(".claim", identifier=identifier),
        lambda refusal: _show(identifier, refusal),
    )


@bp.post("/questions/<identifier>")
def change_question(identifier: str) -> ResponseReturnValue:
    """Change a question, or whether readers see it."""
    return desk.change(
        lambda: claiming.change_question(
            identifier, _wanted(QUESTION), desk.version(), actor(), desk.was(*QUESTION)
        ),
        gettext("The question is changed. The trail keeps what it was."),
        url_for(".claims", q=request.form.get("text", "")),
        _list,
    )


def _wanted(names: tuple[str, ...]) -> dict[str, str]:
    """What the form asks for; a box that is not ticked is not sent."""
    said = {name: request.form.get(name, "").replace("\r\n", "\n") for name in names}
    boxes = ("is_published", "figure_approximate") if "figure" in request.form else ("is_published",)
    return {name: value for name, value in said.items() if name in request.form or name in boxes}


def _made(make: Callable[[], None], done: str, made: list[str]) -> ResponseReturnValue:
    """Keep something; then the desk it was made from, with it chosen, or the page of the claim."""
    testimony = request.form.get("testimony", "")

    def again(refusal: ArchiveError) -> ResponseReturnValue:
        if not testimony:
            return _list(refusal)
        from app.web.workbench import testimonies

        return testimonies.show(testimony, refusal)

    answer = desk.change(make, done, "", again)
    if not made:
        return answer
    if not testimony:
        return redirect(url_for(".claim", identifier=made[0]), 303)
    lines = desk.chosen() or (None, None)
    return redirect(
        url_for(
            ".testimony",
            identifier=testimony,
            first=lines[0],
            last=lines[1],
            claim=made[0],
            _anchor="links",
        ),
        303,
    )


def _list(refusal: ArchiveError | None = None) -> ResponseReturnValue:
    words, page = request.args.get("q", "").strip(), desk.number("page", 1)
    questions, pages = claiming.questions(words, page)
    tallies = claiming.tallies([claim for question in questions for claim in question.claims])
    shown = render_template(
        "workbench/claims.html",
        questions=questions,
        tallies=tallies,
        words=words,
        page=page,
        pages=pages,
        refusal=str(refusal or ""),
        written=request.form if refusal else {},
    )
    return shown, refusal.status if refusal else 200


def _show(identifier: str, refusal: ArchiveError | None = None) -> ResponseReturnValue:
    held = linking.claimed(identifier)
    shown = render_template(
        "workbench/claim.html",
        claim=held,
        fields=claiming.fields(held),
        links=linking.views([e for e in held.evidence if e.passage.first is not None]),
        looked_at=candidates.looked_at(held),
        dismissed=claiming.tallies([held])[held.id][1],
        words=bringing.default_words(held),
        refusal=str(refusal or ""),
        written=request.form if refusal else {},
    )
    return shown, refusal.status if refusal else 200
