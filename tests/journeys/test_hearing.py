"""Hearing and seeing a testimony: the transcript follows the voice, and whatever is clicked is heard."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe

from app.archive import Archive
from app.jobs.worker import Worker
from config import Settings
from tests.conftest import shared_folder
from tests.hearing import heard
from tests.journeys.conftest import Watch
from tests.serving import Served

# Every frame: what is spoken, what is shown as spoken, and where the waveform stands.
FOLLOWED = """() => new Promise((done) => {
  const player = document.querySelector("[data-player]");
  const lines = [...document.querySelectorAll(".line[data-start]")];
  const late = { line: 0, wave: 0, unreadable: 0, frames: 0, lines: new Set() };
  const length = () => (player.duration > 0 ? player.duration * 1000 : 0);
  let behind = null;
  const look = () => {
    const at = player.currentTime * 1000;
    const spoken = lines.filter((line) => Number(line.dataset.start) <= at).at(-1);
    const shown = document.querySelector(".line.playing");
    late.frames += 1;
    if (spoken === shown) behind = null;
    else {
      behind ??= performance.now();
      late.line = Math.max(late.line, performance.now() - behind);
    }
    if (shown) {
      late.lines.add(shown.dataset.line);
      const place = shown.querySelector(".words").getBoundingClientRect();
      const top = document.querySelector("[data-player-box]").getBoundingClientRect().bottom;
      if (place.top < top - 2 || place.bottom > innerHeight) late.unreadable += 1;
    }
    const moved = document.querySelector("[data-now]").getAttribute("transform") ?? "(0";
    const x = Number(/\\(([\\d.]+)/.exec(moved)[1]);
    if (length()) late.wave = Math.max(late.wave, Math.abs(at - (x / 1000) * length()) / player.playbackRate);
    if (player.ended || at > UNTIL) done({ ...late, lines: late.lines.size });
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""


@dataclass
class Voices:
    """A served archive with something to hear and something to see."""

    base: str
    sound: str
    film: str


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Voices]:
    if not shared_folder().is_dir():
        pytest.skip("the shared recordings are not here")
    home = tmp_path_factory.mktemp("voices") / "home"
    settings = Settings(home=home)
    archive = Archive(settings)
    archive.migrate()
    sound, film = heard(archive, shared_folder()), heard(archive, shared_folder(), film=True)
    Worker(archive).run_all()
    archive.close()
    served = Served(settings, home / "log").start()
    yield Voices(served.base, f"/testimonies/{sound}", f"/testimonies/{film}")
    served.stop()


@pytest.fixture
def visit(browser, voices) -> Iterator[object]:
    """Makes a stranger's page; at the end nothing may have been asked of another host, nor complained of."""
    watching, opened = Watch(voices.base), []

    def make(path: str, *, width: int = 1280, scheme: str = "light", javascript: bool = True):
        context = browser.new_context(
            base_url=voices.base,
            color_scheme=scheme,
            java_script_enabled=javascript,
            reduced_motion="reduce",
            viewport={"width": width, "height": 800},
        )
        opened.append(context)
        page = context.new_page()
        watching.over(page)
        page.goto(path)
        return page

    yield make
    for context in opened:
        context.close()
    watching.check()


def at(page) -> float:
    return page.evaluate("document.querySelector('[data-player]').currentTime")


def playing(page) -> bool:
    return page.evaluate("!document.querySelector('[data-player]').paused")


def until(page, true: str) -> None:
    """Wait for something of the page; its own policy lets no words be polled as script."""
    for _ in range(100):
        if page.evaluate(true):
            return
        page.wait_for_timeout(100)
    pytest.fail(f"never true: {true}")


def wait_for_line(page, number: int) -> None:
    page.wait_for_selector(f"#line-{number}.playing", timeout=20_000)


def test_the_transcript_follows_the_voice(visit, voices, rounds, record_property):
    page = visit(voices.sound, width=320)
    page.wait_for_selector("[data-tools]:not([hidden])")
    assert not playing(page)  # never by itself
    whole = rounds > 6
    page.evaluate(f"document.querySelector('[data-player]').playbackRate = {1 if whole else 4}")
    page.locator("body").press(" ")
    told = page.evaluate(FOLLOWED.replace("UNTIL", "52000" if whole else "30000"))
    record_property("followed", told)
    print(told)  # noqa: T201
    assert told["lines"] >= (15 if whole else 8)
    assert told["frames"] > 50
    assert told["line"] < 1000  # a loaded machine; idle it is a frame or two
    assert told["unreadable"] <= told["frames"] * 0.05


def test_a_line_a_time_a_chapter_and_the_waveform_are_heard_by_a_click(visit, voices):
    page = visit(voices.sound)
    page.locator("#line-4 .words").click()
    wait_for_line(page, 4)
    assert playing(page)
    page.locator("#line-6 .time").click()
    wait_for_line(page, 6)
    assert page.url.endswith("line=6#line-6")  # the address can be handed on
    page.locator(".contents a", has_text="From fairest").click()
    wait_for_line(page, 0)
    box = page.locator("[data-wave]").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + 10)
    until(page, "Math.abs(document.querySelector('[data-player]').currentTime - 40) < 2")


def test_it_is_played_by_keys(visit, voices):
    page = visit(voices.sound)
    body = page.locator("body")
    body.press(" ")
    wait_for_line(page, 0)
    body.press(" ")
    assert not playing(page)
    body.press("ArrowRight")
    body.press("ArrowRight")
    assert 5.8 < at(page) < 6
    body.press("ArrowLeft")
    assert 2.6 < at(page) < 2.8
    body.press("]")
    assert page.evaluate("document.querySelector('[data-player]').playbackRate") == 1.25
    assert page.locator("[data-speed]").input_value() == "1.25"


def test_what_is_found_in_the_transcript_can_be_heard(visit, voices):
    page = visit(voices.sound)
    page.locator("#within-q").fill("ornament")
    page.keyboard.press("Enter")
    link = page.locator("[data-found] a").first
    link.click()
    until(page, "document.querySelector('.line.playing')?.textContent.includes('ornament')")
    assert voices.sound in page.url  # the page was not left


def test_a_reader_who_looks_elsewhere_is_left_there_and_led_back(visit, voices):
    page = visit(voices.sound, width=320)
    page.locator("#line-2 .words").click()
    wait_for_line(page, 2)
    page.mouse.move(160, 600)
    page.mouse.wheel(0, 3000)
    back = page.locator('[data-do="voice"]')
    back.wait_for(state="visible")
    page.wait_for_timeout(500)  # until the wheel has come to rest
    place = page.evaluate("scrollY")
    page.wait_for_timeout(400)
    assert abs(page.evaluate("scrollY") - place) < 3
    back.click()
    page.wait_for_function(
        """() => {
            const place = document.querySelector(".playing").getBoundingClientRect();
            return place.top > 0 && place.bottom < innerHeight;
        }"""
    )


def test_only_the_passages_that_bear_on_a_claim_are_played(visit, voices):
    page = visit(voices.sound)
    claim = page.locator(".moment-claim").first.get_attribute("data-claim")
    page = visit(f"{voices.sound}#play={claim}")
    assert not playing(page)
    page.locator('[data-do="play-sequence"]').click()
    page.evaluate("document.querySelector('[data-player]').playbackRate = 4")
    told = page.evaluate(
        """() => new Promise((done) => {
            const player = document.querySelector("[data-player]"), seen = new Set();
            const look = () => {
              const line = document.querySelector(".line.playing");
              if (line && !player.paused) seen.add(Number(line.dataset.line));
              if (player.paused && seen.size) done([...seen]);
              else requestAnimationFrame(look);
            };
            look();
        })"""
    )
    assert set(told) >= {2, 3, 6, 10, 11}
    assert not set(told) & {0, 1, 5, 8, 9, 13}


def test_a_film_has_captions_in_every_language_and_can_be_sound_only(visit, voices):
    page = visit(voices.film)
    page.locator("#line-1 .words").click()
    wait_for_line(page, 1)
    page.evaluate(
        "Object.assign(document.querySelector('video'), { currentTime: 3 }).pause()"
    )  # line 1 stays
    until(
        page, "document.querySelector('video').textTracks[0].activeCues?.[0]?.text.includes('From fairest')"
    )
    tracks = page.evaluate(
        """[...document.querySelector("video").textTracks]
            .map((t) => [t.kind, t.language, t.mode])"""
    )
    assert tracks == [["captions", "en", "showing"], ["captions", "ru", "disabled"]]
    page.locator(".player-tools a[data-way=sound]").click()
    page.wait_for_selector("audio[data-player]")
    assert page.locator("video").count() == 0
    until(page, "document.querySelector('[data-player]').currentTime >= 2")  # where it stood
    assert not playing(page)


def test_without_script_it_plays_from_the_line_asked_for_and_has_captions(visit, voices):
    page = visit(f"{voices.film}?line=3", javascript=False)
    assert page.locator("video source").get_attribute("src").endswith("#t=8.64")
    assert page.locator("video track").count() == 2
    assert page.locator("video[controls]").count() == 1
    assert not page.locator("[data-tools]").is_visible()
    page.get_by_role("link", name="Sound only").click()
    assert page.locator("audio[controls] source").count() == 1
    page.locator("details.moments summary").click()
    page.locator(".moment-claim ul a").first.click()
    assert page.locator("#line-2.focused").count() == 1
    answer = page.request.get(f"{voices.film}/captions/1.vtt")
    assert answer.headers["content-type"].startswith("text/vtt")
    assert "На другом языке: 3" in answer.text()


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_the_player_has_no_fault_that_axe_finds(visit, voices, width, scheme):
    for path in (voices.sound, voices.film):
        page = visit(path, width=width, scheme=scheme)
        page.locator("details.moments summary").click()
        found = Axe().run(page).response["violations"]
        assert not [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
