"""Names in a query are found in every spelling and script, said and revocable; other words are left alone."""

import pytest

from app.records import Named
from app.search.folding import fold
from app.services import searching
from tests.conftest import testimony
from tests.search.test_alike import LANGUAGES, NAMES

SENTENCES = {
    "en": "After that night we came from {} on foot.",
    "az": "O gecədən sonra biz {} deyilən yerdən gəldik.",
    "ru": "После той ночи мы узнали, что {} уже далеко.",
    "hy": "Այդ գիշերից հետո մենք {} այլևս չտեսանք:",
}


@pytest.fixture
def told(keep, work):
    """Keeps a testimony of one sentence for each language, with a name in it."""

    def tell(*names: str, **more: object) -> list[str]:
        made = [
            keep(testimony(f"{name} {language}", SENTENCES[language].format(name), language=language, **more))
            for language, name in zip(LANGUAGES, names, strict=True)
        ]
        work()
        return made

    return tell


def found(archive, words: str, audience: str = "public", **more: object) -> set[str]:
    with archive.reading():
        answer = searching.ask(words, audience, limit=100, **more)
        return {one.testimony.identifier for one in answer.results}


def also(archive, words: str, audience: str = "public") -> dict[str, set[str]]:
    with archive.reading():
        answer = searching.ask(words, audience)
        return {word: set(others) for word, others in answer.also.items()}


def voices(archive, words: str, audience: str = "public") -> tuple[str, ...]:
    with archive.reading():
        return searching.ask(words, audience).voices


def test_every_name_finds_its_other_spellings(archive, told):
    made = {names: set(told(*names)) for names in NAMES[:12]}
    for names, identifiers in made.items():
        for name in dict.fromkeys((*names, *(one.lower() for one in names if one != "İrəvan"))):
            assert found(archive, name) == identifiers, name
            assert found(archive, name, exact=True) < identifiers, name
            said = also(archive, name)[name]
            assert {*map(fold, said), fold(name)} == {*map(fold, names)}, name
    assert found(archive, f'"{NAMES[0][0]}"') == made[NAMES[0]]


def test_the_page_says_what_was_searched_and_takes_it_back(client, told):
    told(*NAMES[0])
    page = client.get("/search?q=Khojaly").text
    assert "Also searched for “Khojaly”:" in page
    assert all(name in page for name in NAMES[0])
    assert "exact=1" in page
    exact = client.get("/search?q=Khojaly&exact=1").text
    assert "Ходжалы" not in exact
    said = client.get("/api/v1/search?q=Khojaly").json
    assert set(said["also"]["Khojaly"]) == set(NAMES[0][1:])
    assert said["testimonies"] == 4
    said = client.get("/api/v1/search?q=Khojaly&exact=1").json
    assert said["also"] == {}
    assert said["testimonies"] == 1


def test_a_word_of_the_language_is_no_name(archive, keep, work):
    keep(testimony("a", "General Forrest came. We saw Forrest there, and forests behind."))
    keep(testimony("b", "We hid in the forest, and the forest was dark. Then we went."))
    keep(testimony("c", "All of Want, they said, and a wind that went on."))
    work()
    for words in ("forest", "Forest", "went", "there", "then"):
        assert not also(archive, words), words
    assert not also(archive, "Forrest")  # the only word like it is no name


def test_a_slip_is_a_slip_and_no_name(archive, keep, work):
    keep(testimony("a", "We came to Ferris and the ferries of the river had gone."))
    work()
    assert not also(archive, "ferryes")
    with archive.reading():
        assert searching.ask("ferryes", "public").suggestion == "ferries"


def test_names_of_the_archive_stand_first(archive, keep, work, told):
    told(*NAMES[0])
    keep(testimony("p", "We were at home.", place=Named("Khojaly", variants=("Xocalı", "Ivanyan"))))
    work()
    with archive.reading():
        others = searching.ask("Khojaly", "public").also["Khojaly"]
    assert set(others[:2]) == {"Xocalı", "Ivanyan"}
    assert set(others[2:]) == {"Ходжалы", "Խոջալու"}


def test_only_spellings_a_reader_may_read_are_told(archive, keep, work, told):
    told(*NAMES[0])
    keep(testimony("hidden", "A long way from Khodzhali it was.", access="restricted"))
    work()
    assert "Khodzhali" not in also(archive, "Khojaly")["Khojaly"]
    assert "Khodzhali" in also(archive, "Khojaly", "staff")["Khojaly"]


def test_short_forms_of_a_name_are_found_where_they_are_written_as_names(archive, keep, work):
    long = keep(testimony("a", "That is how Abraham came back, and Robert with him."))
    short = keep(testimony("b", "They said that Abe went home; and men came to rob us."))
    work()
    assert also(archive, "Abraham") == {"Abraham": {"Abe"}}
    assert found(archive, "Abraham") == {long, short}
    assert found(archive, "Abraham", exact=True) == {long}
    assert also(archive, "Robert") == {}  # here nobody is called Rob


def test_a_name_finds_who_speaks_which_is_said_and_taken_back(archive, keep, work):
    kept = keep(testimony("a", "The rifle was in the garage."))
    work()
    assert voices(archive, "Vell AND garage") == ("Vell",)
    assert found(archive, "Vell AND garage") == {kept}
    assert found(archive, "Vell AND garage", exact=True) == set()
    assert voices(archive, "Vell AND garage", "staff") == ("Vell",)


def test_nobody_is_said_to_speak_whom_the_reader_may_not_hear(archive, keep, work):
    keep(testimony("hidden", "The rifle was in the garage.", access="restricted"))
    work()
    assert voices(archive, "Vell AND garage") == ()
    assert voices(archive, "Vell AND garage", "staff") == ("Vell",)
