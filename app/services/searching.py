"""Ask the archive a question: the index finds, the edition speaks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.archive import index
from app.errors import Invalid
from app.pages import Answer, Facet, FacetValue, PassageHit, Summary, TestimonyHits
from app.plain import restore
from app.records import Line, Record
from app.search import Hit, Marker, Results
from app.search.folding import fold
from app.services import naming, opening, reading, understanding, wording
from app.services.excerpting import fragments
from app.services.opening import Part
from app.services.questioning import Questioner
from app.services.understanding import FACETS

VALUES_SHOWN = 12  # of a facet, most frequent first; what is selected is always shown
PER_TESTIMONY = 3  # passages shown of one testimony; how many more there are is said


def ask(
    words: str,
    audience: str,
    filters: Mapping[str, tuple[str, ...]] | None = None,
    *,
    sort: str = "relevance",
    page: int = 1,
    offset: int | None = None,
    limit: int = 20,
    each: int = 0,
    exact: bool = False,
    within: str = "",
    late: bool = False,
) -> Answer:
    """What the audience's index finds and its editions say.

    ``page``, ``offset`` and ``limit`` count passages; with ``each``, testimonies of which so many passages
    are shown.

    ``filters`` maps a facet to the values asked for; ``within`` is a testimony to stay in;
    ``exact`` searches for the words as typed, under no other name; ``late`` finds also what an
    index has not followed yet, for archivists, to whom nothing is closed. Raises Invalid for a sort,
    facet or range there is none of, and NotFound for ``within`` what is not open.
    """
    inside = inside_of(within, audience)
    query = understanding.understood(
        words, audience, filters, sort=sort, exact=exact, within=within, late=late
    )
    start = (page - 1) * limit if offset is None else offset
    if start < 0 or limit < 1:
        raise Invalid("Pages and limits count from 1.")
    query = replace(query, offset=start, limit=limit, each=each, facets=FACETS)
    results = index(audience).search(query)
    found = grouped(results.hits, audience, index(audience).marker(query))
    return Answer(
        words=words,
        total=results.total,
        testimonies=results.groups,
        results=tuple(_counted(one, results.sizes) for one in found),
        facets=_facets(results, query.filters),
        also=naming.said(words, query.variants),
        voices=understanding.voices(words, query),
        absent=understanding.absent(words, query, audience),
        narrower={} if exact else naming.said(words, wording.narrower(words, audience)),
        suggestion=understanding.suggestion(words, query, audience),
        message=results.message,
        page=page,
        pages=max(1, -(-(results.groups if each else results.total) // limit)),
        sort=sort,
        exact=exact,
        within=inside,
        named=naming.pages(words, audience) if start == 0 and not within else (),
    )


def _counted(found: TestimonyHits, sizes: Mapping[str, int]) -> TestimonyHits:
    """The passages of a testimony, and how many more there are."""
    held = sizes.get(found.testimony.identifier, 0)
    return replace(found, more=max(0, held - len(found.passages)))


def inside_of(within: str, audience: str) -> Summary | None:
    """The testimony that a search stays in, if it does. Raises NotFound for what is not open."""
    return reading.summary(reading.find(within, audience)) if within else None


def grouped(hits: Sequence[Hit], audience: str, marker: Marker) -> list[TestimonyHits]:
    """Hits under their testimony, in the order of each one's best hit."""
    heads = opening.heads((hit.group for hit in hits), audience)
    parts = opening.parts((heads[hit.group].id, hit.number) for hit in hits if hit.group in heads)
    grouped: dict[str, list[PassageHit]] = {}
    records: dict[str, Record] = {}
    asks: dict[str, Questioner] = {}
    for hit in hits:
        group, head = hit.group, heads.get(hit.group)
        part = parts.get((head.id, hit.number)) if head else None
        if head is None or part is None:  # gone since it was indexed: a stale index may miss, never tell
            continue
        if group not in records:
            records[group] = reading.listed(head.head)
            asks[group] = Questioner(records[group])
        language = opening.language_of(head.head, part.script)
        grouped.setdefault(group, []).append(_passage(hit, part, marker, language, asks[group]))
    return [
        TestimonyHits(
            reading.summary_of(records[group], heads[group].published_at),
            records[group].source_id,
            tuple(passages),
        )
        for group, passages in grouped.items()
    ]


def _passage(hit: Hit, part: Part, marker: Marker, language: str, asks: Questioner) -> PassageHit:
    """The line of the passage that answers best: most different words, the narrator's before a question."""
    lines = [restore(Line, line) for line in part.lines]
    marked = [(line, marker.spans(line.text, language)) for line in lines]
    line, spans = max(marked, key=lambda pair: (_told(*pair) - asks(pair[0].speaker) / 2, len(pair[1])))
    described = part.script < 0
    return PassageHit(
        first=0 if described else hit.first,
        last=-1 if described else hit.last,
        line=line.number,
        start_ms=line.start_ms if line.start_ms is not None else part.start_ms,
        speaker=line.speaker,
        fragments=fragments(line.text, spans),
        machine=line.machine,
        score=hit.score,
        text="\n".join(held.text for held in lines if held.text),
        language=language,
    )


def _told(line: Line, spans: Sequence[tuple[int, int]]) -> int:
    """How many different words are marked in a line."""
    return len({fold(line.text[start:end]) for start, end in spans})


def _facets(results: Results, filters: Mapping[str, tuple[str, ...]]) -> tuple[Facet, ...]:
    shown = []
    for name in FACETS:
        counts = dict(results.facets.get(name, {}))
        chosen = filters.get(name, ())
        order = sorted(counts, key=lambda value: (-counts[value], value))
        values = [v for v in order if v in chosen] + [v for v in order if v not in chosen][:VALUES_SHOWN]
        values += [v for v in chosen if v not in counts]
        if values:
            items = (FacetValue(v, v, counts.get(v, 0), v in chosen) for v in values)
            shown.append(Facet(name, tuple(items)))
    return tuple(shown)


def as_json(answer: Answer, address: Callable[[str, int], str] | None = None) -> dict[str, Any]:
    """The answer as programs read it; ``address`` makes the address of a line of a testimony."""
    hits: list[dict[str, Any]] = [
        {
            "testimony": found.testimony.identifier,
            "source_id": found.source_id,
            "title": found.testimony.title,
            "first_segment": passage.first,
            "last_segment": passage.last,
            "line": passage.line,
            "start_ms": passage.start_ms,
            "speaker": passage.speaker,
            "language": passage.language,
            "text": passage.text,
            "machine": passage.machine,
            "score": passage.score,
            **({"url": address(found.testimony.identifier, passage.line)} if address else {}),
        }
        for found in answer.results
        for passage in found.passages
    ]
    if answer.sort == "relevance":
        hits.sort(key=lambda hit: -hit["score"])
    return {
        "total": answer.total,
        "testimonies": answer.testimonies,
        "hits": hits,
        "facets": {
            facet.name: [{"value": v.value, "label": v.label, "count": v.count} for v in facet.values]
            for facet in answer.facets
        },
        "also": {word: list(names) for word, names in answer.also.items()},
        "voices": list(answer.voices),
        "absent": list(answer.absent),
        "narrower": {word: list(labels) for word, labels in answer.narrower.items()},
        "named": [
            {"kind": kind, "identifier": thing.ref, "name": thing.name} for kind, thing in answer.named
        ],
        "suggestion": answer.suggestion,
        "message": answer.message,
    }
