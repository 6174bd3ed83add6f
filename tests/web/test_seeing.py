"""Other ways to see what a search finds: in context, over time and by place, kept, and what is like it."""

import csv
import io
import re
from datetime import timedelta
from html import unescape
from xml.etree import ElementTree

import pytest
from sqlalchemy import delete, select

from app import clock
from app.cli.base import OPERATOR
from app.models import Collection, Consent, Event, SavedSearch, Testimony, User
from app.records import FuzzyDate, Named, Withholding
from app.services import concording, publishing, redacting, resembling, saving, spreading
from tests.conftest import post, testimony

ATOM = "{http://www.w3.org/2005/Atom}"


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def rows(page: str) -> list[tuple[str, str, str]]:
    """Before, word and after of each line of a concordance."""
    found = re.findall(
        r'kwic-before">(.*?)</span>\s*<mark[^>]*>(.*?)</mark>\s*<span class="kwic-after">(.*?)</span>', page
    )
    return [
        (unescape(before).strip(), unescape(word), unescape(after).strip()) for before, word, after in found
    ]


FERRY = (
    "The ferry left at dusk and the rope sang.",
    "We waited for the ferry. Nobody came.",
    "My mother said the last ferry had burned.",
)


@pytest.fixture
def ferry(keep, work):
    """Two testimonies that tell of a ferry, and one that does not."""
    names = [
        keep(
            testimony(
                "a",
                *FERRY,
                title="Beside the river",
                date=FuzzyDate("1992", "1992", "1992-01-01", "1992-12-31"),
            )
        ),
        keep(testimony("b", "A ferry is a ferry, he said.", title="Across the water", language="en")),
        keep(testimony("c", "The mill wheel turned all night.", title="The mill")),
    ]
    work()
    return names


# Words in context


def test_every_place_stands_in_its_context(client, ferry):
    page = client.get("/search/concordance?q=ferry").text
    assert "5 places in 2 passages" in plain(page)
    found = rows(page)
    assert [word for _, word, _ in found] == ["ferry"] * 5
    assert found[0] == ("A", "ferry", "is a ferry, he said.")  # by testimony: "Across" before "Beside"
    assert found[2][0] == "The"
    # What the same speaker said before and after stands with it.
    assert found[3] == (
        "The ferry left at dusk and the rope sang. We waited for the",
        "ferry",
        ". Nobody came. My mother said the last ferry had burned.",
    )


def test_it_is_ordered_by_the_words_before_and_after(client, ferry):
    left = rows(client.get("/search/concordance?q=ferry&order=left").text)
    assert [before.split()[-1].lower() for before, _, _ in left] == ["a", "a", "last", "the", "the"]
    right = rows(client.get("/search/concordance?q=ferry&order=right").text)
    nearest = [re.sub(r"\W", " ", after).split()[0].lower() for _, _, after in right]
    assert nearest == sorted(nearest)
    assert client.get("/search/concordance?q=ferry&order=nonsense").status_code == 200


def test_what_has_no_day_comes_last(client, ferry):
    page = client.get("/search/concordance?q=ferry&order=date").text
    assert page.index("Beside the river") < page.index("Across the water")


def test_words_side_by_side_are_one_place(client, ferry):
    found = rows(client.get('/search/concordance?q="last ferry"').text)
    assert [word for _, word, _ in found] == ["last ferry"]


def test_its_pages_hold_all_of_it_once(client, keep, work):
    keep(testimony("a", *(f"Word number {n} is bell." for n in range(130))))
    work()
    pages = [client.get(f"/search/concordance?q=bell&page={n}").text for n in (1, 2, 3)]
    found = [row for page in pages for row in rows(page)]
    assert len(found) == 130
    assert all("130 places" in plain(page) for page in pages)
    addresses = [a for page in pages for a in re.findall(r'kwic-line[^>]* href="([^"]+)"', page)]
    assert len(set(addresses)) == 130
    assert '<ol class="kwics" start="51">' in pages[1]
    assert rows(client.get("/search/concordance?q=bell&page=99").text) == rows(pages[2])


def test_it_is_narrowed_as_a_search_is(client, ferry):
    one = client.get(f"/search/concordance?q=ferry&within={ferry[0]}").text
    assert len(rows(one)) == 3
    assert "Only within" in one
    year = client.get("/search/concordance?q=ferry&year=1992").text
    assert len(rows(year)) == 3
    assert "order=left" in year  # and the narrowing stays when the order is changed
    assert re.search(r'href="[^"]*year=1992[^"]*order=left', year)
    assert client.get("/search/concordance?q=ferry&within=0123456789ab").status_code == 404


def test_it_says_when_it_is_not_all(client, ferry, monkeypatch):
    monkeypatch.setattr(concording, "MOST", 1)
    page = client.get("/search/concordance?q=ferry").text
    assert "The search finds 2 passages. Here stand the 1 that answer best" in plain(page)


def test_without_a_word_it_says_so(client, ferry):
    assert "Words in context need a word to look for." in client.get("/search/concordance?year=1992").text


def test_it_is_taken_away_whole_with_addresses_to_cite(client, ferry):
    answer = client.get("/search/concordance.csv?q=ferry&order=left")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="words-in-context.csv"'
    table = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    data = client.get("/search/concordance.json?q=ferry&order=left").json
    assert len(table) == data["total"] == len(data["rows"]) == 5
    last = next(row for row in table if row["before"].endswith("the last"))
    assert (last["words"], last["speaker"], last["time"]) == ("ferry", "Ana Vell", "0:04")
    assert last["address"] == f"http://localhost/testimonies/{ferry[0]}/passages/1/2"
    assert client.get(last["address"]).status_code == 200
    assert client.get("/search/concordance.exe?q=ferry").status_code == 404


def test_no_cell_is_taken_for_a_formula(client, keep, work):
    keep(testimony("a", '=HYPERLINK("http://evil.example") ferry', title="+1 @home"))
    work()
    text = client.get("/search/concordance.csv?q=ferry").text.removeprefix("\ufeff")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["before"].startswith("'=HYPERLINK")
    assert row["testimony"] == "'+1 @home"


def test_what_a_narrator_keeps_from_machines_says_so(client, keep, work, archive):
    keep(testimony("a", "The ferry left."))
    work()
    assert "TDM-Reservation" not in client.get("/search/concordance.json?q=ferry").headers
    allow(archive, keep(testimony("b", "The ferry came.")), quoting=True)
    work()
    answer = client.get("/search/concordance.json?q=ferry")
    assert answer.json["total"] == 2
    assert answer.headers["TDM-Reservation"] == "1"


def allow(archive, identifier: str, **uses: bool) -> None:
    """Have its narrator say what may be done with a testimony besides reading it."""
    with archive.writing() as session:
        kept = session.scalars(select(Testimony).filter_by(identifier=identifier)).one()
        session.add(Consent(testimony_id=kept.id, access="public", reading=True, **uses))
        publishing.publish(kept)


# More passages like this

LIKE = "The ropemaker carried his hammer and the copper kettle to the lighthouse."


def test_passages_like_one_are_found_by_its_rarer_words(client, keep, work, monkeypatch):
    monkeypatch.setattr(resembling, "MANY", 10)
    for number in range(20):
        keep(testimony(f"n{number}", f"The day was long, number {number}."))
    first = keep(testimony("first", f"And then, that day: {LIKE}"))
    keep(testimony("second", "His hammer lay beside the copper kettle that day.", title="Hammer and kettle"))
    keep(testimony("third", "And then only one kettle was there.", title="One kettle"))
    work()
    page = client.get(f"/testimonies/{first}/similar?line=0").text
    words = plain(page).partition("Looked for by its rarer words:")[2].partition("What is shown")[0]
    assert {"hammer", "copper", "kettle"} == set(re.findall(r"\w+", words))  # in others too, and not in all
    assert "Hammer and kettle" in page
    assert "One kettle" not in page  # shares one word only
    assert f"/testimonies/{first}/similar" not in page.partition("<main")[2]  # not itself
    assert "<mark>hammer</mark>" in page


def test_what_is_like_nothing_says_so(client, keep, work):
    only = keep(testimony("a", LIKE))
    work()
    assert "No passage of another testimony" in client.get(f"/testimonies/{only}/similar?line=0").text
    assert client.get(f"/testimonies/{only}/similar?line=99").status_code == 404
    assert client.get("/testimonies/0123456789ab/similar?line=0").status_code == 404


def test_hidden_passages_decide_nothing_of_what_is_like(client, keep, work, sign_in):
    first = keep(testimony("a", LIKE))
    keep(testimony("b", f"{LIKE} Zorblatt.", access="closed"))
    keep(testimony("c", "Nothing.", LIKE, withholdings=(Withholding(1, 1, "danger"),)))
    work()
    page = client.get(f"/testimonies/{first}/similar?line=0").text
    assert "Looked for by" not in page
    staff = sign_in("archivist").get(f"/testimonies/{first}/similar?line=0").text
    assert staff.count('class="group"') == 2


def test_what_is_withheld_of_a_passage_is_no_word_to_look_for(client, keep, work):
    hides = keep(
        testimony("a", "We left.", "The quorvistle sang.", withholdings=(Withholding(1, 1, "danger"),))
    )
    keep(testimony("b", "A quorvistle, and we left."))
    work()
    page = client.get(f"/testimonies/{hides}/similar?line=0").text
    assert "quorvistle" not in page.partition("Looked for by")[2].partition("</p>")[0]


def test_hits_and_lines_lead_to_it(client, ferry):
    assert f"/testimonies/{ferry[0]}/similar?line=" in client.get("/search?q=ferry").text
    assert f"/testimonies/{ferry[0]}/similar?line=1" in client.get(f"/testimonies/{ferry[0]}?line=1").text


# Over time and by place


def dated(words: str) -> FuzzyDate:
    return FuzzyDate(words, words, f"{words[:4]}-01-01", f"{words[-4:]}-12-31")


@pytest.fixture
def told(keep, work):
    """Passages of known, uncertain and unknown years, in two places."""
    keep(testimony("a", "The flood came.", period=dated("1990"), places=(Named("Kelvar"),)))
    keep(testimony("b", "No water here.", period=dated("1990"), places=(Named("Kelvar"), Named("Issom"))))
    keep(testimony("c", "The flood rose.", period=dated("1990/1991"), places=(Named("Issom"),)))
    keep(testimony("d", "The flood, again.", date=dated("2001")))
    keep(testimony("e", "A flood long ago.", period=dated("1800/1900")))
    work()


def figures(page: str, caption: str) -> list[list[str]]:
    table = page.partition(f"{caption}</caption>")[2].partition("</table>")[0]
    body = table.partition("<tbody>")[2]
    return [
        [plain(cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)
    ]


def test_years_count_ranges_as_ranges_and_the_unknown_as_unknown(client, told):
    page = client.get("/search/words?q=flood").text
    assert figures(page, "The years as a table") == [
        ["1990", "2 to 3", "1 to 2", "600"],  # one and a half of two and a half
        ["1991", "0 to 1", "0 to 1", "1,000"],
        ["Not known", "2", "2", "–"],
    ]
    recorded = client.get("/search/words?q=flood&years=recorded").text
    assert figures(recorded, "The years as a table") == [
        ["2001", "1", "1", "1,000"],
        ["Not known", "4", "3", "–"],
    ]


def test_places_count_beside_all_their_passages(client, told):
    page = client.get("/search/words?q=flood&q=water").text
    assert figures(page, "The places as a table") == [
        ["Issom", "2", "1", "500", "1", "500"],
        ["Kelvar", "2", "1", "500", "1", "500"],
        ["Not known", "2", "2", "–", "0", "–"],
    ]


def test_up_to_four_searches_are_compared(client, told):
    page = client.get("/search/words?q=flood&q=water&q=flood&q=&q=rose&q=again&q=ago").text
    assert re.findall(r"<figcaption>“(.*?)”", page) == ["flood", "water", "rose", "again"]
    assert page.count('name="q" type="search"') == 4
    narrowed = client.get("/search/words?q=flood&place=Issom").text
    assert figures(narrowed, "The years as a table") == [
        ["1990", "1 to 2", "0 to 1", "333.3"],
        ["1991", "0 to 1", "0 to 1", "1,000"],
        ["Not known", "0", "0", "–"],
    ]


def test_bars_stand_for_the_figures_of_the_table(archive, told):
    from app.web.public import plots

    with archive.reading():
        found = spreading.spread(["flood", "water"], "public")
    flood, water = plots.over_time(["flood", "water"], found.years)
    heights = [bar.height for bar in flood.bars]
    assert heights == [72.0, 120.0]  # 600 and 1,000 of a thousand
    assert [bar.sure for bar in flood.bars] == [48.0, 0.0]  # one of one and a half is sure
    assert [bar.height for bar in water.bars] == [48.0, 0.0]
    assert flood.ticks[0] == (120, 0)
    assert flood.ticks[-1] == (0, 1000)


def test_long_times_are_counted_in_stretches(archive, keep, work):
    for year in (1901, 1950, 1999):
        keep(testimony(f"y{year}", "A flood.", period=dated(str(year))))
    work()
    with archive.reading():
        years = spreading.spread(["flood"], "public").years
    assert len(years.rows) <= spreading.MOST_COLUMNS
    assert years.rows[0].label == "1900–1904"
    assert sum(row.found[0].sure for row in years.rows) == 3


def test_what_changed_is_counted_as_it_is_now(archive, keep, work):
    keep(testimony("a", "A flood.", period=dated("1990")))
    work()
    with archive.reading():
        assert spreading.spread(["flood"], "public").years.rows[0].label == "1990"
    with archive.writing() as session:
        kept = session.scalars(select(Testimony)).one()
        kept.period = dated("1980")
        publishing.publish(kept)
    work()
    with archive.reading():
        assert spreading.spread(["flood"], "public").years.rows[0].label == "1980"


# Kept searches


def entries(text: str) -> list[str]:
    return [entry.findtext(f"{ATOM}title") for entry in ElementTree.fromstring(text).iter(f"{ATOM}entry")]


def test_a_feed_holds_what_the_search_finds_newest_first(client, keep, work):
    keep(testimony("a", "The ferry left.", title="First"))
    keep(testimony("b", "No boat here.", title="Other"))
    changed = keep(testimony("c", "A ferry came.", title="Second"))
    work()
    answer = client.get("/search.atom?q=ferry")
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    assert entries(answer.text) == ["Second", "First"]
    assert "ferry left" not in answer.text  # titles, and no words of testimony
    assert client.get("/search.atom").headers["Location"] == "/feed.atom"
    assert entries(client.get(f"/search.atom?q=ferry&within={changed}").text) == ["Second"]
    assert client.get("/search.atom?q=ferry&within=0123456789ab").status_code == 200
    page = client.get("/search?q=ferry&language=en").text
    discovered = re.search(r'<link rel="alternate" [^>]*href="(/search.atom[^"]*)"', page)
    assert discovered[1] == "/search.atom?q=ferry&amp;language=en"


def test_a_feed_is_handed_over_once(client, keep, work, archive):
    identifier = keep(testimony("a", "The ferry left.", title="First"))
    work()
    first = client.get("/search.atom?q=ferry")
    again = client.get("/search.atom?q=ferry", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get("/search.atom?q=ferry", headers=since).status_code == 304
    with clock.showing(clock.now() + timedelta(days=400)):
        keep(testimony("b", "A ferry came.", title="Second"))
        work()
    for condition in (since, {"If-None-Match": first.headers["ETag"]}):
        newer = client.get("/search.atom?q=ferry", headers=condition)
        assert newer.status_code == 200
        assert entries(newer.text) == ["Second", "First"]
    with archive.writing():
        redacting.redact(identifier, 0, 0, "danger", OPERATOR)
    assert entries(client.get("/search.atom?q=ferry").text) == ["Second"]  # at once, before any job


def test_a_feed_tells_no_time_where_only_the_day_is_kept(client, keep, work, archive):
    """More may come within the day: by its date a reader would never hear of it."""
    allow(archive, keep(testimony("a", "The ferry left.")), quoting=True)
    work()
    first = client.get("/search.atom?q=ferry")
    assert "Last-Modified" not in first.headers
    allow(archive, keep(testimony("b", "A ferry came.")), quoting=True)
    work()
    again = client.get("/search.atom?q=ferry", headers={"If-None-Match": first.headers["ETag"]})
    assert len(entries(again.text)) == 2


def test_a_feed_is_the_same_for_everybody(client, keep, work, sign_in):
    keep(testimony("a", "The ferry left.", title="Open"))
    keep(testimony("b", "The ferry burned.", title="Closed one", access="closed"))
    work()
    assert sign_in("archivist").get("/search.atom?q=ferry").data == client.get("/search.atom?q=ferry").data


def test_anybody_is_told_how_to_keep_a_search(client, ferry):
    page = client.get("/search/keep?q=ferry&year=1992").text
    assert 'value="http://localhost/search?q=ferry&amp;year=1992"' in page
    assert 'value="http://localhost/search.atom?q=ferry&amp;year=1992"' in page
    assert "/sign-in?next=" in page
    assert "csrf_token" not in page.partition("<main")[2]
    assert client.get("/searches").headers["Location"].startswith("/sign-in")
    assert client.post("/searches", data={"q": "ferry", "name": "x"}).status_code in (302, 400)


def saved_as(visitor, name: str = "Ferries", **more: object):
    return post(visitor, "/search/keep?q=ferry", "/searches", name=name, q="ferry", **more)


def test_a_search_is_kept_renamed_and_deleted(sign_in, ferry, archive):
    visitor = sign_in("reader")
    assert "Your searches" in visitor.get("/").text
    assert saved_as(visitor, year="1992").headers["Location"] == "/searches"
    page = visitor.get("/searches").text
    assert "Ferries" in page
    assert '/search?q=ferry&amp;year=1992"' in page
    assert "Nothing new since" in page
    (identifier,) = re.findall(r'<li id="(\w{12})">', page)
    assert saved_as(visitor, "The same", year="1992").status_code == 303  # kept once
    assert post(visitor, "/searches", f"/searches/{identifier}", name=" Boats  of 1992 ").status_code == 303
    page = visitor.get("/searches").text
    assert "Boats of 1992" in page
    assert page.count("<li id=") == 1
    assert post(visitor, "/searches", f"/searches/{identifier}/delete").status_code == 303
    assert "You keep no search yet." in visitor.get("/searches").text


def test_what_cannot_be_kept_is_refused_and_nothing_lost(sign_in, monkeypatch):
    visitor = sign_in("reader")
    empty = saved_as(visitor, "  ")
    assert empty.status_code == 422
    assert "A search is kept under a name." in empty.text
    assert 'name="q" value="ferry"' in empty.text
    assert saved_as(visitor, "x" * 201).status_code == 422
    assert post(visitor, "/search/keep?q=a", "/searches", name="x").status_code == 422
    monkeypatch.setattr(saving, "MOST", 1)
    saved_as(visitor)
    assert saved_as(visitor, "Another", exact="1").status_code == 409


def test_what_is_new_is_counted_until_it_was_seen(sign_in, keep, work, archive):
    visitor = sign_in("reader")
    keep(testimony("a", "The ferry left.", title="Before"))
    work()
    saved_as(visitor)
    assert "Nothing new" in visitor.get("/searches").text
    later = keep(testimony("b", "A ferry came.", title="After"))
    keep(testimony("c", "No boat.", title="Elsewhere"))
    assert "Nothing new" in visitor.get("/searches").text  # the index has not followed yet
    page = visitor.get("/searches").text
    (identifier,) = re.findall(r'<li id="(\w{12})">', page)
    post(visitor, "/searches", f"/searches/{identifier}/seen")
    work()
    page = visitor.get("/searches").text  # it was not there to be seen
    assert "1 testimony is new or changed" in plain(page)
    assert "After" in page
    assert "Before" not in page
    post(visitor, "/searches", f"/searches/{identifier}/seen")
    assert "Nothing new" in visitor.get("/searches").text
    with archive.writing() as session:
        changed = session.scalars(select(Testimony).filter_by(identifier=later)).one()
        changed.title = "After all"
        publishing.publish(changed)
    work()
    assert "After all" in visitor.get("/searches").text


def test_a_number_given_again_is_new_all_the_same(sign_in, keep, work, archive):
    """The number of an edition that was removed may be given to the next one: its day tells."""
    visitor = sign_in("reader")
    keep(testimony("a", "A bell.", title="Before"))
    work()
    saved_as(visitor)
    with archive.writing() as session:
        session.execute(delete(Testimony))
    with clock.showing(clock.now() + timedelta(days=2)):
        keep(testimony("b", "The ferry left.", title="After"))
        work()
        assert "After" in visitor.get("/searches").text


def test_a_reader_never_learns_of_what_they_may_not_read(sign_in, keep, work):
    reader, staff = sign_in("reader"), sign_in("archivist")
    saved_as(reader)
    saved_as(staff)
    keep(testimony("a", "The ferry left.", title="In the reading room", access="reading_room"))
    keep(testimony("b", "The ferry burned.", title="Closed one", access="closed"))
    work()
    page = reader.get("/searches").text
    assert "1 testimony is new" in plain(page)
    assert "Closed one" not in page
    assert "2 testimonies are new" in plain(staff.get("/searches").text)


def test_nobody_sees_or_changes_the_searches_of_another(sign_in, ferry):
    mine, theirs = sign_in("reader"), sign_in("administrator")
    saved_as(mine, "My own")
    (identifier,) = re.findall(r'<li id="(\w{12})">', mine.get("/searches").text)
    assert "My own" not in theirs.get("/searches").text
    for door in ("", "/seen", "/delete"):
        assert post(theirs, "/searches", f"/searches/{identifier}{door}", name="x").status_code == 404
    assert "My own" in mine.get("/searches").text


def test_searches_go_with_their_account_and_stand_in_no_trail(sign_in, ferry, archive):
    from app.models import AuditEntry

    saved_as(sign_in("reader"))
    with archive.writing() as session:
        assert session.scalars(select(SavedSearch)).one().asked["words"] == "ferry"
        said = [f"{entry.action} {entry.details}" for entry in session.scalars(select(AuditEntry))]
        assert not [one for one in said if "search" in one or "ferry" in one]
        session.execute(delete(User))
        assert session.scalars(select(SavedSearch)).all() == []


# Searching within


def test_the_pages_of_things_search_within_them(client, archive, keep, work):
    inside = keep(testimony("a", "The ferry left.", collection="River tales"))
    keep(testimony("b", "Another ferry.", collection="Hill tales"))
    with archive.writing() as session:
        event = Event(title="The burning of the ferry", is_published=True)
        session.add(event)
        kept = session.scalars(select(Testimony).filter_by(identifier=inside)).one()
        kept.events.append(event)
        publishing.publish(kept)
        river = session.scalars(select(Collection).filter_by(name="River tales")).one().identifier
        happened = event.identifier
    work()
    for page, field in (
        (f"/collections/{river}", 'name="collection" value="River tales"'),
        (f"/events/{happened}", 'name="event" value="The burning of the ferry"'),
        (f"/testimonies/{inside}", f'name="within" value="{inside}"'),
    ):
        assert field in client.get(page).text
        name, value = re.findall(r'"([^"]+)"', field)
        found = client.get("/search", query_string={"q": "ferry", name: value}).text
        assert "1 passage" in plain(found)
        assert ("Only within" if name == "within" else "× (remove)") in plain(found)
    assert "As it was told" in client.get(f"/search?q=ferry&within={inside}").text
