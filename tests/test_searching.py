"""The page of a search, as a reader meets it: what stands where, what is said of it, what is offered next."""

import re
from itertools import product
from random import Random

import pytest

from app.models import Event
from app.records import Agent, FuzzyDate, Named
from app.services.excerpting import WIDEST, fragments
from tests.conftest import testimony

YEAR = FuzzyDate("1961", "1961", "1961-01-01", "1961-12-31")
SYLLABLES = [first + second for first in "bdgklmnprst" for second in "aou"]


@pytest.fixture
def shelf(keep, work):
    """Testimonies with so many passages that hold a word, by the testimony's name."""

    def fill(word: str, **counts: int) -> dict[str, str]:
        random, made = Random(word), {}
        for name, count in counts.items():
            lines = [" ".join([word, *("".join(random.sample(SYLLABLES, 3)) for _ in range(80))])] * count
            made[name] = keep(testimony(name, *lines, title=f"Told by {name}"))
        work()
        return made

    return fill


def groups(page: str) -> list[tuple[str, int]]:
    """Each testimony shown, and how many of its passages."""
    shown = re.findall(r'<article class="group">(.*?)</article>', page, re.S)
    return [(re.search("Told by ([a-z]+)", one)[1], one.count('<li class="hit">')) for one in shown]


def test_a_testimony_that_says_much_leaves_room_for_the_others(client, shelf):
    made = shelf("weevil", many=9, two=2, one=1)
    page = client.get("/search?q=weevil").text
    assert dict(groups(page)) == {"many": 3, "two": 2, "one": 1}
    assert "12 passages" in page
    assert "3 testimonies" in page
    [more] = re.findall(r'<a href="([^"]*)">6 more passages in this testimony</a>', page)
    assert f"within={made['many']}" in more
    assert groups(client.get(more.replace("&amp;", "&")).text) == [("many", 9)]
    for order in ("date", "-date"):
        assert dict(groups(client.get(f"/search?q=weevil&sort={order}").text)) == dict(groups(page)), order


def test_every_testimony_stands_on_one_page_only(client, shelf):
    shelf("weevil", **{chr(ord("a") + n): 4 for n in range(12)})
    for order in ("relevance", "date"):
        pages = [groups(client.get(f"/search?q=weevil&sort={order}&page={n}").text) for n in (1, 2)]
        assert [len(one) for one in pages] == [10, 2]
        assert len({name for one in pages for name, _ in one}) == 12


def test_after_the_last_page_stands_the_last_page(client, shelf):
    shelf("weevil", one=1)
    assert client.get("/search?q=weevil&page=9").location == "/search?q=weevil"


def understood(page: str) -> list[str]:
    """What the page says of how it understood the question, without what leads elsewhere."""
    return [
        " ".join(re.sub("<[^>]+>", "", said).split(" — ")[0].split())
        for said in re.findall(r'<p class="understood"[^>]*>(.*?)</p>', page, re.S)
    ]


def test_who_speaks_is_said_in_words_in_whatever_script_the_name_is_typed(client, keep, work):
    told = "We had our bread from Mr Vell in those days."
    keep(
        testimony(
            "a", told, "The rifle was in the garage.", agents=(Agent("Ana Vell", variants=("Ана Велл",)),)
        )
    )
    work()
    assert understood(client.get("/search?q=Vell").text)[0] == "Also found: passages in which “Vell” speaks"
    page = client.get("/search?q=Ana+Vell").text
    assert understood(page)[:2] == [
        "Also searched for “Ana Vell”: Ана Велл",
        "Also found: passages in which “Ana Vell” speaks",
    ]
    assert "speaker:" not in page
    assert "ana vell” speaks" in client.get("/search?q=ana+vell").text
    for words in ("Vell garage", "Велл garage", "vell garage"):
        said = client.get("/api/v1/search", query_string={"q": words.replace(" ", " AND ")}).json
        assert (said["total"], [one.title() for one in said["voices"]]) == (1, ["Vell"]), words
    assert client.get("/api/v1/search?q=Велл+AND+garage&exact=1").json["voices"] == []


def test_a_word_that_somebody_is_called_by_stays_a_word(client, keep, work):
    keep(testimony("a", "We went down to the vell with the corn, and the vell was dry."))  # Ana Vell says so
    work()
    assert client.get("/api/v1/search?q=vell").json["voices"] == []
    assert client.get("/api/v1/search?q=Vell").json["voices"] == ["Vell"]


def test_over_time_only_words_that_are_said_are_counted_under_names_that_are_said(client, keep, work):
    keep(testimony("a", "We had our bread from Mr Vell in those days.", period=YEAR))
    keep(testimony("b", "The rifle was in the garage.", "Мы видели Велла на мосту.", period=YEAR))
    keep(testimony("c", "The dog was white.", period=YEAR))  # Ana Vell says so, and says no name
    work()
    assert "Vell” speaks" in client.get("/search?q=Vell").text
    page = client.get("/search/words?q=Vell&q=rifle").text
    assert understood(page) == ["Also searched for “Vell”: Велла"]
    assert re.findall(r"(\d+ passages?)</span></figcaption>", page) == ["2 passages", "1 passage"]
    [undo] = re.findall('<a href="([^"]*)">search only for what I typed', page)
    page = client.get(undo.replace("&amp;", "&")).text
    assert re.findall(r"(\d+ passages?)</span></figcaption>", page) == ["1 passage", "1 passage"]


def test_stop_words_are_not_marked_beside_words_that_tell(client, keep, work):
    keep(
        testimony("a", "The bell and the dog and the mill, at the end of the night.", "It was at the bridge.")
    )
    work()
    page = client.get("/search?q=what+happened+at+the+bridge%3F").text
    assert re.findall("<mark>(.*?)</mark>", page) == ["bridge"]
    assert "It was at the <mark>bridge</mark>" in page
    assert re.findall("<mark>(.*?)</mark>", client.get("/search?q=%22at+the+bridge%22").text) == [
        "at",
        "the",
        "bridge",
    ]
    assert "<mark>the</mark>" in client.get("/search?q=the").text
    rows = client.get("/search/concordance.json?q=the+bridge").json["rows"]
    assert [row["words"] for row in rows] == ["bridge"]


def test_a_word_that_stands_nowhere_is_named(client, keep, work):
    keep(testimony("a", "It was at the bridge."))
    keep(testimony("b", "The ferry was full.", access="restricted"))
    work()
    assert understood(client.get("/search?q=bridge+ferry").text) == [
        "No passage that you may read holds “ferry”."
    ]
    assert understood(client.get("/search?q=bridge+AND+ferry").text) == [
        "No passage that you may read holds “ferry”."
    ]
    for words in ("bridges", "ferry", "ferry xylophone"):
        assert understood(client.get("/search", query_string={"q": words}).text) == [], words
    assert understood(client.get("/search?q=bridge+-ferry+NOT+boat+AND+bridges").text) == []
    assert client.get("/api/v1/search?q=bridge+ferry+xylophone").json["absent"] == ["ferry", "xylophone"]


def test_where_nothing_is_found_the_search_can_be_kept(client, keep, work):
    keep(testimony("a", "It was at the bridge."))
    work()
    page = client.get("/search?q=bridge+AND+ferry").text
    assert "Nothing was found" in page
    assert "without the signs that require" in page
    assert 'href="/search/keep?q=bridge+AND+ferry"' in page
    assert "without the signs" not in client.get("/search?q=ferry").text


def test_pages_are_found_by_any_spelling_of_a_name(archive, client, keep, work):
    place = Named("Weavers' Bridge", variants=("Мост ткачей",))
    khojaly = Named("Khojaly", variants=("Xocalı", "Ходжалы"))
    with archive.writing() as session:
        session.add(Event(title="The night at Khojaly", is_published=True))
    keep(testimony("a", "We waited, and the weathers were bad.", place=place))
    keep(testimony("b", "We went over the hill.", place=khojaly))
    keep(testimony("c", "We had a horvenn there.", place=Named("Sorvenn")))
    work()
    for words in ("weavers bridge", "Weavers’ Bridge", "мост ткачей"):
        page = client.get("/search", query_string={"q": words}).text
        assert "Weavers&#39; Bridge</a>" in page, words
        assert "Did you mean" not in page, words
    for words in ("Khojaly", "Xocalı", "Ходжалы", "the night at Xocalı"):
        named = client.get("/api/v1/search", query_string={"q": words}).json["named"]
        assert "The night at Khojaly" in [one["name"] for one in named], words
    assert client.get("/api/v1/search?q=the").json["named"] == []
    assert client.get("/api/v1/search?q=Sorvenn").json["suggestion"] == ""
    assert client.get("/api/v1/search?q=Torvenn").json["suggestion"] == "horvenn"


def test_a_correction_is_written_as_the_archive_writes_it(client, keep, work):
    keep(testimony("a", "Qaçqınlar Xocalıdan gəldilər, qaçqınlar yandı.", language="az"))
    keep(testimony("b", "A while ago, for a while, and a while again, the mill gave a whistle."))
    work()
    assert client.get("/api/v1/search?q=qacqınlr").json["suggestion"] == "qaçqınlar"
    assert client.get("/api/v1/search?q=the+whisle").json["suggestion"] == "the whistle"


ABSURD = [
    *(
        "a" * 10_000,
        "water " * 1_700,
        "a* " * 3_000,
        "*",
        "** *",
        '"',
        '"""',
        '"a "b "c',
        "(" * 900,
        ")(" * 300,
    ),
    *(
        "".join(map(chr, range(1, 128))),
        "a\0b",
        "\u202e\u200d\ufeff",
        "a" + "\u0301" * 990,
        "𐌰𒀀𠜎 👩‍👩‍👧 آب מים 水 ৰ ཀ",
    ),
    *(
        "NOT",
        "NOT NOT a",
        "AND OR NOT",
        "+ - +",
        "a OR " * 300,
        "NOT " * 250 + "a",
        "speaker:",
        "speaker:*",
        "year:[",
    ),
    *("year:[9999999999 TO 1]", "year:²..³", "[z TO a]", "x^9.9.9", "{0} %s %(a)s", "<script>", "9" * 999),
]


DOORS = (
    "/search",
    "/api/v1/search",
    "/search/concordance",
    "/search/words",
    "/search.atom",
    "/search/complete",
)


def test_no_question_is_too_absurd_to_be_answered(client, keep, work):
    keep(testimony("a", "It was at the bridge, by the water."))
    work()
    for door, words in product(DOORS, ABSURD):
        answer = client.get(door, query_string={"q": words})
        if door.startswith("/api") and len(words.strip()) > 1000:
            assert answer.status_code == 400
            assert answer.json["error"] == "q must be at most 1000 characters"
        else:
            assert answer.status_code in (200, 302), (door, words[:40])


def test_signs_of_other_query_languages_are_left_out_and_said(client, keep, work):
    keep(testimony("a", "It was at the bridge."))
    work()
    for words in ("bridge~9", "bridge^4", '"the bridge"~3', "bridge~ water"):
        said = client.get("/api/v1/search", query_string={"q": words}).json
        assert said["total"] == 1, words
        assert (said["absent"], said["suggestion"]) == (["water"] if "water" in words else [], "")
        assert said["message"] == "The signs ~ and ^ mean nothing here and were left out."


def test_too_long_a_question_is_said_to_be_cut(client, keep, work):
    keep(testimony("a", "It was at the bridge."))
    work()
    assert (
        understood(client.get("/search?q=bridge+" + "x" * 2_000).text)[0]
        == "Only the first 1000 characters were read."
    )


def test_suggestions_say_what_they_are_in_the_readers_language(client, keep, work):
    keep(testimony("a", "It was at the bridge.", place=Named("Kelvarin")))
    work()
    for language, said in (("en", "Place"), ("ru", "Место")):
        answer = client.get("/search/complete?q=kelv", headers={"Accept-Language": language})
        assert [one["hint"] for one in answer.json] == [said]


def test_a_long_line_is_shown_where_most_of_it_answers() -> None:
    early, late = "The bell. ", "The bell and the mill by the bell. "
    text = early + "and so on " * 60 + late + "and so on " * 60
    spans = [match.span() for match in re.finditer("bell|mill", text)]
    shown = fragments(text, spans)
    assert [one.text for one in shown if one.marked] == ["bell", "mill", "bell"]
    assert shown[0].text == "… "
    assert shown[-1].text == " …"
    assert len("".join(one.text for one in shown)) <= WIDEST + 4
    assert "".join(one.text for one in shown[1:-1]) in text
