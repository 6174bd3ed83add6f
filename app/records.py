"""What travels between the rooms, and in or out of the house.

Everything enters as a Record, and everything leaves as one: an edition is the Record
as one audience may see it. No format, page or index ever touches a model. The shapes
are plain data: times are milliseconds, dates are EDTF with the words used, and
references to other records are identifiers (``ref``) in the file they came from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class FuzzyDate:
    """A date as exactly or as vaguely as it is known.

    ``words`` as they were used ("spring 1992"), ``edtf`` the expression (EDTF level 1,
    empty when the words could not be read), ``lower`` and ``upper`` its bounds as ISO
    days (empty when open).
    """

    words: str
    edtf: str = ""
    lower: str = ""
    upper: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One segment of a transcript: who says what, and when.

    ``number`` is its zero-based position; ``start_ms`` is None where no time is known.
    A withheld line has no words: ``withheld`` is the reason shown instead.
    """

    number: int
    text: str
    speaker: str = ""
    start_ms: int | None = None
    end_ms: int | None = None
    withheld: str = ""
    withheld_until: str = ""
    unclear: bool = False  # the recording cannot be understood here
    machine: str = ""  # a machine's words, which nobody has checked: unchecked, or silence (nothing is heard)


@dataclass(frozen=True, slots=True)
class Agent:
    """A person and the part they played: narrator, interviewer, translator, ..."""

    name: str
    role: str = "narrator"
    ref: str = ""  # the person's identifier
    note: str = ""  # in what capacity: "Brigadier General", "the widow of ..."
    veiled: bool = False  # the name is a public one that stands for a kept one
    variants: tuple[str, ...] = ()  # the name in other spellings and scripts


@dataclass(frozen=True, slots=True)
class Named:
    """Something a record points at by name: a place, an event, a subject, a claim."""

    name: str
    ref: str = ""
    variants: tuple[str, ...] = ()
    is_open: bool = True  # readers may know of it


@dataclass(frozen=True, slots=True)
class Chapter:
    """A titled passage (an index point of OHMS): lines ``first`` to ``last``.

    Where there is no transcript, ``first`` and ``last`` are None and only the time is known.
    """

    title: str
    start_ms: int | None = None
    end_ms: int | None = None
    first: int | None = None
    last: int | None = None
    synopsis: str = ""
    keywords: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    partial_transcript: str = ""
    latitude: float | None = None
    longitude: float | None = None
    links: tuple[tuple[str, str], ...] = ()  # (address, its text)
    ref: str = ""  # the passage's identifier


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it was asserted: never recomputed, never averaged."""

    words: str = ""  # "about forty"
    value: float | None = None
    low: float | None = None
    high: float | None = None
    approximate: bool = False
    unit: str = ""  # people, families, hours
    counted: str = ""  # what is counted: "civilians killed"
    when: str = ""  # when it was so, or was counted, in words
    where: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage that bears on a claim: lines ``first`` to ``last``, stance and basis."""

    claim: str  # the claim's identifier
    first: int
    last: int
    stance: str  # supports, contradicts, qualifies
    basis: str  # saw, heard_from, inferred, document
    note: str = ""
    heard_from: str = ""
    ref: str = ""
    claim_text: str = ""
    readings: tuple[str, ...] = ()  # what second archivists say of it: confirms, questions
    is_open: bool = True  # readers see the claim
    figure: Figure | None = None  # the number the passage gives, in its words
    happened: FuzzyDate | None = None  # when the passage puts what it tells of


@dataclass(frozen=True, slots=True)
class Tag:
    """A term of a vocabulary applied to the testimony, or to lines ``first`` to ``last``."""

    term: str
    vocabulary: str = "subjects"
    first: int | None = None
    last: int | None = None
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Withholding:
    """Lines ``first`` to ``last`` kept from readers, why, and until when (ISO day or empty).

    ``first`` and ``last`` are -1 where its lines are in the transcript no more: a recording still says them.
    """

    first: int
    last: int
    reason: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class Script:
    """A transcript in one language: the original, or a translation beside it.

    Where it has as many lines as the original, line n of a translation renders line n of it.
    """

    language: str
    lines: tuple[Line, ...] = ()
    kind: str = "original"  # original, translation
    revision: int = 1
    translator: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class MediaRef:
    """A media file belonging to the record: a stored key, or an address it came with."""

    use: str  # original, access, picture, ...
    kind: str = ""  # audio, video, image, text
    key: str = ""
    name: str = ""
    caption: str = ""
    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None
    ref: str = ""
    withheld: str = ""  # why readers may not open it; then nothing else of it is told but its kind
    variant: str = ""  # of a copy: opus, 720p, thumb-webp ...
    page: int | None = None  # of a paper, from 1
    mimetype: str = ""
    size: int = 0  # bytes
    group: int = 0  # the copies of one original share it
    recipe: str = ""  # of a copy: the digest of its edits; archivists' alone
    is_open: bool = True  # False: for archivists, until one of them gives it to readers
    due: str = ""  # the recipe that copies for readers must have; archivists' alone


@dataclass(frozen=True, slots=True)
class Uses:
    """What the narrator allows besides reading here, where it was asked."""

    quoting: bool = False
    teaching: bool = False
    machines: bool = False  # research with machines
    courts: bool = False  # courts and investigators


@dataclass(frozen=True, slots=True)
class Record:
    """A testimony, whole, as it travels.

    Incoming, it holds everything its file said. As an edition, it holds what one
    audience may see. ``source_id`` is the identifier it had where it came from.
    """

    source_id: str
    title: str
    identifier: str = ""
    kind: str = "interview"  # interview, deposition, written account, letter, ...
    summary: str = ""
    language: str = ""
    collection: str = ""
    collection_ref: str = ""
    date: FuzzyDate | None = None  # when it was recorded or written
    period: FuzzyDate | None = None  # when what it tells of happened
    place: Named | None = None  # where it was recorded or written
    agents: tuple[Agent, ...] = ()
    scripts: tuple[Script, ...] = ()  # the original first
    chapters: tuple[Chapter, ...] = ()
    marks: tuple[Mark, ...] = ()
    tags: tuple[Tag, ...] = ()
    withholdings: tuple[Withholding, ...] = ()  # only on the way in
    events: tuple[Named, ...] = ()
    places: tuple[Named, ...] = ()  # places spoken of
    people: tuple[Named, ...] = ()  # people spoken of
    media: tuple[MediaRef, ...] = ()
    speakers: tuple[str, ...] = ()  # in an edition: who speaks in it, by the labels of its lines
    duration_ms: int | None = None
    rights: str = ""
    source: str = ""  # where the archive has it from
    accession_number: str = ""
    repository: str = ""
    content_note: str = ""  # what a reader should know before reading
    access: str = "public"  # public, reading_room, restricted, closed
    embargo_until: str = ""  # ISO day
    uses: Uses | None = None  # None: nobody asked
    invented: bool = False  # made up for demonstration, and says so
    extra: Mapping[str, Any] = field(default_factory=dict)  # what the format had and we only carry
    warnings: tuple[str, ...] = ()  # what a reader of the file could not understand; kept out of editions

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of the original transcript."""
        return self.scripts[0].lines if self.scripts else ()


@dataclass(frozen=True, slots=True)
class PlaceEntry:
    """A place of a register: names in several scripts, and coordinates in degrees (WGS 84)."""

    ref: str
    name: str
    variants: tuple[str, ...] = ()
    region: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class EventEntry:
    """An event of a register: what, when, where."""

    ref: str
    title: str
    date: FuzzyDate | None = None
    place: str = ""  # ref of a PlaceEntry
    description: str = ""
    invented: bool = False


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A source of a register: a document that asserts."""

    ref: str
    title: str
    kind: str = ""
    date: FuzzyDate | None = None
    language: str = ""
    asserted_by: str = ""
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class QuestionEntry:
    """A question in dispute."""

    ref: str
    text: str
    event: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class ClaimEntry:
    """One answer to a question, as asserted, by whom and in which source."""

    ref: str
    question: str
    text: str
    source: str = ""
    attributed_to: str = ""
    part_of: str = ""
    figure: Figure | None = None
    note: str = ""
    happened: FuzzyDate | None = None  # when the claim puts what it speaks of; to the minute, where it does
    place: str = ""  # ref of a PlaceEntry: where the claim puts it
    earlier: str = ""  # what the claim puts before ``later``, both in the archive's words
    later: str = ""


@dataclass(frozen=True, slots=True)
class TieEntry:
    """Two people who are connected; of hearsay the first has it from the second."""

    persons: tuple[str, str]  # refs of people
    kind: str  # family, household, same_unit, interviewed_together, heard_from, same_source
    note: str = ""
    said_in: str = ""  # the testimony that says so, by the identifier of its file


@dataclass(frozen=True, slots=True)
class Register:
    """Sources, places, events, questions, claims and ties between people that belong together."""

    about: str = ""
    sources: tuple[SourceEntry, ...] = ()
    places: tuple[PlaceEntry, ...] = ()
    events: tuple[EventEntry, ...] = ()
    questions: tuple[QuestionEntry, ...] = ()
    claims: tuple[ClaimEntry, ...] = ()
    ties: tuple[TieEntry, ...] = ()
    invented: bool = False


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    """A passage that bears on a claim, as it travels by itself: where it stands, how it bears, who says so.

    ``testimony`` and ``claim`` are identifiers of this archive, or what they were called where they came
    from. Lines count from 0 in transcript ``revision``; without one, in the transcript as it is now.
    """

    testimony: str
    first: int
    last: int
    claim: str
    stance: str  # supports, contradicts, qualifies
    basis: str  # saw, heard_from, inferred, document
    heard_from: str = ""
    note: str = ""
    revision: int | None = None
    linked_by: str = ""  # a user's identifier, or a name
    linked_at: str = ""  # ISO 8601, UTC
    ref: str = ""  # the link's identifier
    quote: str = ""  # what is said there, as the asking audience may read it
    claim_text: str = ""
    machine: str = ""  # as Line.machine, where a machine wrote what is quoted
    figure: Figure = Figure()  # the number the passage gives
    happened: FuzzyDate = FuzzyDate("")  # when the passage puts what it tells of
