"""Gather a dossier: what bears on a claim, question, event, source or list, as one audience may see it."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from app import clock
from app.archive import settings
from app.db import session
from app.errors import Gone, NotFound
from app.formats import citation
from app.formats.dossier import Asserted, Dossier, Quoted, Told
from app.formats.webannotation import Where
from app.models import Claim, Event, Source
from app.records import EvidenceEntry, Figure, Record
from app.services import citing, evidencing, masking, quoting, reading, weighing
from app.services.citing import State

AROUND = 2  # lines shown before and after a passage


def of(kind: str, identifier: str, audience: str) -> Dossier:
    """The dossier of a claim, question, event or source. Raises NotFound for what is not shown."""
    about = evidencing.claims(audience, kind, identifier)
    noun = evidencing.KINDS[kind]
    known = (noun.identifier == identifier) | ((noun.ref == identifier) & (noun.ref != ""))
    thing = session().scalars(select(noun).where(known)).one()
    claims = session().scalars(about.order_by(Claim.question_id, Claim.id)).all()
    held = evidencing.given(audience, about)
    made = Dossier(
        title=thing.title if isinstance(thing, (Event, Source)) else thing.text,
        kind=kind,
        identifier=thing.identifier,
        audience=str(audience),
        archive=settings().archive_name,
        address=f"{root()}/{kind}s/{thing.identifier}",
        made_at=clock.now().isoformat(timespec="seconds"),
        claims=tuple(_asserted(claim, audience) for claim in claims),
        sources=_sources(claims, audience),
        invented=thing.invented,
    )
    return masking.shared(_with_passages(made, held, audience), audience)


def of_list(title: str, refs: Sequence[tuple[str, str]], audience: str, address: str = "") -> Dossier:
    """The dossier of a list of passages, each an address (``testimony/revision/lines``) and a note.

    What this audience may not read, or what is no longer there, is counted and not given.
    """
    held: list[tuple[EvidenceEntry, Where]] = []
    missing = 0
    for ref, note in refs:
        try:
            held.append(_found(ref, note, audience))
        except (NotFound, Gone):
            missing += 1
    made = Dossier(
        title=title,
        kind="list",
        identifier="",
        audience=str(audience),
        archive=settings().archive_name,
        address=address,
        made_at=clock.now().isoformat(timespec="seconds"),
        missing=missing,
    )
    return _with_passages(made, held, audience)


def root() -> str:
    """The address under which this archive stands; empty when it has none."""
    return settings().base_url.rstrip("/")


def _found(ref: str, note: str, audience: str) -> tuple[EvidenceEntry, Where]:
    testimony, revision, first, last = citation.parsed(ref)
    now = citing.resolve(testimony, audience, revision, first, last)
    if now.state is State.WITHHELD or now.first is None or now.last is None:
        raise NotFound(reading.NOT_HERE)
    text = quoting.Text(reading.find(testimony, audience))
    entry = EvidenceEntry(
        testimony, now.first, now.last, "", "", "", note=note, revision=now.current, ref=ref
    )
    return entry, text.where(now.first, now.last)


def _with_passages(made: Dossier, held: Sequence[tuple[EvidenceEntry, Where]], audience: str) -> Dossier:
    records: dict[str, Record] = {}
    texts: dict[str, quoting.Text] = {}
    passages = []
    for number, (entry, where) in enumerate(held, 1):
        if entry.testimony not in records:
            records[entry.testimony] = reading.whole(entry.testimony, audience)
            texts[entry.testimony] = quoting.Text(reading.find(entry.testimony, audience))
        passages.append(_quoted(number, entry, where, records[entry.testimony], texts[entry.testimony]))
    return replace(made, passages=tuple(passages), testimonies=tuple(records.values()), evidence=tuple(held))


def _quoted(number: int, entry: EvidenceEntry, where: Where, record: Record, text: quoting.Text) -> Quoted:
    first, last, revision = entry.first, entry.last, entry.revision or 1
    address = root() + citation.path(entry.testimony, revision, first, last)
    return Quoted(
        number=number,
        key=entry.ref,
        testimony=entry.testimony,
        title=record.title,
        language=record.language,
        address=address,
        citation=citation.chicago(record, address, first, last, archive_name=settings().archive_name),
        revision=revision,
        first=first,
        last=last,
        lines=text.between(first, last),
        before=text.between(max(0, first - AROUND), first - 1) if first else (),
        after=text.between(last + 1, last + AROUND),
        narrators=tuple(agent.name for agent in record.agents if agent.role == "narrator"),
        claim=entry.claim,
        stance=entry.stance,
        basis=entry.basis,
        heard_from=entry.heard_from,
        note=entry.note,
        start_ms=where.start_ms,
        end_ms=where.end_ms,
    )


def _asserted(claim: Claim, audience: str) -> Asserted:
    source = claim.source if claim.source and weighing.is_shown(claim.source, audience) else None
    whole = claim.part_of if claim.part_of and weighing.is_shown(claim.part_of, audience) else None
    return Asserted(
        claim.identifier,
        claim.text,
        claim.question.text,
        claim.attributed_to,
        source.title if source else "",
        figured(claim.figure),
        claim.figure.counted,
        claim.note,
        whole.text if whole else "",
    )


def figured(figure: Figure) -> str:
    """A number as it was asserted: its own words, or the value or range with its unit."""
    if figure.words:
        return figure.words
    numbers = [f"{number:,.10g}" for number in (figure.low, figure.high) if number is not None]
    if figure.value is not None:
        said = f"{'~ ' if figure.approximate else ''}{figure.value:,.10g}"
    elif len(numbers) == 2:
        said = "–".join(numbers)
    elif numbers:
        said = f"{'≥' if figure.low is not None else '≤'} {numbers[0]}"
    else:
        return ""
    return f"{said} {figure.unit}".strip()


def _sources(claims: Sequence[Claim], audience: str) -> tuple[Told, ...]:
    wanted = {claim.source_id for claim in claims if claim.source_id}
    held = session().scalars(
        weighing.shown(Source, audience).where(Source.id.in_(wanted)).order_by(Source.id)
    )
    return tuple(Told(s.title, s.asserted_by, s.date.words or s.date.edtf, s.note, s.url) for s in held)
