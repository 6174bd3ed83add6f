"""An account as it was given, made into a Record: pure, and careful with names.

Of names only those the narrator chose for themselves are carried over; the labels of a transcript
and the people spoken of are other people's names, and stay out unless an archivist lets them in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app import dates
from app.formats.captions import NOT_A_PERSON, agents, numbered
from app.given import Account
from app.records import Agent, FuzzyDate, Line, Named, Record, Script
from app.services.sentences import divided

SOURCE = "Given to the archive by its narrator"
SOURCE_OF_ANOTHER = "Given to the archive in its narrator's place"
RIGHTS = "Held with the narrator's consent, given use by use, which the narrator may change or withdraw."
UNNAMED = "Unnamed narrator"
UNNAMED_TELLER = {"interviewer": "Unnamed interviewer", "submitter": "Unnamed submitter"}
INTERVIEWER = "Interviewer"
LONGEST_PLACE = 80  # characters; what is longer describes a place and does not name it
WARNINGS = {
    "killing": "killing",
    "torture": "torture",
    "sexual_violence": "sexual violence",
    "children": "harm done to children",
    "bodies": "descriptions of the dead",
    "hatred": "words of hatred",
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What the archivist decided about an account that is taken in."""

    title: str
    kind: str = "written account"
    language: str = ""
    with_places: bool = False
    with_people: bool = False
    with_text: bool = True  # what was written, where there is a transcript as well
    transcript: tuple[Line, ...] = ()
    events: tuple[Named, ...] = ()
    invented: bool = False


def as_record(account: Account, decided: Decided) -> Record:
    """The account as a Record. What its teller did not want read stays out of it."""
    language = decided.language or account.language
    lines = lines_of(account, decided)
    return Record(
        source_id=f"submission-{account.identifier}",
        title=decided.title,
        kind=decided.kind,
        language=language,
        date=_given_in(account),
        period=dates.from_words(words) if (words := said(account, "when", "when")) else None,
        agents=_agents(account),
        scripts=(Script(language, lines),) if lines else (),
        events=decided.events,
        places=places(account) if decided.with_places else (),
        people=people(account) if decided.with_people else (),
        rights=RIGHTS,
        source=SOURCE_OF_ANOTHER if for_another(account) else SOURCE,
        content_note=content_note(account),
        access=access(account),
        embargo_until=opens_on(account),
        invented=decided.invented,
    )


def said(account: Account, step: str, name: str) -> str:
    """One answer in words; nothing where there is none."""
    return str(account.answers.get(step, {}).get(name) or "")


def chosen(account: Account, step: str, name: str) -> list[str]:
    """One answer of which several could be chosen."""
    return list(account.answers.get(step, {}).get(name) or [])


def shown_name(account: Account) -> str:
    """The name readers are told: the one the narrator chose, or that there is none."""
    if said(account, "naming", "naming") in ("full", "other"):
        return said(account, "naming", "name") or UNNAMED
    return UNNAMED


def for_another(account: Account) -> bool:
    """Whether somebody gave it in the narrator's place."""
    return said(account, "speaker", "whose") == "another"


def access(account: Account) -> str:
    """Who may read it: nobody but archivists where reading was not allowed, or nothing was said."""
    allowed = said(account, "uses", "reading") == "yes"
    return (said(account, "readers", "access") or "closed") if allowed else "closed"


def opens_on(account: Account) -> str:
    """The day from which it may be read, or nothing."""
    later = said(account, "opening", "opening") == "later"
    return said(account, "opening", "open_from") if later else ""


def content_note(account: Account) -> str:
    """What a reader should know before reading, as its teller said."""
    named = [WARNINGS[warning] for warning in chosen(account, "warnings", "warnings") if warning in WARNINGS]
    parts = [f"Speaks of {', '.join(named)}."] if named else []
    if other := said(account, "warnings", "warnings_other"):
        parts.append(other if other[-1] in ".!?…։" else f"{other}.")
    return " ".join(parts)


def places(account: Account) -> tuple[Named, ...]:
    """The places named one on a line, and where it happened if that looks like a name."""
    where = said(account, "where", "where")
    named = [where] if len(where.split()) <= 3 and not where[:1].islower() else []  # not "behind the mill"
    rows = [*named, *said(account, "people", "places").split("\n")]
    names = [" ".join(row.split()).strip(" .,;") for row in rows]
    return tuple(Named(name) for name in dict.fromkeys(names) if name and len(name) <= LONGEST_PLACE)


def people(account: Account) -> tuple[Named, ...]:
    """The people named one on a line. Each is this account's own: one name is not yet one person."""
    names = [" ".join(row.split()) for row in said(account, "people", "people").split("\n")]
    return tuple(
        Named(name, f"{_ref(account)}:person:{number}")
        for number, name in enumerate(dict.fromkeys(filter(None, names)), 1)
    )


def lines_of(account: Account, decided: Decided) -> tuple[Line, ...]:
    """What was written, divided into lines that can be cited; then the transcript, with its times."""
    name = shown_name(account)
    language = decided.language or account.language
    written = said(account, "account", "text") if decided.with_text or not decided.transcript else ""
    lines = [Line(0, text, name) for text in divided(written, language)]
    keeps_labels = decided.with_people and said(account, "naming", "naming") == "full"
    return numbered([*lines, *(decided.transcript if keeps_labels else relabelled(decided.transcript, name))])


def relabelled(transcript: Sequence[Line], name: str) -> tuple[Line, ...]:
    """A transcript whose labels name nobody but the narrator, as the narrator wishes to be named.

    Who asks becomes "Interviewer"; one other voice is the narrator's; several cannot be told
    apart from here and are numbered.
    """
    voices = [a.name for a in agents(transcript) if a.role == "narrator"]
    labels = {a.name: INTERVIEWER for a in agents(transcript) if a.role != "narrator"}
    if len(voices) < 2:
        labels |= dict.fromkeys(voices, name)
    else:
        others = [voice for voice in voices if voice != name]
        labels |= {name: name} | {voice: f"Speaker {n}" for n, voice in enumerate(others, 1)}
    unlabelled = "" if voices else name

    def label(line: Line) -> Line:
        if line.speaker.casefold() in NOT_A_PERSON:
            return replace(line, speaker=line.speaker or unlabelled)
        return replace(line, speaker=labels[line.speaker])

    return tuple(label(line) for line in transcript)


def _agents(account: Account) -> tuple[Agent, ...]:
    """The narrator, and whoever gave the account in their place if they said as what."""
    narrator = Agent(shown_name(account), "narrator", _ref(account))
    capacity = said(account, "speaker", "capacity") if for_another(account) else ""
    if not capacity:
        return (narrator,)
    role = "interviewer" if "interview" in capacity.casefold() else "submitter"
    # "The daughter of ..." would say who the narrator is.
    note = capacity if said(account, "naming", "naming") == "full" else ""
    return narrator, Agent(UNNAMED_TELLER[role], role, f"{_ref(account)}:teller", note)


def _ref(account: Account) -> str:
    """Under this the narrator is known: the same name given by two tellers is two people."""
    return f"submission:{account.identifier}"


def _given_in(account: Account) -> FuzzyDate | None:
    """The year only: the day would tell whoever watches lines when to look."""
    return dates.from_words(str(account.sent_on.year)) if account.sent_on else None
