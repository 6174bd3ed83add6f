"""What is found by while typing: a text from the beginning of each of its words, folded, and in Latin."""

import re
from collections.abc import Iterable, Sequence

from anyascii import anyascii
from sqlalchemy import delete, insert, select

from app.db import session
from app.models import Term, TermKey, TermLabel
from app.search import folding

LONGEST = 64  # characters of a key; nobody types more before choosing
MOST_WORDS = 12  # of one label that count
TOGETHER = 2000  # terms whose keys are made in one go

_INSIDE = dict.fromkeys(map(ord, "'’ʼ`ʹʻ´" + "".join(folding.DROPPED)))  # signs that do not part a word
_WORD = re.compile(rf"(?:[^\W_]|[{folding.marks()}])+")


def folded(text: str) -> str:
    """A text as it is looked for: its words folded, with one blank between them."""
    return " ".join(filter(None, (folding.fold(word) for word in _words(text))))


def latin(text: str) -> str:
    """The same in Latin letters, whatever it is written in."""
    return text if text.isascii() else folded(anyascii(text))


def looked_for(text: str) -> tuple[str, ...]:
    """The beginnings of keys that are looked for when this is typed; may be empty."""
    neutral = folded(text)[:LONGEST]
    return tuple(dict.fromkeys(filter(None, (neutral, latin(neutral)[:LONGEST]))))


def keys(text: str, language: str = "") -> set[str]:
    """Every key a text is found by."""
    words = _words(text)[:MOST_WORDS]
    spelled = [folding.forms(word, language) for word in words]
    made: set[str] = set()
    for form in (0, -1):  # the neutral form, and the plain spelling of its language
        parts = [forms[form] for forms in spelled if forms]
        for beginning in range(len(parts)):
            key = " ".join(parts[beginning:])
            made |= {key[:LONGEST], latin(key)[:LONGEST]}
    return made - {""}


def _words(text: str) -> list[str]:
    return _WORD.findall(text.translate(_INSIDE))


def write(labels: Iterable[tuple[int, str, str]]) -> None:
    """Keys for terms that have none yet, from (term's number, language, label)."""
    made = {(key, number) for number, language, text in labels for key in keys(text, language)}
    if made:  # in the order in which they are kept, so that neighbours are written together
        session().execute(insert(TermKey), [{"key": key, "term_id": number} for key, number in sorted(made)])


def renew(numbers: Sequence[int]) -> None:
    """Make the keys of these terms anew from their labels."""
    session().flush()
    session().execute(delete(TermKey).where(TermKey.term_id.in_(numbers)))
    said = select(TermLabel.term_id, TermLabel.language, TermLabel.label)
    labels = session().execute(said.where(TermLabel.term_id.in_(numbers))).all()
    own = session().execute(select(Term.id, Term.label).where(Term.id.in_(numbers)))
    write([*labels, *((number, "", label) for number, label in own)])


def mend() -> int:
    """Keys for terms that have none: those of an archive that is older than keys. Returns how many."""
    late = list(
        session().scalars(
            select(Term.id).where(~select(TermKey.key).where(TermKey.term_id == Term.id).exists())
        )
    )
    for start in range(0, len(late), TOGETHER):
        renew(late[start : start + TOGETHER])
    return len(late)
