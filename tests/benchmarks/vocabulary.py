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

from config import Settings
from tests.serving import Served

SYLLABLES = {  # of invented words, by language
    "en": "ba den fir gol har ket lim mor nas pel rin sto tev vin wal yor",
    "ru": "ба ден фир гол хар кет лим мор нас пел рин сто тев вин жал щор",
    "hy": "բա դեն ֆիր գոլ հար կետ լիմ մոր նաս պել րին ստո թև վին շալ ջոր",
    "ar": "با دن فر جل حر كت لم مر نس بل رن ست تف ون شل جر",
    "az": "bə den fır göl xar çet lim mor nəs pel rın şto tev vin cəl yör",
}
ALPHABETS = {language: said.split() for language, said in SYLLABLES.items()}
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


NAME = "An invented vocabulary"
WHO, PASSWORD = "archivist@example.org", "a long enough password"
COMMAND = [sys.executable, "-c", "from app.cli import main; main()"]
# Milliseconds from the input event until the suggestions for these very words are painted.
WATCH = """() => {
    window.spent = [];
    const field = document.querySelector("#tags-term, #merge-other");
    let began = 0;
    field.addEventListener("input", () => { began = performance.now(); }, true);
    field.addEventListener("suggested", () => {
        const from = began;
        requestAnimationFrame(() => setTimeout(() => window.spent.push(performance.now() - from), 0));
    });
}"""


def run(home: Path, *words: str) -> tuple[float, float, str]:
    """A command on an archive: seconds, the most memory it held in MiB, and what it said."""
    began = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    done = subprocess.run(
        [*COMMAND, *words], env=os.environ | {"ARCHIVE_HOME": str(home)}, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(done.stderr)
    most = max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    return time.perf_counter() - began, most / 1024, done.stdout


def queries(count: int) -> list[str]:
    """Words as somebody types them, in every script."""
    chance = random.Random(7)
    languages = list(ALPHABETS)
    return [
        "".join(chance.choice(ALPHABETS[languages[n % len(languages)]]) for _ in range(2))
        for n in range(count)
    ]


def type_in(base: str, typed: list[str], chromium: str) -> list[float]:
    """Type each of these letter by letter, as fast as a quick typist, and take the time of every letter."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(base_url=base)
        page.goto("/sign-in")
        page.get_by_label("E-mail address").fill(WHO)
        page.get_by_label("Password").fill(PASSWORD)
        page.locator("main").get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/")
        page.goto("/workbench/vocabularies")
        page.locator("a[data-step]").first.click()
        page.locator("a[data-step]").first.click()
        page.get_by_text("Merge it into another term").click()
        page.evaluate(WATCH)
        field = page.locator("#merge-other")
        asked = 0
        for words in typed:
            field.fill("")
            for letter in words:
                asked += 1
                page.keyboard.insert_text(letter)
                page.wait_for_function("wanted => window.spent.length >= wanted", arg=asked, timeout=30_000)
        spent: list[float] = page.evaluate("window.spent")
        browser.close()
    return spent


def triples(path: Path) -> set[object]:
    """Every statement of a file."""
    import rdflib

    rdflib.NORMALIZE_LITERALS = False
    graph = rdflib.Graph()
    graph.parse(path, format="turtle")
    return set(graph)


def main() -> None:
    """Make, take in, type, write out, compare."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("home", type=Path)
    asked.add_argument("--terms", type=int, default=68_000)
    asked.add_argument("--words", type=int, default=80)
    asked.add_argument("--chromium", default=os.environ.get("ARCHIVE_CHROMIUM", "/usr/bin/chromium"))
    given = asked.parse_args()
    given.home.mkdir(parents=True, exist_ok=True)
    made, out = given.home / "made.ttl", given.home / "out.ttl"
    write(made, given.terms)
    print(f"{given.terms:,} terms, {made.stat().st_size / 1e6:.1f} MB of Turtle")
    took, most, said = run(given.home, "vocabulary", "import", str(made))
    print(f"taken in within {took:.0f} s, at most {most:.0f} MiB: {said.strip()}")
    took, most, _ = run(given.home, "vocabulary", "export", NAME, "-o", str(out))
    print(f"written out within {took:.0f} s")
    same = triples(made) == triples(out)
    print(f"both files say the same (there are no blank nodes, so the sets of statements are equal): {same}")
    run(given.home, "user", "add", WHO, "--name", "Ada Keeper", "--password", PASSWORD)
    served = Served(Settings(home=given.home), given.home / "log").start()
    try:
        spent = sorted(type_in(served.base, queries(given.words), given.chromium))
    finally:
        served.stop()
    print(
        f"{len(spent)} letters typed, from the input event until the list is painted: "
        f"p50 {statistics.median(spent):.0f} ms, p95 {spent[int(len(spent) * 0.95)]:.0f} ms, "
        f"at most {spent[-1]:.0f} ms"
    )
    if not same:
        sys.exit(1)


if __name__ == "__main__":
    main()
