"""Passages of the holdings that may bear on a claim, ranked by several searches together.

Each search asks for something else: the claim, its question, the other answers, the note, the event; the
names of its place and of who is said to have said it; the days it speaks of. Their ranks are added up as
Cormack, Clarke and Büttcher do (rank fusion, SIGIR 2009): what several searches put high comes first.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from app.archive import index
from app.models import Audience, Claim
from app.pages import PassageHit, Summary
from app.search import Hit
from app.search.folding import fold
from app.services import searching, understanding

MOST = 300  # passages that one search brings
WORDS = 14  # that one search asks for
SHORTEST = 4  # letters of a word that is looked for
EVEN = 60  # how little the first ranks weigh more than the next (k of the paper)


def default_words(claim: Claim) -> str:
    """What to search for first: the words of the claim and its question, and the names of the place."""
    return _asked(f"{claim.text} {claim.question.text}", claim, [*_quoted(_names(claim))][:6])


def ranked(claim: Claim, words: str = "") -> tuple[list[tuple[PassageHit, Summary]], str]:
    """The passages, best first, and what could not be understood of the words.

    Without ``words``, or with the default ones, all that is known of the claim is searched for.
    """
    asked = words.strip() or default_words(claim)
    searches = list(_searches(claim)) if asked == default_words(claim) else [(asked, 1.0)]
    ranks: dict[tuple[str, int], float] = {}
    hits: dict[tuple[str, int], Hit] = {}
    for question, weight in searches:
        query = replace(understanding.understood(question, Audience.STAFF, late=True), limit=MOST)
        for rank, hit in enumerate(index(Audience.STAFF).search(query).hits):
            key = (hit.group, hit.number)
            hits[key] = hit
            ranks[key] = ranks.get(key, 0.0) + weight / (EVEN + rank)
    best = sorted(ranks, key=lambda key: -ranks[key])[:MOST]
    query = understanding.understood(asked, Audience.STAFF, late=True)
    message = index(Audience.STAFF).search(replace(query, limit=1)).message
    found = searching.grouped(
        [replace(hits[key], score=ranks[key]) for key in best],
        Audience.STAFF,
        index(Audience.STAFF).marker(query),
    )
    passages = [(hit, group.testimony) for group in found for hit in group.passages]
    return sorted(passages, key=lambda pair: -pair[0].score), message


def _searches(claim: Claim) -> Iterator[tuple[str, float]]:
    """What is searched for, and how much it weighs."""
    others = " ".join(other.text for other in claim.question.claims if other is not claim)
    names = _names(claim)
    event = claim.question.event
    said = [(claim.text, 1.0), (claim.question.text, 1.0), (others, 0.5), (claim.note, 0.5)]
    said += [(event.title, 0.1)] if event else []
    for text, weight in said:
        if asked := _asked(text, claim, []):
            yield asked, weight
    times = [claim.happened.words, event.date.words if event else ""]
    if dated := _asked(" ".join(times), claim, []):
        yield dated, 0.1
    said_by = [claim.attributed_to] if claim.attributed_to else []
    if quoted := " OR ".join(_quoted([*names, *said_by])):
        yield quoted, 0.25


def _asked(text: str, claim: Claim, more: list[str]) -> str:
    """A search for any of the longer words, but for those that name the place."""
    known = {fold(word) for name in _names(claim) for word in name.split()}
    said = dict.fromkeys(map(str.lower, re.findall(r"[^\W_]+", text)))
    words = [w for w in said if len(w) >= SHORTEST and fold(w) not in known]
    return " OR ".join([*words[:WORDS], *more])


def _names(claim: Claim) -> list[str]:
    event = claim.question.event
    places = [place.in_use for place in (claim.place, event.place if event else None) if place]
    return list(dict.fromkeys(name for place in places for name in (place.name, *place.other_names)))


def _quoted(names: list[str]) -> Iterator[str]:
    return (f'"{name}"' if " " in name else name for name in dict.fromkeys(names) if '"' not in name)
