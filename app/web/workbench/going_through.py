"""Going through the holdings for a claim, passage by passage."""

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.errors import ArchiveError, Invalid
from app.services import candidates, figuring, linking, reading
from app.web.visitor import actor, audience
from app.web.workbench import bp, desk


@bp.get("/claims/<identifier>/going-through")
def going_through(identifier: str) -> ResponseReturnValue:
    """The next passage that may bear on the claim; ``q`` are the words, ``skip`` leaves some for later."""
    return _show(identifier)


@bp.post("/claims/<identifier>/going-through")
def judge(identifier: str) -> ResponseReturnValue:
    """Tie the passage shown to the claim, say that it is not about it, or undo the last."""
    last: list[str] = []
    done = {
        "undo": gettext("Undone; the passage is offered again."),
        "dismiss": gettext("It is not offered again for this claim."),
    }.get(request.form.get("verdict", ""), gettext("The passage is tied to the claim."))
    answer = desk.change(
        lambda: last.append(_judged(identifier)), done, "here", lambda e: _show(identifier, e)
    )
    if last:  # where to go is known only now that it is done
        answer = Response(status=303, headers={"Location": _next(identifier, last[0])})
    return answer


def _judged(claim: str) -> str:
    """Do it; returns what could be undone next."""
    form = request.form
    if form.get("verdict") == "undo":
        kind, _, what = form.get("last", "").partition(":")
        if kind == "link":
            linking.unlink(what, actor())
        else:
            candidates.recall(claim, what, actor())
        return ""
    first, last = desk.number("first"), desk.number("last")
    lines = (form.get("testimony", ""), min(first, last), max(first, last))
    if form.get("verdict") == "dismiss":
        return f"dismissed:{candidates.dismiss(claim, *lines, actor())}"
    if not form.get("stance"):
        raise Invalid("Say first what the passage does to the claim: 1, 2 or 3.")
    evidence = linking.link(
        *lines,
        claim,
        form["stance"],
        form.get("basis", ""),
        actor(),
        note=form.get("note", "").strip(),
        heard_from=form.get("heard_from", "").strip(),
        told=desk.texts(*figuring.FIELDS),
    )
    return f"link:{evidence.identifier}"


def _next(identifier: str, last: str) -> str:
    words, skip = request.values.get("q", ""), desk.number("skip", 0) or None
    return url_for(".going_through", identifier=identifier, q=words, skip=skip, last=last or None)


def _show(identifier: str, refusal: ArchiveError | None = None) -> ResponseReturnValue:
    claim = linking.claimed(identifier)
    round_ = candidates.look(identifier, request.values.get("q", ""), desk.number("skip", 0))
    found = round_.candidate
    record = None
    if found:
        record = reading.testimony(found.testimony.identifier, audience(), line=found.first).record
    page = render_template(
        "workbench/going_through.html",
        claim=claim,
        round=round_,
        found=found,
        record=record,
        last="" if refusal else request.args.get("last", ""),
        refusal=str(refusal or ""),
        written=request.form if refusal else {},
    )
    return Response(page, refusal.status if refusal else 200, mimetype="text/html")
