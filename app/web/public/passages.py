"""A passage at its permanent address: what became of it, its words, how to cite it."""

import re
from typing import Any

from flask import Response, after_this_request, jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import Gone, NotFound
from app.formats import citation, webannotation
from app.pages import Summary
from app.records import Line
from app.services import citing, quoting, reading
from app.services.citing import Resolved, State
from app.web.public import bp
from app.web.public.testimonies import archive_name, cited, let_in, permanent, reserved

_SPAN = re.compile(r"(\d{1,7})(?:-(\d{1,7}))?")
_KINDS = {"text/html": "html", "application/json": "json", "application/ld+json": "jsonld"}


@bp.get("/testimonies/<identifier>/passages/<int:revision>/<span>")
def passage(identifier: str, revision: int, span: str) -> ResponseReturnValue:
    """What became of lines of a revision, in the form that was asked for."""
    after_this_request(_as_accepted)
    asked = request.accept_mimetypes.best_match(_KINDS, "text/html")
    return _answer(identifier, revision, span, _KINDS[asked])


@bp.get("/testimonies/<identifier>/passages/<int:revision>/<span>.<ext>")
def passage_data(identifier: str, revision: int, span: str, ext: str) -> ResponseReturnValue:
    """The same as JSON (``.json``) or as a W3C Web Annotation (``.jsonld``)."""
    if ext not in ("json", "jsonld"):
        raise NotFound("There is no such page.")
    return _answer(identifier, revision, span, ext)


def _as_accepted(answer: Response) -> Response:
    answer.vary.add("Accept")
    return answer


def _answer(identifier: str, revision: int, span: str, kind: str) -> ResponseReturnValue:
    lines = _SPAN.fullmatch(span)
    if lines is None:
        raise NotFound("There is no such page.")
    first, last = int(lines[1]), int(lines[2] or lines[1])
    address = permanent(identifier, first, last, revision)
    try:
        found = citing.resolve(identifier, let_in(identifier), revision, first, last)
    except Gone as gone:
        if kind == "html":
            raise
        return _typed(_tombstone(address, str(gone), kind), kind, 410)
    edition = reading.find(identifier, let_in(identifier))
    summary = reading.summary(edition)
    if kind == "json":
        answer = _typed(_json(summary, found, first, last, address), kind)
    elif kind == "jsonld":
        text = quoting.Text(edition) if found.now else None
        answer = _typed(_annotation(summary, found, (first, last), address, text), kind)
    else:
        answer = make_response(_page(summary, found, first, last, address))
    return reserved(answer, reading.whole(identifier, let_in(identifier)))


def _page(summary: Summary, found: Resolved, first: int, last: int, address: str) -> str:
    stands = (found.first, found.last) if found.now else (None, None)
    record = reading.whole(summary.identifier, let_in(summary.identifier))
    return render_template(
        "public/passage.html",
        testimony=summary,
        found=found,
        cited=(first, last),
        address=address,
        now=None if stands[0] is None else permanent(summary.identifier, *stands, found.current),
        citation=cited(record, citation.chicago, *stands) if found.now else "",
        ref=address.rpartition("/testimonies/")[2].replace("/passages/", "/"),
        same=found.state in (State.EXACT, State.MOVED),
    )


def _json(summary: Summary, found: Resolved, first: int, last: int, address: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "address": address,
        "state": found.state.value,
        "testimony": {
            "identifier": summary.identifier,
            "address": permanent(summary.identifier),
            "title": summary.title,
            "narrators": list(summary.narrators),
        },
        "cited": {"revision": found.revision, "first": first, "last": last},
        "current_revision": found.current,
    }
    if found.was:
        told["cited"] |= _said(found.was)
    if found.first is not None and found.state is not State.WITHHELD:
        told["now"] = {"revision": found.current, "first": found.first, "last": found.last}
        told["now"] |= _said(found.now)
        told["now"]["address"] = permanent(summary.identifier, found.first, found.last, found.current)
    return told


def _said(lines: tuple[Line, ...]) -> dict[str, Any]:
    starts = [line.start_ms for line in lines if line.start_ms is not None]
    ends = [line.end_ms for line in lines if line.end_ms is not None]
    return {
        "quote": quoting.spoken(lines),
        "machine": quoting.machine(lines),
        "speakers": list(dict.fromkeys(line.speaker for line in lines if line.speaker)),
        "start_ms": min(starts, default=None),
        "end_ms": max(ends, default=None),
    }


def _annotation(
    summary: Summary, found: Resolved, span: tuple[int, int], address: str, text: quoting.Text | None
) -> dict[str, Any]:
    root = url_for("public.home", _external=True).rstrip("/")
    targets = []
    if text and found.first is not None and found.last is not None:
        where = text.where(found.first, found.last)
        said = text.said(found.first, found.last)
        targets.append(
            webannotation.target(
                root, summary.identifier, found.current, found.first, found.last, said, where
            )
        )
    if found.was and found.state in (State.CHANGED, State.SUPERSEDED):
        said = quoting.spoken(found.was)
        targets.append(
            webannotation.target(root, summary.identifier, found.revision, *span, said, webannotation.NOWHERE)
        )
    told = _bare(address, found.state.value, root, summary.identifier)
    if mark := quoting.machine((*found.was, *found.now)):
        told["archive:machine"] = mark
    return told | ({"target": targets[0] if len(targets) == 1 else targets} if targets else {})


def _bare(address: str, state: str, root: str, identifier: str) -> dict[str, Any]:
    return {
        "@context": webannotation.CONTEXT,
        "id": address,
        "type": "Annotation",
        "motivation": "identifying",
        "archive:state": state,
        "creator": {"type": "Organization", "name": archive_name()},
        "target": f"{root}/testimonies/{identifier}",
    }


def _tombstone(address: str, message: str, kind: str) -> dict[str, Any]:
    if kind == "json":
        return {"address": address, "state": "withdrawn", "message": message}
    identifier = (request.view_args or {})["identifier"]
    return _bare(address, "withdrawn", url_for("public.home", _external=True).rstrip("/"), identifier)


def _typed(told: dict[str, Any], kind: str, status: int = 200) -> Response:
    answer = jsonify(told)
    answer.status_code = status
    if kind == "jsonld":
        answer.content_type = webannotation.TYPE
    return answer
