"""From the first page to the spoken sentence, by every way a reader may come."""

import json
import re
from urllib.parse import quote

import pytest

from tests.journeys.conftest import focused_is_seen, tab_to

SEEN = """(selector) => {
    const box = document.querySelector(selector).getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight && box.height > 0;
}"""


def is_marked(visitor, line: str) -> bool:
    """Whether the line stands out from the page: its ground is another than that of a plain line."""
    ground = "s => getComputedStyle(document.querySelector(s)).backgroundColor"
    return visitor.evaluate(ground, line) not in (
        "rgba(0, 0, 0, 0)",
        visitor.evaluate(ground, "body"),
        visitor.evaluate(ground, ".line:not(.focused):not(:target)"),
    )


def wait_for_line(visitor, line: str) -> None:
    visitor.wait_for_function(SEEN, arg=line)
    assert is_marked(visitor, line)


# From the first page to a sentence


def test_by_keyboard_from_the_first_page_to_the_sentence(page):
    visitor = page()
    visitor.goto("/")
    assert visitor.evaluate("document.activeElement.id") == "q"
    assert focused_is_seen(visitor)
    visitor.keyboard.type("ferryman raft")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/search?q=ferryman*")
    tab_to(visitor, ".hit-link")
    said = visitor.evaluate("document.activeElement.querySelector('mark').textContent")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/testimonies/**")
    line = "#" + visitor.url.partition("#")[2]
    wait_for_line(visitor, line)
    assert said in visitor.locator(line).inner_text()
    # On from there: Tab goes into the line itself, j to the next one, c cites it.
    visitor.keyboard.press("j")
    assert visitor.evaluate("document.activeElement.matches('.line .time')")
    visitor.keyboard.press("j")
    assert focused_is_seen(visitor)
    number = visitor.evaluate("document.activeElement.dataset.line")
    visitor.keyboard.press("c")
    dialog = visitor.get_by_role("dialog", name="Cite")
    dialog.wait_for()
    assert f"/passages/1/{number}" in dialog.locator("[data-citation]").inner_text()
    visitor.keyboard.press("Escape")
    dialog.wait_for(state="hidden")


def test_by_keyboard_past_the_header_to_the_content(page):
    visitor = page(fresh=False)
    visitor.goto("/about")
    tab_to(visitor, ".skip", most=1)
    assert visitor.locator(".skip").bounding_box()["y"] >= 0
    visitor.keyboard.press("Enter")
    visitor.keyboard.press("Tab")
    assert visitor.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_slash_goes_to_the_search_and_question_mark_tells_the_keys(page):
    visitor = page(fresh=False)
    visitor.goto("/about")
    visitor.keyboard.press("/")
    assert visitor.evaluate("document.activeElement.id") == "site-q"
    visitor.keyboard.press("Escape")
    visitor.evaluate("document.activeElement.blur()")
    visitor.keyboard.press("?")
    visitor.get_by_role("dialog", name="Keys").wait_for()
    visitor.keyboard.press("Enter")
    visitor.get_by_role("dialog", name="Keys").wait_for(state="hidden")


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_spoken_sentence_is_two_actions_away(number, javascript, page):
    visitor = page(javascript=javascript)
    visitor.goto("/")
    visitor.locator(".examples a").nth(number).click()
    assert visitor.locator(".hit-link").count(), f"nothing is found at {visitor.url}"
    visitor.locator(".hit-link").first.click()
    assert "/testimonies/" in visitor.url
    line = visitor.locator("#" + visitor.url.partition("#")[2])
    assert line.locator(".testimony-text").first.inner_text().strip()


def test_without_script_the_whole_way_is_open(page):
    visitor = page(width=320, javascript=False)
    visitor.goto("/")
    visitor.get_by_role("searchbox").fill("мост")
    visitor.get_by_role("button", name="Search").click()
    visitor.locator(".hit-link").first.click()
    line = visitor.locator(".line:target")
    assert line.count() == 1
    assert line.locator("xpath=self::*[contains(@class, 'focused')]").count() == 1
    box = line.bounding_box()
    assert 0 <= box["y"] < 800
    visitor.get_by_role("link", name="BibTeX").first.scroll_into_view_if_needed()
    visitor.locator("summary").first.click()
    visitor.get_by_role("link", name="Türkçe").click()
    assert visitor.locator("html").get_attribute("lang") == "tr"


# Deep links


@pytest.mark.parametrize("javascript", [True, False])
def test_the_address_of_a_line_shows_and_marks_it(javascript, page, demonstration):
    visitor = page(fresh=False, width=320, javascript=javascript)
    visitor.goto(demonstration.path("testimonies", "demo-01") + "?line=20#line-20")
    box = visitor.locator("#line-20").bounding_box()
    assert 0 <= box["y"] < 700
    assert "focused" in visitor.locator("#line-20").get_attribute("class")
    assert visitor.locator(".focused").count() == 1


def test_the_address_of_a_stretch_marks_all_of_it(page, demonstration):
    visitor = page(fresh=False)
    visitor.goto(demonstration.path("testimonies", "demo-01") + "?line=20&to=22#line-20")
    wait_for_line(visitor, "#line-20")
    assert [e.get_attribute("id") for e in visitor.locator(".line.focused").all()] == [
        "line-20",
        "line-21",
        "line-22",
    ]


@pytest.mark.parametrize("address", ["?t={0}", "?t={0}#t={0}", "#t={0}", "?line=25"])
def test_the_address_of_a_second_shows_what_is_said_then(address, page, demonstration):
    visitor = page(fresh=False)
    path = demonstration.path("testimonies", "demo-01")
    lines = visitor.request.get(path + ".json").json()["scripts"][0]["lines"]
    line = lines[25]
    second = int(line["start_ms"] / 1000) + 1
    visitor.goto(path + address.format(second))
    wait_for_line(visitor, "#line-25")
    assert visitor.locator(".focused").count() == 1


def test_the_address_of_a_second_needs_no_script(page, demonstration):
    visitor = page(javascript=False)
    visitor.goto(demonstration.path("testimonies", "demo-03") + "?t=150&beside=none")
    assert visitor.locator(".line:target.focused").count() == 1
    assert 0 <= visitor.locator(".line:target").bounding_box()["y"] < 700
    assert visitor.locator(".translation").count() == 0


def test_a_second_in_the_fragment_counts_also_when_it_changes(page, demonstration):
    visitor = page(fresh=False)
    visitor.goto(demonstration.path("testimonies", "demo-01"))
    visitor.evaluate("location.hash = '#t=100'")
    visitor.wait_for_selector(".line.focused")
    first = visitor.locator(".line.focused").get_attribute("id")
    visitor.evaluate("location.hash = '#t=20'")
    visitor.wait_for_function("first => document.querySelector('.line.focused').id !== first", arg=first)


# Citing


def test_a_citation_comes_in_four_forms(page, demonstration):
    visitor = page(fresh=False)
    path = demonstration.path("testimonies", "demo-01")
    visitor.goto(path + "?line=5#line-5")
    wanted = {"BibTeX": "@", "RIS": "TY  - ", "CSL-JSON": "["}
    for form, begins in wanted.items():
        with visitor.expect_download() as coming:
            visitor.locator("#cite").get_by_role("link", name=form, exact=True).first.click()
        assert coming.value.suggested_filename.startswith("testimony-" + path.rpartition("/")[2])
        text = coming.value.path().read_text()
        assert text.lstrip().startswith(begins)
        assert "Mira" in text
        assert demonstration.base + path in text
    assert json.loads(text)[0]["title"].startswith("Mira Talvesh, first recording")
    chicago = visitor.request.get(path + "/cite.txt?first=5&last=6").text()
    assert "Mira Talvesh" in chicago
    assert f"{path}/passages/1/5-6" in chicago
    assert visitor.locator("#cite .citation").inner_text().startswith(chicago[:20])


def test_a_line_is_cited_without_script(page, demonstration):
    visitor = page(javascript=False)
    visitor.goto(demonstration.path("testimonies", "demo-01") + "?line=5&to=99#line-5")
    chosen = visitor.locator("#cite h3 + ul")
    assert visitor.locator("#cite h3").inner_text() == "Lines selected"
    for form in ("Chicago", "BibTeX", "RIS", "CSL-JSON"):
        address = chosen.get_by_role("link", name=form).get_attribute("href")
        answer = visitor.request.get(address)
        assert answer.ok
        assert "/passages/1/5-" in answer.text()
    visitor.goto(demonstration.path("testimonies", "demo-01"))
    assert chosen.count() == 0


def test_lines_picked_with_the_mouse_can_be_cited(page, demonstration):
    visitor = page(fresh=False)
    visitor.goto(demonstration.path("testimonies", "demo-01"))
    visitor.evaluate(
        """() => {
            const [first, last] = ["#line-3 .testimony-text", "#line-5 .testimony-text"];
            const range = document.createRange();
            range.setStart(document.querySelector(first).firstChild, 2);
            range.setEnd(document.querySelector(last).firstChild, 4);
            getSelection().addRange(range);
        }"""
    )
    bar = visitor.get_by_role("toolbar", name="Lines selected")
    bar.wait_for()
    assert "3–5" in bar.inner_text()
    bar.get_by_role("button", name="Cite").click()
    shown = visitor.get_by_role("dialog", name="Cite")
    shown.wait_for()
    assert "/passages/1/3-5" in shown.inner_text()
    assert "first=3&last=5" in shown.get_by_role("link", name="RIS").get_attribute("href")


# Language


@pytest.mark.parametrize("javascript", [True, False])
def test_another_language_is_the_same_page(javascript, page):
    visitor = page(javascript=javascript)
    visitor.goto("/search?q=bridge&language=en&sort=date")
    asked = visitor.url
    for name, tag in (("Azərbaycan", "az"), ("Հայերեն", "hy"), ("Русский", "ru"), ("Türkçe", "tr")):
        visitor.locator(".site-tools summary").first.click()
        visitor.get_by_role("link", name=re.compile(name, re.IGNORECASE)).click()
        assert visitor.url == asked
        assert visitor.locator("html").get_attribute("lang") == tag
        assert visitor.locator(".hit-link").count() > 1


def test_the_words_of_a_testimony_keep_their_language(page, demonstration):
    visitor = page(locale="tr")
    visitor.goto(demonstration.path("testimonies", "demo-03"))
    assert visitor.locator("html").get_attribute("lang") == "tr"
    assert visitor.locator(".testimony-text:not(.translation)").first.get_attribute("lang") == "ru"
    assert visitor.locator(".testimony-text.translation").first.get_attribute("lang") == "en"
    visitor.locator(".beside-switch a").last.click()
    assert visitor.locator(".testimony-text.translation").count() == 0


# Searching


@pytest.mark.parametrize(
    ("typed", "other"),
    [("Xocalı", "Khojaly"), ("Khojaly", "Xocalı"), ("Ходжалы", "Khojaly"), ("Келварин", "Kelvarin")],
)
def test_other_names_are_searched_said_and_revocable(typed, other, page):
    visitor = page(fresh=False)
    visitor.goto(f"/search?q={quote(typed)}")
    said = visitor.locator(".understood", has_text="Also searched for")
    assert typed in said.inner_text()
    assert other in said.inner_text()
    said.get_by_role("link").last.click()
    assert visitor.locator(".understood", has_text="Also searched").count() == 0
    assert visitor.locator(".understood", has_text="Only what you typed").count() == 1
    visitor.get_by_role("link", name="Search other names too").click()
    assert other in visitor.locator(".understood", has_text="Also searched for").inner_text()


def count(visitor) -> int:
    return int(re.search(r"\d+", visitor.locator(".results-count").inner_text()).group())


@pytest.mark.parametrize("javascript", [True, False])
def test_a_facet_narrows_and_can_be_undone(javascript, page):
    visitor = page(fresh=False, javascript=javascript)
    visitor.goto("/search?q=bridge")
    whole, address = count(visitor), visitor.url
    facet = visitor.locator(".facets").get_by_role("link", name=re.compile("Peldrin Hill"))
    narrowed = int(facet.locator(".count").inner_text())
    facet.click()
    assert "place=Peldrin" in visitor.url
    assert 0 < count(visitor) < whole
    in_testimonies = visitor.locator(".group").count()
    assert in_testimonies == narrowed
    chosen = visitor.get_by_role("list", name="Narrowed to").get_by_role("link")
    assert "Peldrin Hill" in chosen.inner_text()
    chosen.click()
    assert visitor.url == address
    assert count(visitor) == whole


def test_nothing_asked_says_how_to_search(page):
    visitor = page(fresh=False)
    visitor.goto("/search")
    assert visitor.get_by_role("heading", name="How to search").count() == 1
    assert visitor.evaluate("document.activeElement.id") == "q"


def test_nothing_found_says_what_to_try(page):
    visitor = page(fresh=False)
    visitor.goto("/search?q=zzyzx")
    assert visitor.get_by_role("heading", name="Nothing was found").count() == 1
    visitor.get_by_role("link", name="Or look through all testimonies").click()
    assert visitor.locator(".card").count() > 10


def test_a_testimony_is_searched_from_its_own_page(page, demonstration):
    visitor = page(fresh=False)
    visitor.goto(demonstration.path("testimonies", "demo-01"))
    visitor.keyboard.press("/")
    assert visitor.evaluate("document.activeElement.id") == "within-q"
    visitor.keyboard.type("chain")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/search?*")
    assert "Only within" in visitor.locator(".understood").first.inner_text()
    assert visitor.locator(".group").count() == 1


# What is withheld, and what is invented


def test_what_is_withheld_is_shown_with_its_reason_and_its_end(page, demonstration):
    visitor = page(fresh=False)
    visitor.goto(demonstration.path("testimonies", "demo-14"))
    note = visitor.locator(".withheld-note")
    assert note.count() == 1
    said = note.inner_text()
    assert said.startswith("2 lines are withheld: ")
    assert len(said.partition(": ")[2].partition("(")[0].strip()) > 10
    assert "until January 1, 2071" in said
    assert visitor.locator(".line.withheld .testimony-text").count() == 0
    visitor.goto(demonstration.path("testimonies", "demo-08"))
    assert "until" not in visitor.locator(".withheld-note").inner_text().partition(": ")[0]


def test_what_is_invented_says_so_and_what_is_not_says_that(page, demonstration):
    visitor = page(fresh=False)
    for invented in (
        "/",
        "/search?q=bridge",
        "/testimonies",
        demonstration.path("testimonies", "demo-01"),
        demonstration.path("events", "kelvarin-night-1961"),
        demonstration.path("questions", "q-dead"),
        demonstration.path("claims", "c-dead-17"),
        demonstration.path("places", "place-kelvarin"),
        demonstration.path("sources", "src-commission-1961"),
        demonstration.path("people", "person-demo-mira"),
        demonstration.path("collections", "Ulmesh Valley Memory Project"),
    ):
        visitor.goto(invented)
        assert "an invented event in an invented place" in visitor.get_by_role("note").inner_text(), invented
    for real in (
        demonstration.path("events", "khojaly-1992"),
        demonstration.path("questions", "q-killed-khojaly"),
        demonstration.path("claims", "c-killed-613"),
        demonstration.path("places", "place-of-khojaly-1992"),
        demonstration.path("sources", "statement-29th-anniversary"),
    ):
        visitor.goto(real)
        said = visitor.get_by_role("note").inner_text()
        assert "what is on this page is not invented" in said, real
    assert visitor.get_by_role("link", name="Give an account").count()


# A question in dispute


def test_figures_share_an_axis_only_when_they_count_the_same(page, demonstration):
    visitor = page(fresh=False)
    visitor.goto(demonstration.path("questions", "q-dead"))
    for axis in visitor.locator("figure.axis").all():
        assert axis.locator("figcaption").inner_text().strip()
    rows = visitor.get_by_role("region", name="The figures as a table").locator("tbody tr")
    keys = [row.locator("td, th").first.inner_text() for row in rows.all()]
    claims = [key for key in keys if "·" not in key]  # A·1 is what a passage says to the claim A
    assert len(claims) == visitor.locator("article.claim").count() >= 4
    assert len(keys) > len(claims)
    words = visitor.locator("main").inner_text().lower()
    assert "average" not in words.replace("never averaged", "")
    assert "mean of" not in words.replace("takes no mean of them", "")


def test_an_empty_archive_says_what_to_do_next(client):
    text = client.get("/").text
    assert "archive import FILE" in text
    assert "archive demo" in text
    assert "archive user add" in text
    assert 'type="search"' not in text.partition("<main")[2].partition("</main>")[0]
    for path in ("/search?q=a", "/testimonies", "/events", "/people", "/places", "/collections", "/about"):
        assert client.get(path).status_code == 200, path


def test_a_question_quoted_with_its_answer_is_not_the_witnesss_word(page, demonstration):
    visitor = page(fresh=False, locale="en")
    visitor.goto(demonstration.path("claims", "c-bridge-before"))
    quoted = visitor.locator(".evidence", has_text="Read it at 1:45").locator("blockquote")
    names = [name.inner_text() for name in quoted.first.locator(".evidence-speaker").all()]
    assert names == ["Dessa Talvesh", "Ansa Merrow", "Dessa Talvesh"]
    assert "Translation into English" in quoted.last.inner_text()


def test_a_hit_in_a_translation_says_that_it_is_one(page):
    visitor = page(fresh=False)
    visitor.goto("/search?q=bridge")
    translated = visitor.locator(".group", has_text="Turkish").first.locator(".hit-head").first
    assert "Translation into English" in translated.inner_text()
    told = visitor.locator(".group", has_text="Mira Talvesh, second recording").locator(".hit-head").first
    assert "Translation" not in told.inner_text()
