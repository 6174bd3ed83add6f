"""Demonstration: a vocabulary of 68,000 terms comes in, is typed from, and goes out again as it came.

    python -m tests.benchmarks.vocabulary HOME --terms 68000

makes the SKOS file, takes it in with `archive vocabulary import` (time and peak memory), serves the archive,
types queries in headless Chromium (from the input event until the list is shown), writes it out with
`archive vocabulary export` and holds both files against one another with rdflib.
"""

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.serving import Served

ALPHABETS = {  # syllables of invented words, by language
    "en": "ba den fir gol har ket lim mor nas pel rin sto tev vin wal yor".split(),
    "ru": "ба ден фир гол хар кет лим мор нас пел рин сто тев вин жал щор".split(),
    "hy": "բա դեն ֆիր գոլ հար կետ լիմ մոր նաս պել րին ստո թև վին շալ ջոր".split(),
    "ar": "با دن فر جل حر كت لم مر نس بل رن ست تف ون شل جر".split(),
    "az": "bə den fır göl xar çet lim mor nəs pel rın şto tev vin cəl yör".split(),
}
BASE = "https://vocabulary.example.org/"
HEAD = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@base <https://vocabulary.example.org/> .

<scheme> a skos:ConceptScheme ; dcterms:title "An invented vocabulary"@en ;
    skos:hasTopConcept <0>, <1>, <2>, <3>, <4>, <5>, <6>, <7> .
<group> a skos:Collection ; skos:prefLabel "Chosen ones"@en ; skos:member <3>, <5>, <7> .
"""


def words(language: str, chance: random.Random) -> str:
    """One to three invented words."""
    syllables = ALPHABETS[language]
    return " ".join(
        "".join(chance.choice(syllables) for _ in range(chance.randint(2, 4)))
        for _ in range(chance.choice((1, 1, 2, 2, 3)))
    )


def turtle(terms: int) -> Iterator[str]:
    """The vocabulary: about three labels a term, several broader terms, notes, notations, matches."""
    chance = random.Random(68)
    yield HEAD
    for number in range(terms):
        other = chance.choice(("ru", "hy", "ar", "az"))
        said = [
            "a skos:Concept",
            "skos:inScheme <scheme>",
            f'skos:prefLabel "{words("en", chance)}"@en, "{words(other, chance)}"@{other}',
            f'skos:notation "{number:06}"^^xsd:token',
        ]
        if chance.random() < 0.8:
            said.append(f'skos:altLabel "{words("en", chance)}"@en')
        if chance.random() < 0.15:
            said.append(f'skos:hiddenLabel "{words(other, chance)}"@{other}')
        if number < 8:
            said.append("skos:topConceptOf <scheme>")
        else:
            parents = {chance.randrange(max(8, number // 9)) for _ in range(1 + (chance.random() < 0.1))}
            said.append("skos:broader " + ", ".join(f"<{one}>" for one in sorted(parents)))
        if chance.random() < 0.3:
            said.append(f'skos:scopeNote "{words("en", chance)}: \\"{words("en", chance)}\\"\\n."@en')
        if chance.random() < 0.2:
            said.append(f"skos:exactMatch <https://elsewhere.example.org/{number}>")
        if chance.random() < 0.1 and number:
            said.append(f"skos:related <{chance.randrange(number)}>")
        yield f"<{number}> {' ; '.join(said)} .\n"


def write(path: Path, terms: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(turtle(terms))
