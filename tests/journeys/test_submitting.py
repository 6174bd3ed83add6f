"""Somebody tells: from a first word to six words and back again, with script and without, and leaves."""

import re
import wave
from pathlib import Path

import pytest

from tests.journeys.conftest import FLAGS, Watch, _chromium, tab_to
from tests.journeys.test_pages import COLOURS, overflow, violations

STEPS = (
    *("speaker", "account", "files", "when", "where", "role", "people", "bearing", "naming", "contact"),
    *("uses", "readers", "opening", "deciding", "warnings"),
)
TEXT = "We heard the river before we saw it. Then the lights went out on the far side."
SIX = ".six-words span"
EMPTY = "localStorage.length + sessionStorage.length"


def shown(visitor, *, javascript: bool = True) -> None:
    """The page as it stands fits, can be used, tells nothing by its title, and can be left first."""
    visitor.wait_for_load_state()
    assert len(visitor.title().split()) == 1, visitor.title()  # "Notes", in some language
    leave = visitor.locator("#leave").bounding_box()
    assert leave["height"] >= 44
    assert leave["y"] >= 0
    if javascript:  # axe is a script
        assert not overflow(visitor), visitor.url
        assert not violations(visitor), visitor.url
        if visitor.locator("html").get_attribute("lang") != "en":
            return  # colours are the same in every language
        visitor.emulate_media(color_scheme="dark")
        assert not violations(visitor, COLOURS), visitor.url
        visitor.emulate_media(color_scheme="light")


def begin(visitor, *, javascript: bool = True) -> None:
    visitor.goto("/submit")
    visitor.wait_for_timeout(0 if javascript else 8200)  # a patience that stands for a script's proof
    visitor.locator("#begin button").click()
    visitor.wait_for_url("**/submit/speaker")


def answer(visitor, step: str) -> None:
    """Answer a question as its page asks it."""
    page = visitor.locator
    match step:
        case "speaker":
            page("#whose-own").check()
        case "account":
            page("#text").fill(TEXT)
        case "when" | "where":
            page(f"#{step}").fill("about ten days later, by the bridge")
        case "role":
            page("#role-saw").check()
            page("#role-heard").check()
        case "bearing":
            page("input[name=events]").first.check()
        case "naming":
            page("#naming-other").check()
            page("#name").fill("Ana")
        case "contact":
            page("#contact").fill("by the baker in Mill Street")
        case "uses":
            for use in ("reading", "quoting", "teaching", "machines", "courts"):
                page(f"#{use}-{'no' if use == 'courts' else 'yes'}").check()
        case "readers":
            page("#access-public").check()
        case "opening":
            page("#opening-later").check()
            page("#open_from").fill("2031-05-09")
        case "warnings":
            page("#warnings-bodies").check()


def go_on(visitor, step: str) -> None:
    """To the next page, by the button that stands first."""
    visitor.locator("#onward a" if step == "files" else "button[value=on]").first.click()
    visitor.wait_for_url(lambda address: not re.search(rf"/{step}(\?|$)", address))


def six_words(visitor) -> str:
    visitor.wait_for_selector(SIX)
    return " ".join(visitor.locator(SIX).all_inner_texts())


def open_with(visitor, words: str) -> None:
    visitor.goto("/submit/return")
    visitor.locator("#words").fill(words)
    visitor.locator("#return button").click()


@pytest.mark.parametrize(("locale", "javascript"), [("en-GB", False), ("az", True)])
def test_an_account_is_told_sent_and_opened_again(locale, javascript, page, watch):
    watch.excuse("status of 422", "status of 404")
    visitor = page(width=320, javascript=javascript, locale=locale)
    visitor.goto("/submit/safety")
    shown(visitor, javascript=javascript)
    visitor.goto("/submit")
    shown(visitor, javascript=javascript)
    begin(visitor, javascript=javascript)
    assert visitor.locator("html").get_attribute("lang") == locale[:2]
    for step in STEPS:
        assert visitor.url.endswith(f"/submit/{step}")
        answer(visitor, step)
        shown(visitor, javascript=javascript)
        go_on(visitor, step)
    assert visitor.url.endswith("/submit/review")
    shown(visitor, javascript=javascript)
    for said in (TEXT, "Ana", "by the baker in Mill Street"):
        assert said in visitor.locator("main").inner_text()
    visitor.locator("#when a").click()
    assert visitor.locator("#when").input_value() == "about ten days later, by the bridge"
    visitor.locator("#when").fill("in spring")
    visitor.locator("button[value=on]").click()
    visitor.wait_for_url("**/submit/review")
    assert "in spring" in visitor.locator("#when").inner_text()
    visitor.locator("#send button").click()
    words = six_words(visitor)
    assert len(words.split()) == 6
    shown(visitor, javascript=javascript)

    open_with(visitor, "one two three four five six")
    assert visitor.get_by_role("alert").count() == 1
    assert visitor.locator("#words").input_value() == "one two three four five six"
    shown(visitor, javascript=javascript)
    visitor.wait_for_timeout(1200)
    open_with(visitor, words.upper())
    visitor.wait_for_url("**/submit/yours")
    shown(visitor, javascript=javascript)
    for path in ("yours/withdraw", "yours/passages", "readers", "review"):
        visitor.goto(f"/submit/{path}")
        shown(visitor, javascript=javascript)
    visitor.locator("#leave").click()
    visitor.wait_for_url("**/submit/leave")
    assert visitor.context.cookies() == []
    visitor.go_back()
    assert TEXT not in visitor.content()


def test_a_draft_is_kept_with_words_and_gone_on_with_elsewhere(page):
    visitor = page(width=320)
    begin(visitor)
    visitor.goto("/submit/account")
    answer(visitor, "account")
    go_on(visitor, "account")
    visitor.goto("/submit/review")
    shown(visitor)
    visitor.goto("/submit/discard")
    shown(visitor)
    visitor.goto("/submit/review")
    visitor.locator("#later button").click()
    words = six_words(visitor)
    shown(visitor)
    elsewhere = page(width=320)
    open_with(elsewhere, words)
    elsewhere.wait_for_url("**/submit/review")
    assert TEXT in elsewhere.locator("main").inner_text()


def test_the_whole_way_is_gone_by_keyboard(page):
    visitor = page(width=320)
    press = visitor.keyboard.press
    visitor.goto("/submit")
    press("Tab")
    assert visitor.evaluate("document.activeElement.id") == "leave"
    tab_to(visitor, "#begin button")
    press("Enter")
    visitor.wait_for_url("**/submit/speaker")
    for step in STEPS:
        visitor.wait_for_url(f"**/submit/{step}")
        press("Tab")
        assert visitor.evaluate("document.activeElement.id") == "leave", step
        by_keyboard(visitor, step)
        tab_to(visitor, "#onward a" if step == "files" else "button[value=on]")
        press("Enter")
    visitor.wait_for_url("**/submit/review")
    tab_to(visitor, "#send button")
    press("Enter")
    assert len(six_words(visitor).split()) == 6


def by_keyboard(visitor, step: str) -> None:
    """The same answers, by keys alone; each page is left without the focus being sent there."""
    if step == "account":
        tab_to(visitor, "#text")
        visitor.keyboard.type(TEXT)
    elif step == "naming":
        tab_to(visitor, "input[name=naming]")
        visitor.keyboard.press("ArrowUp")  # round to the last: no name
        assert visitor.locator("#naming-none").is_checked()
    elif step == "uses":
        for use in ("reading", "quoting", "teaching", "machines", "courts"):
            tab_to(visitor, f"input[name={use}]")
            visitor.keyboard.press("Space")
            assert visitor.locator(f"#{use}-yes").is_checked()
    elif step == "readers":
        tab_to(visitor, "input[name=access]")
        visitor.keyboard.press("Space")


def test_a_text_is_saved_while_it_is_written_and_a_line_that_is_down_loses_nothing(page, watch):
    watch.excuse("ERR_INTERNET_DISCONNECTED")
    visitor = page(width=320)
    begin(visitor)
    visitor.goto("/submit/account")
    visitor.locator("#text").fill("Half a sent")
    state = visitor.locator("#line-state")
    state.filter(has_text=visitor.locator("#text").get_attribute("data-saved")).wait_for()
    visitor.reload()
    assert visitor.locator("#text").input_value() == "Half a sent"
    visitor.context.set_offline(True)
    visitor.locator("#text").fill("Half a sentence, and the rest.")
    visitor.locator("button[value=on]").click()
    visitor.locator("#line-state.down").wait_for()
    shown(visitor)
    assert visitor.locator("#text").input_value() == "Half a sentence, and the rest."
    visitor.context.set_offline(False)
    visitor.wait_for_url("**/submit/files")
    visitor.goto("/submit/account")
    assert visitor.locator("#text").input_value() == "Half a sentence, and the rest."


def test_words_that_cannot_be_saved_any_more_stay_on_the_page(page, watch):
    watch.excuse("status of 400", "status of 404")
    visitor = page(width=320)
    begin(visitor)
    visitor.goto("/submit/account")
    visitor.context.clear_cookies()
    visitor.locator("#text").fill(TEXT)
    visitor.locator("button[value=on]").click()
    visitor.locator("#line-state.down").wait_for()
    assert visitor.locator("#line-state").inner_text() == visitor.locator("#line-state").get_attribute(
        "data-gone"
    )
    assert visitor.locator("#text").input_value() == TEXT


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Sixteen megabytes of quiet: more than one piece."""
    path = tmp_path / "quiet.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44100)
        file.writeframes(bytes(16_000_000))
    return path


def until(visitor, condition: str) -> None:
    """Wait for something the page can be asked (its policy forbids Playwright's own way to wait)."""
    for _ in range(300):
        if visitor.evaluate(condition):
            return
        visitor.wait_for_timeout(100)
    raise AssertionError(condition)


def received(visitor, count: int) -> None:
    """Wait until so many files are kept."""
    said = visitor.locator("#with-script").get_attribute("data-received")
    visitor.locator(".file-state", has_text=said).nth(count - 1).wait_for(timeout=30_000)


def test_a_file_is_sent_paused_and_taken_up_again_after_a_reload(page, recording):
    visitor = page(width=320)
    begin(visitor)
    visitor.goto("/submit/files")
    line = visitor.context.new_cdp_session(visitor)
    line.send("Network.enable")
    slow = {"offline": False, "latency": 20, "downloadThroughput": 2e6, "uploadThroughput": 4e6}
    line.send("Network.emulateNetworkConditions", slow)
    visitor.locator("#choose").set_input_files(recording)
    until(visitor, "document.querySelector('#files progress').value > 55")
    visitor.locator("[data-act=pause]").click()
    visitor.locator("[data-act=resume]").wait_for()
    shown(visitor)
    visitor.locator("#onward a").first.click()
    assert visitor.locator("#under-way").is_visible(), "going on would stop it: that is said first"
    visitor.reload()
    assert visitor.locator("li[data-state=arriving]").count() == 1
    shown(visitor)
    line.send("Network.emulateNetworkConditions", slow | {"uploadThroughput": -1})
    visitor.locator("#choose").set_input_files(recording)
    received(visitor, 1)
    assert visitor.locator("#files li").count() == 1, "it went on, and did not begin anew"
    shown(visitor)
    visitor.goto("/about")
    assert visitor.evaluate(EMPTY) == 0
    assert visitor.evaluate("indexedDB.databases()") == []
    visitor.goto("/submit/files")
    visitor.locator("#files form button").click()
    assert visitor.locator("#files li").count() == 0


def test_a_file_is_given_without_script(page, recording):
    visitor = page(width=320, javascript=False)
    begin(visitor, javascript=False)
    visitor.goto("/submit/files")
    visitor.locator("#file").set_input_files(recording)
    visitor.locator("#plain-upload button").click()
    visitor.locator("#files li").wait_for()
    assert visitor.locator("#files li").get_attribute("data-name") == "quiet.wav"
    for _ in range(60):
        if visitor.locator("li[data-state=received]").count():
            break
        visitor.wait_for_timeout(500)
        visitor.reload()
    assert visitor.locator("li[data-state=received]").count() == 1


@pytest.fixture
def with_microphone(demonstration, browser):
    """A page of a browser that has a microphone and a camera, and lets them be used."""
    watch = Watch(demonstration.base)
    devices = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    # Another browser beside the one of all tests, of the same Playwright.
    other = browser.browser_type.launch(executable_path=_chromium(), args=[*FLAGS, *devices])
    visitor = other.new_page(base_url=demonstration.base, viewport={"width": 320, "height": 800})
    watch.over(visitor)
    yield visitor
    other.close()
    watch.check()


def record(visitor, kind: str) -> None:
    """Record until there is something to listen to: a busy machine needs a while for its first pictures."""
    player = visitor.locator(f"#record-player {kind}")
    for seconds in (2, 5, 10, 20):
        visitor.locator(f"[data-record={kind}]").click()
        visitor.wait_for_timeout(1000 * seconds)
        visitor.locator("#record-stop").click()
        visitor.locator("#record-keep:visible, [data-record]:visible").first.wait_for()
        if player.count():
            return
        assert visitor.locator("#record-message").inner_text()
    raise AssertionError("nothing was recorded")


@pytest.mark.parametrize("kind", ["audio", "video"])
def test_speaking_is_recorded_listened_to_and_kept(with_microphone, kind):
    visitor = with_microphone
    begin(visitor)
    visitor.goto("/submit/files")
    record(visitor, kind)
    until(visitor, f"document.querySelector('#record-player {kind}').readyState > 0")
    shown(visitor)
    visitor.locator("#record-discard").click()
    assert visitor.locator("#files li").count() == 0, "nothing is sent before it is kept"
    record(visitor, kind)
    visitor.locator("#record-keep").click()
    received(visitor, 1)


def test_leaving_is_at_hand_and_leaves_nothing(page):
    for javascript in (True, False):
        visitor = page(width=320, javascript=javascript)
        begin(visitor, javascript=javascript)
        visitor.goto("/submit/account")
        visitor.mouse.wheel(0, 600)
        visitor.locator("#leave").click()
        visitor.wait_for_url("**/submit/leave")
        assert visitor.title() == "Notes"
        assert visitor.context.cookies() == []
    visitor = page(width=1280)
    begin(visitor)
    visitor.goto("/submit/account")
    visitor.locator("#text").press("Escape")
    visitor.locator("#text").press("Escape")
    assert visitor.url.endswith("/account")
    visitor.locator("#text").press("Escape")
    visitor.wait_for_url("**/submit/leave")
    assert visitor.context.cookies() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_pages_are_wide_and_light_enough(page, scheme):
    visitor = page(width=1280, scheme=scheme)
    for path in ("/submit", "/submit/safety", "/submit/return"):
        visitor.goto(path)
        shown(visitor)
