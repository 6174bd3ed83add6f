"""What bears on a claim, question, event or source, to take away: as a table, as annotations, as claims."""

from flask import Response

from app.errors import NotFound
from app.services import evidence_files, evidencing
from app.web.public import bp
from app.web.public.address import root
from app.web.visitor import audience


@bp.get("/claims/<identifier>/evidence.<path:ending>")
def claim_evidence(identifier: str, ending: str) -> Response:
    """What bears on a claim."""
    return _given("claim", identifier, ending)


@bp.get("/questions/<identifier>/evidence.<path:ending>")
def question_evidence(identifier: str, ending: str) -> Response:
    """What bears on the answers to a question."""
    return _given("question", identifier, ending)


@bp.get("/events/<identifier>/evidence.<path:ending>")
def event_evidence(identifier: str, ending: str) -> Response:
    """What bears on all that is asserted about an event."""
    return _given("event", identifier, ending)


@bp.get("/sources/<identifier>/evidence.<path:ending>")
def source_evidence(identifier: str, ending: str) -> Response:
    """What bears on the claims of a source."""
    return _given("source", identifier, ending)


def _given(kind: str, identifier: str, ending: str) -> Response:
    """As far as the visitor may read it; who linked a passage is told to archivists only."""
    form = next((form for form, (known, _) in evidence_files.FORMS.items() if known == ending), None)
    if form is None:
        raise NotFound("There is no such page.")
    held = evidencing.given(audience(), evidencing.claims(audience(), kind, identifier))
    address = f"{root()}/{kind}s/{identifier}/evidence.{ending}"
    text = evidence_files.dump(form, held, root(), address, identifier)
    answer = Response(text, content_type=evidence_files.FORMS[form][1])
    if form == "csv":
        # With its mark table programs read the letters of every language right.
        answer = Response("\ufeff" + text, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{kind}-{identifier}.{ending}"'
    return answer
