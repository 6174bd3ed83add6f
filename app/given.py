"""What pages show of an account that is given: plain shapes that the verbs hand to the doors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file given with an account. ``state`` is arriving, whole, received or refused; ``size`` in bytes."""

    identifier: str
    name: str
    size: int
    state: str
    kind: str = ""  # audio, video, image, text
    mimetype: str = ""
    duration_ms: int | None = None
    reason: str = ""  # why it was refused
    arrived: int = 0  # bytes here so far
    expires_on: date | None = None  # of an unfinished one


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said between archive and teller: question, answer, correction or notice."""

    kind: str
    text: str
    on: date


@dataclass(frozen=True, slots=True)
class Terms:
    """What a narrator allows at present, as one statement of consent says it."""

    uses: Mapping[str, bool] = field(default_factory=dict)  # reading, quoting, teaching, machines, courts
    access: str = "closed"
    disguise: bool = False  # voices are heard in disguise
    open_from: date | None = None
    decided_by: str = ""
    given_by: str = "narrator"
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """An account as its teller, or an archivist, sees it.

    ``answers`` maps a step to its answers (see ``services.steps``); ``changeable`` names the steps
    that may still be changed in this state; ``missing`` those without which it cannot be sent.
    """

    identifier: str
    state: str
    language: str = ""
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    files: tuple[GivenFile, ...] = ()
    messages: tuple[Said, ...] = ()
    changeable: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()
    has_receipt: bool = False
    has_contact: bool = False
    terms: Terms | None = None
    reason: str = ""  # why it was declined
    testimony: str = ""  # identifier, once it is taken in
    is_read: bool = False  # readers can read it at this moment
    withdrawn: str = ""  # what was chosen: stop, restrict, close, destroy
    withdrawn_until: date | None = None
    changed_on: date | None = None
    sent_on: date | None = None
    taken_by: str = ""  # name of the archivist who has it
    set_aside: bool = False


@dataclass(frozen=True, slots=True)
class GivenLine:
    """A line of the account as it stands in the archive, and whether its teller withholds it."""

    number: int
    text: str
    speaker: str = ""
    start_ms: int | None = None
    end_ms: int | None = None
    withheld: bool = False  # by the teller; may be released again
    withheld_by_archive: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen: an event, or a question of it."""

    identifier: str
    text: str
    about: str = ""  # the event of a question


@dataclass(frozen=True, slots=True)
class Waiting:
    """An account in the archivists' list."""

    identifier: str
    state: str
    title: str
    language: str
    sent_on: date | None
    days: int
    files: int
    taken_by: str = ""
    set_aside: bool = False
    unread: int = 0  # things the teller said since the archive last did


@dataclass(frozen=True, slots=True)
class Desk:
    """An account before an archivist: the account, and what is needed to decide about it."""

    account: Account
    version: int  # of the account as it is shown
    is_mine: bool  # whether the archivist has it
    is_open: bool  # whether it can still be accepted or declined
    is_unpublished: bool  # whether it was taken in and readers wait for it
    shown_as: str  # the name readers are told
    access: str  # who may read it, as the narrator allows
    opens_on: str  # ISO day, or nothing
    content_note: str
    title: str  # to begin with
    kind: str  # to begin with
    places: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    events: tuple[Choice, ...] = ()
    questions: tuple[Choice, ...] = ()
    transcripts: tuple[GivenFile, ...] = ()  # files that can be taken in as its text
    late: frozenset[str] = frozenset()  # files that came after it was taken in
    collections: tuple[str, ...] = ()  # names there are
