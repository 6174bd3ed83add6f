"""Words in context, over time and by place, passages like one, searches that are kept."""

import re
from urllib.parse import quote

import pytest

from tests.journeys.conftest import focused_is_seen, tab_to
from tests.journeys.test_pages import COLOURS, HEAVIEST, overflow, violations, weight

PAGES = {
    "words in context": "/search/concordance?q=bridge",
    "words in context, several scripts": f"/search/concordance?q={quote('мост bridge')}&order=right",
    "no words in context": "/search/concordance?q=zzyzx",
    "over time": "/search/words?q=bridge&q=water&q=chain&q=zzyzx&years=recorded",
    "over time, nothing asked": "/search/words",
    "keep": "/search/keep?q=bridge&place=Kelvarin",
    "narrowed": "/search?q=bridge&collection=Ulmesh+Valley+Memory+Project&place=Kelvarin",
}


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("kind", [*PAGES, "similar", "searches", "keep, signed in"])
def test_a_page_fits_can_be_used_and_is_light(kind, width, page, demonstration, request):
    signed_in = kind in ("searches", "keep, signed in")
    more = {"storage_state": request.getfixturevalue("key_card")} if signed_in else {}
    visitor = page(width=width, fresh=False, **more)
    if kind == "searches":
        keep(visitor, f"Bridges {width}")
    addresses = {
        "similar": demonstration.path("testimonies", "demo-01") + "/similar?line=20",
        "searches": "/searches",
        "keep, signed in": "/search/keep?q=bridge",
    }
    assert visitor.goto(PAGES.get(kind) or addresses[kind]).status == 200
    visitor.evaluate("document.fonts.ready.then(() => true)")
    assert not overflow(visitor)
    assert 1000 < weight(visitor) < HEAVIEST
    assert not violations(visitor)
    visitor.emulate_media(color_scheme="dark")
    assert not overflow(visitor)
    assert not violations(visitor, COLOURS)


@pytest.mark.parametrize("locale", ["az", "hy", "ru", "tr"])
def test_a_page_fits_a_narrow_screen_in_every_language(locale, page, demonstration):
    visitor = page(width=320, locale=locale, fresh=False)
    for address in (*PAGES.values(), demonstration.path("testimonies", "demo-01") + "/similar?line=20"):
        visitor.goto(address)
        assert visitor.locator("html").get_attribute("lang") == locale
        assert not overflow(visitor), address


def keep(visitor, name: str) -> None:
    visitor.goto("/search/keep?q=bridge")
    visitor.get_by_label("Name", exact=True).fill(name)
    visitor.get_by_role("button", name="Keep it").click()
    visitor.wait_for_url("**/searches")


def test_by_keyboard_from_a_search_to_a_sentence_in_its_context(page):
    visitor = page()
    visitor.goto("/search?q=bridge")
    tab_to(visitor, '.ways a[href*="concordance"]')
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/search/concordance?*")
    tab_to(visitor, '.sort a[href*="order=left"]')
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**order=left*")
    before = visitor.locator(".kwic-before").all_inner_texts()
    last = [re.findall(r"\w+", text)[-1].lower() for text in before if text.strip()]
    assert last == sorted(last)
    tab_to(visitor, ".kwic-line")
    said = visitor.evaluate("document.activeElement.querySelector('mark').textContent")
    visitor.keyboard.press("j")  # to the next line, as on the search page
    assert visitor.evaluate("document.activeElement.matches('.kwic:nth-child(2) .kwic-line')")
    assert focused_is_seen(visitor)
    visitor.keyboard.press("k")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/testimonies/**")
    line = visitor.locator("#" + visitor.url.partition("#")[2])
    assert said in line.inner_text()


def test_the_words_stand_in_one_column(page):
    visitor = page(width=1280, fresh=False)
    visitor.goto("/search/concordance?q=bridge")
    middles = visitor.evaluate(
        """() => [...document.querySelectorAll(".kwic-word")].map((word) => {
            const box = word.getBoundingClientRect();
            return (box.left + box.right) / 2;
        })"""
    )
    assert len(middles) > 10
    assert max(middles) - min(middles) < 1
    narrow = page(width=320, fresh=False)
    narrow.goto("/search/concordance?q=bridge")
    begins = narrow.evaluate(
        '() => [...document.querySelectorAll(".kwic-word")].map((word) => word.getBoundingClientRect().left)'
    )
    assert max(begins) - min(begins) < 1


@pytest.mark.parametrize("form", ["CSV", "JSON"])
def test_words_in_context_are_taken_away_without_script(form, page):
    visitor = page(javascript=False)
    visitor.goto("/search/concordance?q=bridge&order=right")
    count = int(re.search(r"\d+", visitor.locator(".results-count").inner_text()).group())
    with visitor.expect_download() as coming:
        visitor.locator(".take").get_by_role("link", name=form).click()
    text = coming.value.path().read_text()
    assert text.count("/testimonies/") == count


def test_words_are_compared_over_time_without_script(page):
    visitor = page(width=320, javascript=False)
    visitor.goto("/search?q=bridge")
    visitor.get_by_role("link", name="Over time and by place").click()
    visitor.get_by_label("Compared with").fill("water")
    visitor.get_by_role("button", name="Show").click()
    assert visitor.locator(".plot figcaption").count() == 2
    assert visitor.locator(".plot rect").count() > 1
    years = visitor.get_by_role("region", name="The years as a table")
    assert years.get_by_role("columnheader", name="“water”").count() == 1
    assert years.get_by_role("rowheader", name="Not known").count() == 1
    visitor.get_by_role("link", name="When it was recorded").click()
    assert "years=recorded" in visitor.url
    assert "q=bridge&q=water" in visitor.url
    place = visitor.get_by_role("region", name="The places as a table").get_by_role("link").first
    name = place.inner_text()
    place.click()
    assert name in visitor.get_by_role("list", name="Narrowed to").inner_text()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_hit_leads_to_passages_like_it(javascript, page):
    visitor = page(javascript=javascript)
    visitor.goto("/search?q=chain")
    visitor.get_by_role("link", name=re.compile("More passages like this")).first.click()
    visitor.wait_for_url("**/similar?*")
    own = visitor.url.partition("/testimonies/")[2][:12]
    words = visitor.locator(".understood a").all_inner_texts()
    assert "chain" in words
    marked = {word.lower() for word in visitor.locator(".hits mark").all_inner_texts()}
    assert len(marked) > 1
    assert all(own not in link.get_attribute("href") for link in visitor.locator(".groups a").all())


def test_lines_picked_lead_to_passages_like_them(page, demonstration):
    visitor = page(fresh=False)
    visitor.goto(demonstration.path("testimonies", "demo-01"))
    visitor.evaluate(
        """() => {
            const range = document.createRange();
            range.selectNodeContents(document.querySelector("#line-20 .testimony-text"));
            getSelection().addRange(range);
        }"""
    )
    bar = visitor.get_by_role("toolbar", name="Lines selected")
    bar.get_by_role("link", name="More like this").click()
    visitor.wait_for_url("**/similar?line=20")
    assert visitor.get_by_role("region", name="The passage").locator("p").count() > 1


def test_a_search_is_kept_without_script_and_deleted_again(page, key_card):
    visitor = page(javascript=False, storage_state=key_card)
    visitor.goto("/search?q=chain&language=en")
    visitor.get_by_role("link", name="Keep this search").click()
    feed = visitor.get_by_label("Address of the feed").input_value()
    assert visitor.request.get(feed).headers["content-type"].startswith("application/atom+xml")
    visitor.get_by_label("Name", exact=True).fill("Chains in English")
    visitor.get_by_role("button", name="Keep it").click()
    visitor.locator(".site-tools summary").last.click()
    visitor.get_by_role("link", name="Your searches").click()
    kept = visitor.locator(
        ".searches > li", has=visitor.get_by_role("link", name="Chains in English", exact=True)
    )
    assert "Nothing new since" in kept.inner_text()
    kept.locator("summary").click()
    kept.get_by_label("Name").fill("Chains")
    kept.get_by_role("button", name="Keep the name").click()
    visitor.get_by_role("link", name="Chains", exact=True).click()
    assert "q=chain&language=en" in visitor.url
    visitor.go_back()
    kept = visitor.locator(".searches > li", has=visitor.get_by_role("link", name="Chains", exact=True))
    kept.locator("summary").click()
    kept.get_by_role("button", name="Delete this search").click()
    assert visitor.get_by_role("link", name="Chains", exact=True).count() == 0


def test_the_browser_finds_the_feed_of_a_search(page):
    visitor = page(fresh=False)
    visitor.goto("/search?q=bridge")
    feed = visitor.locator('link[rel=alternate][href^="/search.atom"]').get_attribute("href")
    assert "<entry>" in visitor.request.get(feed).text()


@pytest.mark.parametrize(
    ("kind", "ref", "narrowing"),
    [
        ("collections", "Ulmesh Valley Memory Project", "Collection: Ulmesh Valley Memory Project"),
        ("events", "kelvarin-night-1961", "Event: The night of the water at Kelvarin"),
    ],
)
def test_the_page_of_a_thing_is_searched_by_keyboard(kind, ref, narrowing, page, demonstration):
    visitor = page(fresh=False)
    visitor.goto(demonstration.path(kind, ref))
    visitor.keyboard.press("/")
    assert visitor.evaluate("document.activeElement.id") == "within-q"
    visitor.keyboard.type("bridge")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**/search?*")
    chosen = visitor.get_by_role("list", name="Narrowed to").get_by_role("link")
    assert narrowing in chosen.inner_text()
    assert visitor.locator(".hit-link").count()
    chosen.focus()
    visitor.keyboard.press("Enter")
    visitor.wait_for_url(
        lambda address: "=bridge" in address and "Ulmesh" not in address and "event=" not in address
    )
