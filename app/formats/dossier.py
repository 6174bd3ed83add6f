"""A dossier: what bears on a claim, question, event or list, as a page that stands alone."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from babel.support import NullTranslations, Translations

from app.formats.webannotation import Where
from app.records import EvidenceEntry, Line, Record
from app.timecode import short

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Quoted:
    """A passage: its lines with those around them, how it bears on which claim, and where it stands.

    ``key`` stays the same whenever the dossier is made; ``clip`` is a file of the dossier.
    """

    number: int
    key: str
    testimony: str
    title: str
    language: str
    address: str
    citation: str
    revision: int
    first: int
    last: int
    lines: tuple[Line, ...]
    before: tuple[Line, ...] = ()
    after: tuple[Line, ...] = ()
    narrators: tuple[str, ...] = ()
    claim: str = ""
    stance: str = ""
    basis: str = ""
    heard_from: str = ""
    note: str = ""
    start_ms: int | None = None
    end_ms: int | None = None
    clip: str = ""


@dataclass(frozen=True, slots=True)
class Asserted:
    """A claim, who asserts it, and its figure in words."""

    identifier: str
    text: str
    question: str
    attributed_to: str = ""
    source: str = ""
    figure: str = ""
    counted: str = ""
    note: str = ""
    part_of: str = ""  # the words of the claim that it is a part of


@dataclass(frozen=True, slots=True)
class Told:
    """A source of a claim."""

    title: str
    asserted_by: str = ""
    date: str = ""
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of an earlier dossier: numbers of its passages that are no longer given, and of those of
    this one that are new or read otherwise. No words of either."""

    since: str
    gone: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    added: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that a dossier says. ``made_at`` is ISO 8601, UTC."""

    title: str
    kind: str  # claim, question, event, source, list
    identifier: str
    audience: str
    archive: str
    address: str
    made_at: str
    claims: tuple[Asserted, ...] = ()
    sources: tuple[Told, ...] = ()
    passages: tuple[Quoted, ...] = ()
    testimonies: tuple[Record, ...] = ()
    evidence: tuple[tuple[EvidenceEntry, Where], ...] = ()
    missing: int = 0  # passages of a list that this audience may not read, or that are no longer there
    entries: int = 0  # of the trail
    changes: Changes | None = None
    invented: bool = False

    def of(self, claim: str) -> tuple[Quoted, ...]:
        """The passages that bear on a claim."""
        return tuple(passage for passage in self.passages if passage.claim == claim)


def page(dossier: Dossier, language: str = "en") -> str:
    """The dossier as one page of HTML that needs no other file to be read."""
    return environment(language).get_template("dossier/page.html").render(d=dossier, language=language)


@cache
def environment(language: str) -> jinja2.Environment:
    """Templates that speak a language by themselves, without a request."""
    said = speaking(language)
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(said, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {"timecode": short, "words": words(said.gettext)}
    return made


@cache
def speaking(language: str) -> NullTranslations:
    """What pages say, in a language."""
    return Translations.load(ROOT / "translations", [language])


def words(say: Callable[[str], str]) -> Callable[[str], str]:
    """What stance, basis and reasons are called in a language."""
    named: Mapping[str, str] = {
        "supports": say("Supports"),
        "contradicts": say("Contradicts"),
        "qualifies": say("Qualifies"),
        "saw": say("saw it"),
        "heard_from": say("heard it from another"),
        "inferred": say("inferred it"),
        "document": say("from a document"),
    }
    return lambda name: named.get(name, name)


def plain_index(dossier: Dossier) -> dict[str, Any]:
    """What a later dossier needs to say what changed since: keys and digests, and no words."""
    return {
        "made_at": dossier.made_at,
        "kind": dossier.kind,
        "identifier": dossier.identifier,
        "audience": dossier.audience,
        "passages": [
            {
                "number": passage.number,
                "key": passage.key,
                "sha256": hashlib.sha256(
                    "\n".join(f"{line.speaker}\t{line.text}" for line in passage.lines).encode()
                ).hexdigest(),
            }
            for passage in dossier.passages
        ],
    }


def compared(dossier: Dossier, before: Mapping[str, Any]) -> Changes:
    """What changed since an earlier dossier, of which there is the ``plain_index``."""
    held = {row["key"]: row for row in before["passages"]}
    now = {row["key"]: row for row in plain_index(dossier)["passages"]}
    return Changes(
        str(before["made_at"]),
        tuple(int(row["number"]) for key, row in held.items() if key not in now),
        tuple(
            row["number"] for key, row in now.items() if key in held and held[key]["sha256"] != row["sha256"]
        ),
        tuple(row["number"] for key, row in now.items() if key not in held),
    )
