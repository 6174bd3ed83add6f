"""The matrix: witnesses down, questions across, and in each cell what a witness says and how they know it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from app.db import session
from app.errors import NotFound
from app.models import Claim, Event, Question
from app.pages import EvidenceView, Matrix, MatrixCell, MatrixColumn, MatrixRow
from app.records import Named
from app.services import bearing, masking, tying, weighing, witnessing
from app.services.reading import NOT_HERE

PER_PAGE = 60  # witnesses
FULL, PASSAGE = 1000, 5  # cells on a page of about 130 kB; how many of them one passage is worth


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What is asked for; empty means all. Every value is one that ``Matrix.choices`` offers."""

    basis: str = ""
    role: str = ""
    place: str = ""
    year: str = ""
    group: str = ""


def of_event(identifier: str, audience: str, asked: Narrowed = Narrowed(), page: int = 1) -> Matrix:
    """Witnesses against the questions of an event. Raises NotFound."""
    event = weighing.find(Event, identifier, audience)
    held = session().scalars(
        weighing.shown(Question, audience).where(Question.event_id == event.id).order_by(Question.id)
    )
    columns = [(Named(q.text, q.identifier), _claims(q, audience)) for q in held]
    made = _matrix(Named(event.title, event.identifier), "question", columns, audience, asked, page)
    return masking.shared(made, audience)


def of_question(identifier: str, audience: str, asked: Narrowed = Narrowed(), page: int = 1) -> Matrix:
    """Witnesses against the claims made in answer to one question. Raises NotFound."""
    question = weighing.find(Question, identifier, audience)
    columns = [(Named(c.text, c.identifier), [c]) for c in _claims(question, audience)]
    made = _matrix(Named(question.text, question.identifier), "claim", columns, audience, asked, page)
    return masking.shared(made, audience)


def _claims(question: Question, audience: str) -> list[Claim]:
    asked = weighing.shown(Claim, audience).where(Claim.question_id == question.id).order_by(Claim.id)
    return list(session().scalars(asked))


def _matrix(
    about: Named,
    kind: str,
    columns: Sequence[tuple[Named, Sequence[Claim]]],
    audience: str,
    asked: Narrowed,
    page: int,
) -> Matrix:
    claims = [claim for _, held in columns for claim in held]
    found = bearing.on(claims, audience)
    numbered, _ = witnessing.grouped(
        [e for c in claims for e in found[c.id]], ties := tying.known_to(audience)
    )
    grouped = iter(numbered)
    told = {claim.id: [next(grouped) for _ in found[claim.id]] for claim in claims}
    kept = {number: [e for e in held if _is_asked(e, asked)] for number, held in told.items()}
    every = [e for claim in claims for e in kept[claim.id]]
    rows = _rows(columns, kept)
    pages = _pages(rows)
    if not 1 <= page <= len(pages):
        raise NotFound(NOT_HERE)
    return Matrix(
        about=about,
        kind=kind,
        columns=tuple(
            MatrixColumn(named, tuple(Named(c.text, c.identifier) for c in held)) for named, held in columns
        ),
        rows=tuple(pages[page - 1]),
        witnesses=len(rows),
        independence=witnessing.counted(every, ties),
        choices=_choices(numbered),
        page=page,
        pages=len(pages),
    )


def _pages(rows: Sequence[MatrixRow]) -> list[list[MatrixRow]]:
    """The rows in pages of bounded size, however many questions there are across."""
    pages: list[list[MatrixRow]] = [[]]
    held = 0
    for row in rows:
        size = sum(1 + PASSAGE * len(cell) for cell in row.cells)
        if pages[-1] and (held + size > FULL or len(pages[-1]) == PER_PAGE):
            pages.append([])
            held = 0
        pages[-1].append(row)
        held += size
    return pages


def _rows(
    columns: Sequence[tuple[Named, Sequence[Claim]]], told: Mapping[int, Sequence[EvidenceView]]
) -> list[MatrixRow]:
    """A row for each witness, in the order of their groups; what a cell holds in that of the claims."""
    held: dict[tuple[int, tuple[str, ...]], list[list[MatrixCell]]] = {}
    roles: dict[tuple[int, tuple[str, ...]], dict[str, None]] = {}
    named: dict[tuple[int, tuple[str, ...]], tuple[Named, ...]] = {}
    for place, (_, claims) in enumerate(columns):
        for number, claim in enumerate(claims):
            for one in told[claim.id]:
                witnesses = one.witnesses or (Named(one.testimony.title),)
                key = (one.group, tuple(map(witnessing.known_by, witnesses)))
                named.setdefault(key, witnesses)
                cells = held.setdefault(key, [[] for _ in columns])
                cells[place].append(MatrixCell(number, Named(claim.text, claim.identifier), one))
                roles.setdefault(key, {})[one.role] = None
    return [
        MatrixRow(
            named[key],
            key[0],
            tuple(role for role in roles[key] if role),
            tuple(tuple(cell) for cell in cells),
        )
        for key, cells in sorted(held.items(), key=lambda row: row[0][0])
    ]


def _values(one: EvidenceView) -> dict[str, str]:
    """What a passage can be chosen by."""
    return {
        "basis": one.basis,
        "role": one.role,
        "place": one.testimony.place,
        "year": one.testimony.date.lower[:4] if one.testimony.date else "",
        "group": str(one.group),
    }


def _is_asked(one: EvidenceView, asked: Narrowed) -> bool:
    values = _values(one)
    return all(getattr(asked, f.name) in ("", values[f.name]) for f in fields(asked))


def _choices(evidence: Sequence[EvidenceView]) -> dict[str, tuple[str, ...]]:
    """The values there are to choose by, of each kind, in order."""
    held = [_values(one) for one in evidence]
    return {
        f.name: tuple(
            sorted({v for values in held if (v := values[f.name])}, key=lambda v: (v.isdigit() and int(v), v))
        )
        for f in fields(Narrowed)
    }
