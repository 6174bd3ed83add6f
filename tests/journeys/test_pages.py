"""Every kind of page, narrow and wide, light and dark: it fits, it can be used, and it is light."""

from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe

# What a page may weigh without its fonts.
HEAVIEST = 150_000

PLAIN = {
    "home": "/",
    "found": "/search?q=bridge",
    "nothing found": "/search?q=zzyzx",
    "search help": "/search",
    "about": "/about",
    "keys": "/keys",
    "testimonies": "/testimonies",
    "collections": "/collections",
    "events": "/events",
    "people": "/people",
    "places": "/places",
    "sign in": "/sign-in",
    "unknown": "/testimonies/0123456789ab",
}
HELD = {
    "testimony": ("testimonies", "demo-01"),
    "testimony with translation": ("testimonies", "demo-03"),
    "testimony with withheld lines": ("testimonies", "demo-14"),
    "testimony with pictures": ("testimonies", "demo-07"),
    "collection": ("collections", "Ulmesh Valley Memory Project"),
    "person": ("people", "person-demo-mira"),
    "place": ("places", "place-kelvarin"),
    "event": ("events", "kelvarin-night-1961"),
    "question": ("questions", "q-dead"),
    "question that is not invented": ("questions", "q-killed-khojaly"),
    "claim": ("claims", "c-bridge-before"),
    "source": ("sources", "src-commission-1961"),
    "matrix": ("events", "kelvarin-night-1961"),
}
WORKBENCH = {"workbench": ("testimonies", "demo-01")}


@pytest.fixture
def where(demonstration):
    """The address of a kind of page."""

    def find(kind: str) -> str:
        if kind in PLAIN:
            return PLAIN[kind]
        if kind in WORKBENCH:
            path = demonstration.path(*WORKBENCH[kind])
            return f"/workbench{path}/link?first=3&last=4"
        path = demonstration.path(*HELD[kind])
        more = {"testimony": "?line=3#line-3", "matrix": "/matrix"}
        return path + more.get(kind, "")

    return find


def overflow(visitor) -> list[str]:
    """What sticks out of the page sideways."""
    return visitor.evaluate(
        """() => {
            const wide = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= wide) return [];
            return [...document.querySelectorAll("body *")]
                .filter((e) => e.getBoundingClientRect().right > wide + 1)
                .map((e) => e.outerHTML.slice(0, 120));
        }"""
    )


def weight(visitor) -> int:
    """What was sent for the page, fonts apart, before any compression."""
    return visitor.evaluate(
        """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
            .filter((e) => !/\\.woff2($|\\?)/.test(e.name)).reduce((sum, e) => sum + e.decodedBodySize, 0)"""
    )


# What a scheme of colours can make wrong; the rest is the same page.
COLOURS = ("color-contrast", "link-in-text-block")
AXE = Axe()


def violations(visitor, rules: tuple[str, ...] = (), within: str = "") -> list[str]:
    """What axe finds wrong: by its own choice of rules, or by these alone."""
    if not visitor.evaluate("'axe' in window"):
        visitor.evaluate(AXE.axe_script)
    found = visitor.evaluate(
        """([rules, within]) => axe.run(within ? {include: [[within]]} : document, {
            resultTypes: ["violations"],
            ...(rules.length ? {runOnly: {type: "rule", values: rules}} : {}),
        }).then((results) => results.violations)""",
        [list(rules), within],
    )
    return [f"{v['id']}: {node['html'][:160]} {node['failureSummary']}" for v in found for node in v["nodes"]]


def faults(visitor, within: str = "") -> list[str]:
    """What axe finds wrong with a page, in both schemes of colour."""
    found = violations(visitor, within=within)
    visitor.emulate_media(color_scheme="dark")
    found += violations(visitor, COLOURS, within)
    visitor.emulate_media(color_scheme="light")
    return found


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("kind", [*PLAIN, *HELD, *WORKBENCH])
def test_a_page_fits_can_be_used_and_is_light(kind, width, page, where, watch, request):
    more = {"storage_state": request.getfixturevalue("key_card")} if kind in WORKBENCH else {}
    visitor = page(width=width, fresh=False, **more)
    if kind == "unknown":
        watch.excuse("the server responded with a status of 404")
    answer = visitor.goto(where(kind))
    assert answer.status == (404 if kind == "unknown" else 200)
    visitor.evaluate("document.fonts.ready.then(() => true)")
    assert not overflow(visitor)
    assert 1000 < weight(visitor) < HEAVIEST
    assert not violations(visitor)
    visitor.emulate_media(color_scheme="dark")
    assert "rgb(23, 22, 20)" in visitor.evaluate("getComputedStyle(document.body).backgroundColor")
    assert not overflow(visitor)
    if width == 1280:
        assert not violations(visitor, COLOURS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["testimony", "testimony with translation", "found"])
def test_testimony_itself_has_the_strongest_contrast(kind, scheme, page, where):
    visitor = page(scheme=scheme, fresh=False)
    visitor.goto(where(kind))
    assert visitor.locator(".testimony-text").count() > 5
    assert not violations(visitor, ("color-contrast-enhanced",), within=".testimony-text")


@pytest.mark.parametrize("locale", ["az", "hy", "ru", "tr"])
def test_a_page_fits_a_narrow_screen_in_every_language(locale, page, where):
    visitor = page(width=320, locale=locale, fresh=False)
    for kind in ("home", "found", "testimony with translation", "question", "keys"):
        visitor.goto(where(kind))
        assert visitor.locator("html").get_attribute("lang") == locale
        assert not overflow(visitor), kind


def test_the_page_of_a_word_typed_in_any_script_is_one_page(page):
    visitor = page(width=320, fresh=False)
    for word in ("Келварин", "Կելվարին", "\u202eabc", "<b>&amp;", "a" * 400):
        assert visitor.goto(f"/search?q={quote(word)}").status == 200
        assert not overflow(visitor), word


def test_the_browser_keeps_one_cookie_at_most(page):
    visitor = page()
    for path in ("/", "/search?q=bridge", "/language?to=ru&next=/about"):
        visitor.goto(path)
    assert [cookie["name"] for cookie in visitor.context.cookies()] == ["language"]
    assert visitor.evaluate("localStorage.length + sessionStorage.length") == 0
