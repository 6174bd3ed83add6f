"""What a page shows: plain shapes that the verbs hand to the doors.

Every shape holds only what the asking audience may see. Identifiers are the public,
random ones that stand in addresses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from app.records import Figure, FuzzyDate, Line, Named, Record


@dataclass(frozen=True, slots=True)
class Summary:
    """A testimony in a list."""

    identifier: str
    title: str
    narrators: tuple[str, ...] = ()
    kind: str = ""
    language: str = ""
    date: FuzzyDate | None = None
    place: str = ""
    collection: str = ""
    duration_ms: int | None = None
    published_at: datetime | None = None
    invented: bool = False
    content_note: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list of testimonies; pages count from 1."""

    items: tuple[Summary, ...] = ()
    total: int = 0
    page: int = 1
    pages: int = 1


@dataclass(frozen=True, slots=True)
class TestimonyPage:
    """A stretch of one testimony. ``record`` holds all but the lines of other stretches.

    ``first_lines`` gives for each stretch the number of its first line, so that contents
    and jumps can point at stretches not shown; ``starts`` gives the milliseconds at which each
    begins, where that is known. ``focus`` is the line asked for, if any.
    ``translations`` maps a language to line number to the translated line.
    """

    record: Record
    page: int = 1
    pages: int = 1
    first_lines: tuple[int, ...] = (0,)
    starts: tuple[int | None, ...] = (None,)
    focus: int | None = None
    published_at: datetime | None = None
    revision: int = 1
    translations: Mapping[str, Mapping[int, Line]] = field(default_factory=dict)

    def page_of(self, line: int) -> int:
        """The stretch in which a line stands."""
        return max(1, sum(1 for first in self.first_lines if first <= line))


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """A passage that bears on a claim, with its words as the audience may read them."""

    identifier: str
    testimony: Summary
    first: int
    last: int
    lines: tuple[Line, ...]
    stance: str
    basis: str
    note: str = ""
    heard_from: str = ""
    start_ms: int | None = None
    translations: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)  # language -> its lines
    readings: tuple[str, ...] = ()  # what second archivists say of it: confirms, questions
    witnesses: tuple[Named, ...] = ()  # who tells it, by the names of this edition
    role: str = ""  # in what capacity they tell it
    group: int = 0  # of independent witnesses, from 1; 0 where it was not asked
    figure: Figure | None = None
    happened: FuzzyDate | None = None
    revision: int = 1  # of the transcript that its lines are counted in
    is_heard: bool = False  # there is a recording to hear it in


@dataclass(frozen=True, slots=True)
class TieView:
    """Two people who are connected; of hearsay ``one`` has it from ``other``."""

    identifier: str
    kind: str
    one: Named
    other: Named
    note: str = ""
    said_in: Named | None = None
    noted_by: str = ""  # for archivists only
    noted_on: date | None = None
    is_published: bool = True


@dataclass(frozen=True, slots=True)
class WitnessGroup:
    """Witnesses who count once: one person, or people who are connected, with the ties that join them."""

    number: int
    witnesses: tuple[Named, ...]
    passages: int
    ties: tuple[TieView, ...] = ()
    testimonies: int = 1


@dataclass(frozen=True, slots=True)
class Independence:
    """How many passages there are, and how many groups of witnesses that are independent of each other."""

    passages: int = 0
    groups: tuple[WitnessGroup, ...] = ()
    by_stance: Mapping[str, int] = field(default_factory=dict)  # stance -> groups


@dataclass(frozen=True, slots=True)
class Retelling:
    """One witness who spoke more than once: each time the words of the claim, and the passage."""

    witness: Named
    told: tuple[tuple[str, EvidenceView], ...]


@dataclass(frozen=True, slots=True)
class ReadingView:
    """What a second archivist says of a link. ``outdated``: the link was changed since."""

    by: str
    verdict: str
    note: str
    on: date
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class LinkView:
    """A passage tied to a claim, as archivists see and edit it."""

    identifier: str
    version: int
    testimony: str
    title: str
    first: int
    last: int
    claim: str
    claim_text: str
    question: str
    stance: str
    basis: str
    heard_from: str
    note: str
    linked_by: str
    linked_on: date
    told: Mapping[str, str]  # the figure and the time the passage gives, as a form holds them
    readings: tuple[ReadingView, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim as asserted. ``parts`` are the claims asserted as parts of this one."""

    identifier: str
    text: str
    source: Named | None = None
    asserted_by: str = ""
    attributed_to: str = ""
    figure: Figure | None = None
    note: str = ""
    part_of: Named | None = None
    parts: tuple["ClaimView", ...] = ()
    evidence: tuple[EvidenceView, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)  # stance -> passages
    independence: Independence = Independence()
    happened: FuzzyDate | None = None  # when it puts what it speaks of
    place: Named | None = None  # and where
    latitude: float | None = None
    longitude: float | None = None
    earlier: str = ""  # what it puts before ``later``
    later: str = ""
    question: Named | None = None
    event: Named | None = None
    invented: bool = False
    page: int = 1  # of its passages
    pages: int = 1
    dismissed: int = 0  # passages that were looked at and found not to be about it


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question in dispute, with every claim made in answer to it."""

    identifier: str
    text: str
    unit: str = ""
    event: Named | None = None
    claims: tuple[ClaimView, ...] = ()
    invented: bool = False
    independence: Independence = Independence()
    retold: tuple[Retelling, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeStatement:
    """When a claim, or a passage for it, puts what it speaks of, and who says so."""

    happened: FuzzyDate
    claim: Named
    said_by: str = ""
    evidence: EvidenceView | None = None


@dataclass(frozen=True, slots=True)
class OrderStatement:
    """What claims put before what; ``contradicted`` where other claims lead back the other way."""

    earlier: str
    later: str
    claims: tuple[ClaimView, ...]
    contradicted: bool = False


@dataclass(frozen=True, slots=True)
class PlaceStatement:
    """Where claims put what they speak of."""

    place: Named
    latitude: float | None
    longitude: float | None
    claims: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Gaps:
    """Questions and claims that no passage speaks to, and claims that rest on one witness or group."""

    silent: tuple[Named, ...] = ()
    unaddressed: tuple[Named, ...] = ()
    single: tuple[tuple[Named, tuple[Named, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class MatrixColumn:
    """A question, or a claim, across the top; ``claims`` are its answers, lettered in this order."""

    named: Named
    claims: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One passage in a cell: the place of its claim among those of the column, the claim, the passage."""

    number: int
    claim: Named
    evidence: EvidenceView


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """What one witness says to each column."""

    witnesses: tuple[Named, ...]
    group: int
    roles: tuple[str, ...]
    cells: tuple[tuple[MatrixCell, ...], ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Witnesses down, questions (or the claims of one question) across. ``kind`` says which."""

    about: Named
    kind: str
    columns: tuple[MatrixColumn, ...]
    rows: tuple[MatrixRow, ...]
    witnesses: int
    independence: Independence
    choices: Mapping[str, tuple[str, ...]]
    page: int = 1
    pages: int = 1


@dataclass(frozen=True, slots=True)
class CollectionPage:
    """A collection and what it holds."""

    identifier: str
    name: str
    description: str
    listing: Listing
    rights: str = ""
    languages: Mapping[str, int] = field(default_factory=dict)
    invented: bool = False


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A person and the testimonies they took part in or are spoken of in."""

    identifier: str
    name: str
    variants: tuple[str, ...]
    note: str
    parts: Mapping[str, tuple[Summary, ...]]  # role (narrator, ..., "mentioned") -> testimonies
    invented: bool = False
    ties: tuple[TieView, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacePage:
    """A place, its names, where it lies, what happened and what is told of it."""

    identifier: str
    name: str
    variants: tuple[str, ...]
    region: str
    latitude: float | None
    longitude: float | None
    events: tuple["EventView", ...]
    listing: Listing
    invented: bool = False


@dataclass(frozen=True, slots=True)
class EventView:
    """An event: what, when, where; its questions, people, sources and testimonies."""

    identifier: str
    title: str
    description: str = ""
    date: FuzzyDate | None = None
    place: Named | None = None
    latitude: float | None = None
    longitude: float | None = None
    questions: tuple[QuestionView, ...] = ()
    people: tuple[Named, ...] = ()
    sources: tuple[Named, ...] = ()
    listing: Listing = Listing()
    testimonies: int = 0
    invented: bool = False
    times: tuple[TimeStatement, ...] = ()
    orders: tuple[OrderStatement, ...] = ()
    places: tuple[PlaceStatement, ...] = ()
    gaps: Gaps = Gaps()


@dataclass(frozen=True, slots=True)
class SourcePage:
    """A source and the claims made in it."""

    identifier: str
    title: str
    kind: str
    date: FuzzyDate | None
    language: str
    asserted_by: str
    note: str
    url: str
    claims: tuple[ClaimView, ...]
    invented: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A collection, person, place or event in a list, with how many testimonies show it."""

    named: Named
    testimonies: int
    invented: bool = False


@dataclass(frozen=True, slots=True)
class HomePage:
    """What the first page says the archive holds. ``examples`` are searches that find something."""

    collections: tuple[Entry, ...] = ()
    events: tuple[EventView, ...] = ()
    examples: tuple[str, ...] = ()
    testimonies: int = 0
    latest: tuple[Summary, ...] = ()
    demonstration: bool = False


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a line; ``marked`` where it is what was searched for."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class PassageHit:
    """A found passage: the sentence that matched, who speaks and when."""

    first: int
    last: int
    line: int  # the line quoted
    start_ms: int | None
    speaker: str
    fragments: tuple[Fragment, ...]
    score: float
    text: str = ""  # the whole passage, for JSON
    language: str = ""  # of the words: a translation's, where the translation was found
    machine: str = ""  # as Line.machine, of the line quoted


@dataclass(frozen=True, slots=True)
class TestimonyHits:
    """The found passages of one testimony, best first; ``more`` counts those not shown.

    ``drafts`` are testimonies whose found passages say the same as these.
    """

    testimony: Summary
    source_id: str
    passages: tuple[PassageHit, ...]
    more: int = 0
    drafts: tuple["TestimonyHits", ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet: what to filter by, what to call it, in how many testimonies."""

    value: str
    label: str
    count: int
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet, most frequent value first."""

    name: str  # collection, event, claim, tag, place, language, year, media
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found, and how the question was understood.

    ``also`` maps a word of the question to the other names it was searched under; ``narrower`` one that is a
    term to narrower terms, under which it was not. What is said by somebody who has one of the names of
    ``voices`` was found too; the words of ``absent`` are in no passage.
    ``suggestion`` is a spelling that would find something; it is offered, never applied.
    """

    words: str
    total: int
    testimonies: int
    results: tuple[TestimonyHits, ...] = ()
    facets: tuple[Facet, ...] = ()
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    voices: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    narrower: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    suggestion: str = ""
    message: str = ""
    page: int = 1
    pages: int = 1
    sort: str = "relevance"
    exact: bool = False  # the reader asked for no other names
    within: Summary | None = None  # a search within one testimony
    named: tuple[tuple[str, Named], ...] = ()  # (kind, thing): people, places and events called so
