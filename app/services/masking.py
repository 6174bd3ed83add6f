"""Put the public name in place of a kept one, in whatever case, ending, spacing or script sign it stands.

A name is looked for in a folded text (no case, no accents, no invisible signs), word by word, with the
endings that grammar puts on names. Too much may be replaced; a name left standing may not be.
"""

import dataclasses
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import unquote

from sqlalchemy import select

from app.db import session
from app.models import Audience, Person
from app.records import Agent, Chapter, Named, Record, Script
from app.search.folding import fold

Veils = Mapping[str, str]
T = TypeVar("T")

SHORT = 4  # letters: a form of fewer is looked for without endings, except after an apostrophe
_BETWEEN = "\x1f"  # stands between lines that are looked at together
_LETTER = r"[^\W\d_]"
_ENDING = r"(?:[^\W_]{0,4}|(?:l[ae]r|gil)[^\W_]{0,9})"  # -lar, -gil: several, the family of
_AFTER_APOSTROPHE = r"(?:['’‘ʼʹ`´′＇՚][^\W_]*)?"
_HARDENED = {"k": "[kgy]", "q": "[qg]", "t": "[td]", "p": "[pb]"}  # Turkic: Malik, Maliyi
_CASES = ("ии", "ыи", "ои", "еи", "ая", "яя")  # endings of a Russian adjective, folded
# What is not said in words: identifiers, and terms that the archive itself has chosen.
_NOT_WORDS = frozenset(
    {
        "identifier",
        "ref",
        "claim",
        "key",
        "use",
        "kind",
        "language",
        "stance",
        "basis",
        "edtf",
        "lower",
        "upper",
        "access",
        "embargo_until",
        "withheld",
        "withheld_until",
        "role",
        "collection_ref",
        "readings",
        "tags",
        "extra",
        "reason",
        "until",
        "warnings",
        "url",
        "counts",
    }
)
_ELSEWHERE = frozenset({"Summary", "Line", "EvidenceView"})  # made from editions, where it is done already


def veiled(text: str, veils: Veils) -> str:
    """The text with every kept name replaced."""
    found = _found(text, veils) if text and veils else ()
    for start, end, public in reversed(found):
        if public.endswith(".") and text[end : end + 1] == ".":  # initials have their full stop already
            public = public[:-1]
        text = text[:start] + public + _BETWEEN * text.count(_BETWEEN, start, end) + text[end:]
    return text


def occurs(text: str, veils: Veils) -> int:
    """How often a kept name stands in the text."""
    return len(_found(text, veils)) if text and veils else 0


def first(text: str, veils: Veils) -> tuple[int, int] | None:
    """Where the first kept name stands in the text, from and to."""
    found = _found(text, veils) if text and veils else []
    return found[0][:2] if found else None


def veiled_lines(texts: Sequence[str], veils: Veils) -> list[str]:
    """The same for lines that follow one another: a name may begin on one and end on the next."""
    if not veils:
        return list(texts)
    return veiled(_BETWEEN.join(text.replace(_BETWEEN, " ") for text in texts), veils).split(_BETWEEN)


def record(held: Record, veils: Veils) -> Record:
    """Every word of a record, veiled."""
    words: Record = _deep(held, veils)
    return dataclasses.replace(words, scripts=tuple(_script(s, veils) for s in held.scripts))


def shared(page: T, audience: str) -> T:
    """What a page says outside the testimonies (claims, events, people, places), veiled for readers."""
    veils = kept_from(audience)
    return _deep(page, veils) if veils else page


def kept_from(audience: str) -> dict[str, str]:
    """The veils through which this audience reads what is not part of a testimony: none for staff."""
    return everybody() if audience != Audience.STAFF else {}


def names(forms: Sequence[str], veils: Veils) -> list[str]:
    """The forms of a name that may be known: the first, veiled, and of the others those without a veil."""
    public = veiled(forms[0], veils)
    if public != forms[0]:
        return [public]
    return [public, *(form for form in forms[1:] if not occurs(form, veils))]


def of(people: Iterable[Person]) -> dict[str, str]:
    """The forms to be kept of those who are veiled, and the public name that stands for each."""
    veils: dict[str, str] = {}
    for person in people:
        if public := person.veil:
            veils |= {form: public for form in forms(person) if fold(form) != fold(public)}
    return veils


def everybody() -> dict[str, str]:
    """The veils of everybody who is veiled."""
    return of(session().scalars(select(Person).where(Person.public_name != "").order_by(Person.id)).all())


def forms(person: Person) -> list[str]:
    """All ways in which the names of a person, and of all found to be the same, are written and spoken."""
    group = person.in_use.everyone
    said = (form for p in group for form in (p.name, *(n.form for n in p.names), *map(str, p.spoken or ())))
    return list(dict.fromkeys(form.strip() for form in said if form.strip()))


def tells(public: str, forms: Iterable[str]) -> bool:
    """Whether a public name says a part of a name that is to be kept."""
    kept = list(forms)
    return bool({word for form in kept for word in tokens(form)} & set(tokens(public))) or bool(
        occurs(public, dict.fromkeys(kept, ""))
    )


def tokens(form: str) -> list[str]:
    """The words of a form, folded."""
    return re.findall(r"[^\W_]+", _folded(form)[0])


def _found(text: str, veils: Veils) -> list[tuple[int, int, str]]:
    pattern, names_ = _compiled(tuple(veils.items()))
    if pattern is None:
        return []
    folded, places = _folded(text)
    found = []
    for match in pattern.finditer(folded):
        start, end = places[match.start()], places[match.end() - 1] + 1
        while end < len(text) and not _sign(text[end]):  # accents and invisible signs belong to the letter
            end += 1
        found.append((start, end, names_[(match.lastindex or 1) - 1]))
    return found


@lru_cache(maxsize=500)
def _compiled(veils: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[str] | None, tuple[str, ...]]:
    """One pattern for all forms, the longest first; and which name stands for which."""
    wanted = [(words, public) for form, public in veils if (words := tokens(form))]
    # Where a family name may stand first, it may stand last.
    turned = [(words[-1:] + words[:-1], public) for words, public in wanted if len(words) > 1]
    ordered = sorted(wanted + turned, key=lambda pair: -sum(map(len, pair[0])))
    if not ordered:
        return None, ()
    parts = "|".join(f"({_form(words)})" for words, _ in ordered)
    whole = re.compile(f"(?<!{_LETTER})(?:{parts})(?!{_LETTER})")
    return whole, tuple(public for _, public in ordered)


def _form(words: Sequence[str]) -> str:
    ending = _ENDING if sum(map(len, words)) >= SHORT else ""
    return r"[\W_]*".join(f"{_stem(word)}{ending}{_AFTER_APOSTROPHE}" for word in words)


def _stem(word: str) -> str:
    """What stays of a word in every case of it, as a pattern."""
    head, last = word[:-1], word[-1]
    if len(word) < SHORT:
        return re.escape(word)
    if last in _HARDENED:
        return re.escape(head) + _HARDENED[last]
    if "\u0400" <= last <= "\u052f":
        if len(word) > SHORT and word.endswith(_CASES):
            return re.escape(word[:-2])
        if last in "аеиоуыьэюя":
            return re.escape(head)
        if len(word) > SHORT and word[-2] in "ео":  # Павел, Павла
            return f"{re.escape(word[:-2])}[еоь]?{last}"
    if last == "ի":
        return re.escape(head)
    return re.escape(word)


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """The folded text, and for each sign of it the place in the text that it came from."""
    if text.isascii():
        return text.lower(), range(len(text))
    signs = [_sign(sign) for sign in text]
    places = [place for place, said in enumerate(signs) for _ in said]
    return "".join(signs).replace("եվ", "եւ"), places


@lru_cache(maxsize=20_000)
def _sign(sign: str) -> str:
    plain = unicodedata.normalize("NFKD", fold(sign))
    return "".join(s for s in plain if unicodedata.category(s) not in ("Mn", "Me", "Cf"))


def _script(script: Script, veils: Veils) -> Script:
    texts = veiled_lines([line.text for line in script.lines], veils)
    lines = tuple(
        dataclasses.replace(line, text=text, speaker=veiled(line.speaker, veils))
        for line, text in zip(script.lines, texts, strict=True)
    )
    return dataclasses.replace(
        script, lines=lines, translator=veiled(script.translator, veils), note=veiled(script.note, veils)
    )


def _deep(held: Any, veils: Veils) -> Any:
    """A shape with every word in it veiled."""
    if isinstance(held, str):
        return veiled(held, veils)
    if isinstance(held, tuple):
        return tuple(_deep(item, veils) for item in held)
    if not dataclasses.is_dataclass(held) or type(held).__name__ in _ELSEWHERE or isinstance(held, Script):
        return held
    fields = {f.name: getattr(held, f.name) for f in dataclasses.fields(held) if f.name not in _NOT_WORDS}
    changed: dict[str, Any] = {name: _deep(value, veils) for name, value in fields.items()}
    if isinstance(held, (Agent, Named)) and changed["name"] != held.name:
        # Other spellings, and "the widow of ...", would say whom the public name stands for.
        changed |= {"variants": ()} | ({"note": "", "veiled": True} if isinstance(held, Agent) else {})
    if getattr(held, "url", "") and occurs(unquote(held.url), veils):
        changed["url"] = ""
    if isinstance(held, Chapter):
        changed["links"] = tuple(
            (address, veiled(said, veils))
            for address, said in held.links
            if not occurs(unquote(address), veils)
        )
    return dataclasses.replace(held, **changed)
