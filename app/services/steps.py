"""What a teller is asked, question by question, and how each answer is read: one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.errors import Invalid

LONGEST_TEXT = 200_000  # characters of an account
USES = ("reading", "quoting", "teaching", "machines", "courts")


@dataclass(frozen=True, slots=True)
class Text:
    """Words, at most ``longest`` characters."""

    longest: int = 500

    def read(self, given: list[str], name: str) -> str:
        """The words without blanks around them. Raises Invalid when they are too many."""
        said = "\n".join(given).replace("\r\n", "\n").strip()
        if "\0" in said:
            said = said.replace("\0", "")
        if len(said) > self.longest:
            raise Invalid(
                f"This is {len(said):,} characters long; at most {self.longest:,} can be kept here. "
                "Nothing was cut: shorten it, or give the rest as a file."
            )
        return said


@dataclass(frozen=True, slots=True)
class One:
    """One of a few."""

    options: tuple[str, ...]

    def read(self, given: list[str], name: str) -> str:
        """The option chosen, or nothing. Raises Invalid for another."""
        chosen = given[-1] if given else ""
        if chosen and chosen not in self.options:
            raise Invalid("This is none of the answers to choose from.")
        return chosen


@dataclass(frozen=True, slots=True)
class Several:
    """Any of a few; of any words at all when there are no options (the caller knows which are right)."""

    options: tuple[str, ...] = ()

    def read(self, given: list[str], name: str) -> list[str]:
        """The options chosen, each once. Raises Invalid for another."""
        chosen = [value[:64] for value in dict.fromkeys(given) if value][:200]
        if self.options and set(chosen) - set(self.options):
            raise Invalid("This is none of the answers to choose from.")
        return chosen


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar."""

    def read(self, given: list[str], name: str) -> str:
        """The day as ISO writes it, or nothing. Raises Invalid for what is no day."""
        said = given[-1].strip() if given else ""
        try:
            return date.fromisoformat(said).isoformat() if said else ""
        except ValueError:
            raise Invalid(
                "This is not a day of the calendar. Write it as year-month-day: 2031-05-09."
            ) from None


Field = Text | One | Several | Day

# The order in which they are asked. A step without fields has a page of its own.
STEPS: Mapping[str, Mapping[str, Field]] = {
    "speaker": {
        "whose": One(("own", "another")),
        "capacity": Text(200),  # interviewer, daughter of the narrator, ...
        "agreed": One(("written", "spoken", "cannot")),  # whether the narrator agreed, and how
        "agreed_words": Text(2000),
    },
    "account": {"text": Text(LONGEST_TEXT)},
    "files": {},
    "when": {"when": Text(200)},
    "where": {"where": Text(500)},
    "role": {"role": Several(("saw", "heard", "after", "other")), "heard_from": Text(500)},
    "people": {"people": Text(4000), "places": Text(4000)},
    "bearing": {"events": Several(), "questions": Several()},
    "naming": {"naming": One(("full", "other", "none")), "name": Text(200)},
    "contact": {"contact": Text(500)},  # kept apart and encrypted, never among the answers
    "uses": {use: One(("yes", "no")) for use in USES},
    "readers": {
        "access": One(("public", "reading_room", "restricted", "closed")),
        "voice": One(("own", "disguised")),  # in recordings; nothing said is as it is
    },
    "opening": {"opening": One(("now", "later")), "open_from": Day()},
    "deciding": {"decided_by": Text(500)},
    "warnings": {
        "warnings": Several(("killing", "torture", "sexual_violence", "children", "bodies", "hatred")),
        "warnings_other": Text(500),
    },
}
CONSENT = ("uses", "readers", "opening", "deciding")
TEXT = ("speaker", "account", "when", "where", "role", "people", "bearing", "naming", "warnings")


def read(step: str, given: Mapping[str, list[str]]) -> dict[str, Any]:
    """One step's answers, read by its table. Raises Invalid with a sentence for the teller."""
    return {name: field.read(given.get(name, []), name) for name, field in STEPS[step].items()}


def missing(answers: Mapping[str, Mapping[str, Any]], has_files: bool) -> tuple[str, ...]:
    """The steps that must be answered before the account can be sent, in their order."""

    def said(step: str, name: str) -> Any:
        return answers.get(step, {}).get(name)

    wanted = {
        "speaker": said("speaker", "whose") != "another" or bool(said("speaker", "agreed")),
        "account": bool(said("account", "text")) or has_files,
        "naming": said("naming", "naming") == "none"
        or bool(said("naming", "naming") and said("naming", "name")),
        "uses": all(said("uses", use) for use in USES),
        "readers": bool(said("readers", "access")),
        "opening": said("opening", "opening") != "later" or bool(said("opening", "open_from")),
    }
    return tuple(step for step in STEPS if not wanted.get(step, True))
