"""While a search is typed: names and words that this reader may read, as they are written, and no others."""

import shutil

import pytest

from app import create_app
from app.cli.base import OPERATOR
from app.jobs.worker import Worker
from app.records import Agent, Named
from app.services import prompting, redacting, searching
from tests.conftest import testimony

TOLD = "The ferryman of Kelvarin brought us over. The ferry went twice, and the ferryman wept."


def said(archive, typed: str, audience: str = "public") -> list[tuple[str, str]]:
    with archive.reading():
        return [(one.label, one.hint) for one in prompting.prompts(typed, audience)]


def test_the_last_word_is_completed_as_the_archive_writes_it(archive, keep, work):
    keep(
        testimony("a", TOLD, place=Named("Kelvarin", variants=("Кельварин",)), agents=(Agent("Kela Marsh"),))
    )
    keep(testimony("b", "Мы видели Кельварин и паром.", "Kelp was on the stones.", language="ru"))
    work()
    assert said(archive, "fer") == [("ferry", ""), ("ferryman", "")]
    assert said(archive, "the FERRYM") == [("the ferryman", "")]
    assert said(archive, "ferry kel") == [
        ("ferry Kelvarin", "places"),
        ("ferry Kela Marsh", "people"),
        ("ferry Kelp", ""),
    ]
    assert said(archive, "кельв") == [("Кельварин", "places")]
    assert said(archive, "marsh") == [("Kela Marsh", "people")]
    for typed in ("", " ", "f", "ferry ", "th", "zzz", "place:Kel", "fer*", "(", '"', "–"):
        assert said(archive, typed) == [], typed
    assert said(archive, '"ferr') == [('"ferry', ""), ('"ferryman', "")]
    assert said(archive, "-ferr") == [("-ferry", ""), ("-ferryman", "")]


def test_the_door_is_open_to_readers(client, keep, work):
    keep(testimony("a", TOLD))
    work()
    answer = client.get("/search/complete?q=ferr")
    assert answer.json == [
        {"value": "ferry", "label": "ferry", "hint": ""},
        {"value": "ferryman", "label": "ferryman", "hint": ""},
    ]
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get("/search/complete").json == []
    assert client.get("/search/complete?q=" + "f" * 5000).json == []
    page = client.get("/search?q=ferry").text
    assert 'data-choose-from="/search/complete"' in page
    assert 'data-choose-from="/search/complete"' in client.get("/").text


HIDDEN = "Quorvistle, the quorvish lighthouse keeper, and Вхотизорба"
ASKED = [
    "quor",
    "Quorvistl",
    "quorvich",
    "lighthous",
    "вхотизорб",
    "вхот",
    "ligthhouse",
    "Kvorvistl",
    "Kworwystle",
]
EVERYWAY = [
    f"/{door}?q={q}"
    for q in ASKED
    for door in ("search", "api/v1/search", "search/complete", "search/concordance")
]


@pytest.mark.parametrize("access", ["reading_room", "restricted", "closed"])
def test_no_word_of_what_may_not_be_read_is_ever_told(access, archive, keep, work, client, sign_in):
    keep(testimony("open", TOLD))
    keep(testimony("hidden", HIDDEN, access=access, place=Named("Quorvhome", variants=("Kvorvhome",))))
    work()
    reader = sign_in("reader")
    for visitor, audience in ((client, "public"), (reader, "reading_room")):
        if access == "reading_room" and audience == "reading_room":
            continue
        for address in EVERYWAY:
            told = visitor.get(address).text.lower().replace(address.partition("=")[2].lower(), "")
            for word in ("quorvistle", "quorvish", "lighthouse", "вхотизорба", "quorvhome", "kvorvhome"):
                assert word not in told, (address, word)
    assert ("lighthouse", "") in said(archive, "lightho", "staff")
    with archive.reading():
        assert searching.ask("ligthhouse", "staff").suggestion == "lighthouse"


def test_two_worlds_say_the_same(archive, new_home, keep, work):
    """An archive with hidden testimonies guesses as one that never had them: words, order, spellings."""
    twin = create_app(new_home("twin"))
    there = twin.extensions["archive"]
    shown = [testimony(f"t{n}", f"{TOLD} Lights {n}.", place=Named("Kelvarin")) for n in range(3)]
    hidden = [testimony(f"h{n}", f"{HIDDEN} ferries ferries {n}", access="restricted") for n in range(5)]
    for record in [hidden[0], *shown, *hidden[1:]]:
        keep(record)
    for record in shown:
        keep(record, to=there)
    Worker(archive).run_all()
    Worker(there).run_all()
    for typed in (*ASKED, "fer", "ferie", "ferrys", "k", "ke", "kelvaren", "light", "lihgts", "Kelwarin"):
        with archive.reading():
            here = searching.ask(typed, "public"), prompting.prompts(typed, "public")
        with there.reading():
            other = searching.ask(typed, "public"), prompting.prompts(typed, "public")
        for one, two in zip(here, other, strict=True):
            if isinstance(one, list):
                assert one == two, typed
            else:
                assert (one.also, one.suggestion, one.total) == (two.also, two.suggestion, two.total), typed
    there.close()


def test_what_was_closed_is_forgotten_before_the_index_follows(archive, keep, work):
    identifier = keep(testimony("a", "Zorblatt came by the lighthouse."))
    keep(testimony("b", TOLD))
    work()
    assert said(archive, "zorb") == [("Zorblatt", "")]
    with archive.writing():
        redacting.redact(identifier, 0, 0, "danger", OPERATOR)
    for typed in ("zorb", "lightho"):
        assert said(archive, typed) == [], typed
    with archive.reading():
        assert searching.ask("ligthhouse", "public").suggestion == ""
        assert searching.ask("Zorblat", "public").also == {}


def test_a_reader_of_nothing_is_told_nothing(archive):
    assert said(archive, "fer") == []
    shutil.rmtree(archive.settings.home / "search_index", ignore_errors=True)
    assert said(archive, "fer") == []
