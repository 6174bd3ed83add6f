"""What was cited knows what became of its words: same, moved, changed, gone, withheld; never another."""

import json
import re
from dataclasses import replace

import pytest

from app.cli.base import OPERATOR
from app.errors import NotFound
from app.models import Audience
from app.services import citing, publishing, reading, redacting, veiling, withdrawing
from tests.conftest import testimony
from tests.correcting import Edited, begin, fresh, save
from tests.telling import accept, send

TEXTS = ("We left at dawn.", "The bridge was down.", "Nobody came back.", "We left at dusk.")


@pytest.fixture
def account(keep) -> str:
    return keep(testimony("cited", *TEXTS))


@pytest.fixture
def lines() -> list[Edited]:
    return [told.line for told in begin(list(TEXTS))]


def became(archive, identifier: str, first: int, last: int, revision: int = 1, audience=Audience.PUBLIC):
    with archive.reading():
        found = citing.resolve(identifier, audience, revision, first, last)
    return found.state.value, found.first, found.last


def correct(archive, identifier: str, read: int, lines: list[Edited]) -> None:
    with archive.writing():
        assert save(identifier, read, lines) == read + 1


def test_what_nobody_touched_is_exact(archive, account, lines):
    assert became(archive, account, 1, 2) == ("exact", 1, 2)
    correct(archive, account, 1, [*lines[:3], replace(lines[3], text="We left at night.")])
    assert became(archive, account, 1, 2) == ("exact", 1, 2)


def test_one_word_inside_is_changed(archive, account, lines):
    correct(archive, account, 1, [lines[0], replace(lines[1], text="The bridge was gone."), *lines[2:]])
    assert became(archive, account, 1, 2) == ("changed", 1, 2)


def test_another_speaker_is_changed(archive, account, lines):
    correct(archive, account, 1, [lines[0], replace(lines[1], speaker="A neighbour"), *lines[2:]])
    assert became(archive, account, 1, 1) == ("changed", 1, 1)


def test_other_times_are_moved(archive, account, lines):
    later = [replace(line, start_ms=line.start_ms + 3000, end_ms=line.end_ms + 3000) for line in lines]
    correct(archive, account, 1, later)
    assert became(archive, account, 1, 2) == ("moved", 1, 2)


@pytest.mark.parametrize("at", [0, 1])
def test_the_same_words_inserted_before_do_not_catch_it(at, archive, account, lines):
    copy = Edited((), lines[1].text, "Ana Vell", 0, 500)
    correct(archive, account, 1, [*lines[:at], copy, *lines[at:]])
    assert became(archive, account, 1, 1) == ("moved", 2, 2)


def test_the_same_words_inserted_after_do_not_catch_it(archive, account, lines):
    correct(archive, account, 1, [*lines[:2], replace(lines[1], came_from=()), *lines[2:]])
    assert became(archive, account, 1, 1) == ("exact", 1, 1)


@pytest.mark.parametrize("where", [0, 1, 2, 3])
def test_the_cited_line_is_gone_although_a_copy_stands(where, archive, account, lines):
    rest = [lines[0], lines[2], lines[3]]
    rest.insert(where, replace(lines[1], came_from=(), end_ms=lines[1].end_ms + 1))
    correct(archive, account, 1, rest)
    assert became(archive, account, 1, 1) == ("superseded", None, None)


def test_a_line_taken_apart_and_put_together_again_is_the_same(archive, account, lines):
    parts = [
        replace(lines[1], text="The bridge", end_ms=3000),
        replace(lines[1], text="was down.", start_ms=3000),
    ]
    correct(archive, account, 1, [lines[0], *parts, *lines[2:]])
    assert became(archive, account, 1, 1) == ("moved", 1, 2)
    joined = replace(lines[1], came_from=(1, 2))
    rest = [replace(line, came_from=(n,)) for n, line in ((3, lines[2]), (4, lines[3]))]
    correct(archive, account, 2, [lines[0], joined, *rest])
    assert became(archive, account, 1, 1) == ("exact", 1, 1)
    assert became(archive, account, 1, 1, revision=2) == ("changed", 1, 1)


def test_a_line_joined_with_another_is_changed(archive, account, lines):
    joined = replace(lines[1], came_from=(1, 2), text=f"{lines[1].text} {lines[2].text}")
    correct(archive, account, 1, [lines[0], joined, lines[3]])
    assert became(archive, account, 1, 1) == ("changed", 1, 1)
    assert became(archive, account, 1, 2) == ("moved", 1, 1)


def test_what_is_withheld_now_is_told_to_readers_only_as_that(archive, account, client, lines):
    with archive.writing():
        redacting.redact(account, 1, 1, "danger", OPERATOR)
    assert became(archive, account, 0, 1)[0] == "withheld"
    assert became(archive, account, 0, 1, audience=Audience.STAFF)[0] == "exact"
    assert became(archive, account, 2, 3)[0] == "exact"
    page = client.get(f"/testimonies/{account}?line=1&revision=1")
    assert page.status_code == 200
    assert "withheld now" in page.text
    assert TEXTS[1] not in page.text


@pytest.mark.parametrize(
    ("revision", "first", "last"), [(2, 0, 0), (0, 0, 0), (1, 4, 4), (1, 0, 9), (1, 2, 1)]
)
def test_what_was_never_there_is_not_found(revision, first, last, archive, account):
    with archive.reading(), pytest.raises(NotFound):
        citing.resolve(account, Audience.PUBLIC, revision, first, last)


def test_what_is_not_open_is_not_found(archive, keep, client):
    hidden = keep(testimony("hidden", *TEXTS, access="closed"))
    with archive.reading(), pytest.raises(NotFound):
        citing.resolve(hidden, Audience.PUBLIC, 1, 0, 0)
    assert client.get(f"/testimonies/{hidden}?line=0&revision=1").status_code == 404


def test_the_page_says_what_became_of_cited_lines_and_never_the_old_words(archive, account, client, lines):
    old = fresh()
    correct(archive, account, 1, [replace(lines[0], text=old), *lines[1:]])
    correct(archive, account, 2, lines)
    correct(archive, account, 3, [Edited((), "First of all.", "Ana Vell"), lines[0], lines[2], lines[3]])
    cited = {
        "line=0&revision=2": "Their words have changed since.",
        "line=0&revision=3": "They stand at another place now; the words are the same.",
        "line=1&revision=1": "They are no longer in the transcript.",
    }
    for query, says in cited.items():
        page = client.get(f"/testimonies/{account}?{query}").text
        assert says in page
        assert old not in page
    page = client.get(f"/testimonies/{account}?line=0&revision=1").text
    assert "These lines were cited at revision 1." in page
    assert 'class="line focused" id="line-1"' in page
    current = client.get(f"/testimonies/{account}?line=0&revision=4").text
    assert "cited at revision" not in current
    assert client.get(f"/testimonies/{account}?line=0").status_code == 200
    assert "cited at revision" not in client.get(f"/testimonies/{account}?line=0").text


@pytest.mark.parametrize("ext", ["txt", "bib", "ris", "json"])
def test_every_citation_carries_the_revision_and_its_address_leads_back(ext, archive, account, client, lines):
    correct(archive, account, 1, [Edited((), "Before.", "Ana Vell"), *lines])
    said = client.get(f"/testimonies/{account}/cite.{ext}?first=2&last=3").text
    address = re.search(r"/testimonies/\w+/passages/2/2-3", said)
    assert address
    correct(archive, account, 2, lines_now(lines))
    page = client.get(address[0]).text
    assert "They stand at another place now" in page
    assert f"/testimonies/{account}?line=1&amp;to=2#line-1" in page
    assert "revision=3" in client.get(f"/testimonies/{account}/cite.{ext}").text


def lines_now(lines: list[Edited]) -> list[Edited]:
    return [replace(line, came_from=(n + 1,)) for n, line in enumerate(lines)]


def test_unclear_lines_say_so(archive, account, client, lines):
    correct(archive, account, 1, [lines[0], replace(lines[1], text="", is_unclear=True), *lines[2:]])
    assert "(unclear in the recording)" in client.get(f"/testimonies/{account}").text
    assert client.get(f"/testimonies/{account}.json").json["scripts"][0]["lines"][1]["unclear"] is True


def shown(client, account: str, span: str, revision: int = 1, **headers: str) -> dict[str, str]:
    """The page, the JSON and the annotation of a passage, each asked for in both ways."""
    address = f"/testimonies/{account}/passages/{revision}/{span}"
    asked = {
        "html": (address, "text/html"),
        "json": (address, "application/json"),
        "jsonld": (address, "application/ld+json"),
        ".json": (f"{address}.json", "*/*"),
        ".jsonld": (f"{address}.jsonld", "*/*"),
    }
    answers = {name: client.get(where, headers={"Accept": kind}) for name, (where, kind) in asked.items()}
    assert len({answer.status_code for answer in answers.values()}) == 1
    assert answers["html"].vary.as_set() >= {"accept"}
    for name in ("json", "jsonld"):
        assert answers[name].json == answers[f".{name}"].json
    return {name: answer.text for name, answer in answers.items()}


def state_of(told: dict[str, str]) -> str:
    state = json.loads(told["json"])["state"]
    assert json.loads(told["jsonld"])["archive:state"] == state
    return state


def test_a_passage_answers_exact_with_its_words_in_every_form(archive, account, client):
    told = shown(client, account, "1-2")
    assert state_of(told) == "exact"
    annotation = json.loads(told["jsonld"])
    selectors = {s["type"]: s for s in annotation["target"]["selector"]}
    assert selectors["TextQuoteSelector"]["exact"] == "\n".join(TEXTS[1:3])
    start, end = selectors["TextPositionSelector"]["start"], selectors["TextPositionSelector"]["end"]
    assert "\n".join(TEXTS)[start:end] == "\n".join(TEXTS[1:3])
    assert selectors["FragmentSelector"]["value"] == "t=2,6"
    assert json.loads(told["json"])["now"]["quote"] == "\n".join(TEXTS[1:3])
    assert TEXTS[1] in told["html"]
    assert "They stand as they were cited." in told["html"]


def test_a_passage_that_moved_says_where(archive, account, client, lines):
    correct(archive, account, 1, [Edited((), "Before.", "Ana Vell", 0, 500), *lines])
    told = shown(client, account, "1")
    assert state_of(told) == "moved"
    now = json.loads(told["json"])["now"]
    assert (now["revision"], now["first"], now["quote"]) == (2, 2, TEXTS[1])
    assert state_of(shown(client, account, "2", 2)) == "exact"


def test_a_passage_that_changed_shows_both(archive, account, client, lines):
    correct(archive, account, 1, [lines[0], replace(lines[1], text="The bridge was gone."), *lines[2:]])
    told = shown(client, account, "1")
    assert state_of(told) == "changed"
    for text in told.values():
        assert TEXTS[1] in text
        assert "The bridge was gone." in text


def test_a_passage_of_which_nothing_is_left_is_superseded_and_shows_what_it_was(
    archive, account, client, lines
):
    correct(archive, account, 1, [lines[0], *lines[2:]])
    told = shown(client, account, "1")
    assert state_of(told) == "superseded"
    assert all(TEXTS[1] in text for text in told.values())
    assert "now" not in json.loads(told["json"])


def test_a_withheld_passage_has_no_old_word_in_any_form(archive, account, client, lines):
    with archive.writing():
        redacting.redact(account, 1, 1, "danger", OPERATOR)
    for span in ("1", "0-1", "1-3"):
        told = shown(client, account, span)
        assert state_of(told) == "withheld"
        assert not [text for text in told.values() for said in TEXTS if said in text]


def test_what_was_withheld_once_never_comes_back_as_old_words(archive, account, client, lines):
    """Withheld, corrected, released: the words that were to be kept are not read off an old citation."""
    with archive.writing():
        kept = redacting.redact(account, 1, 1, "danger", OPERATOR).identifier
    correct(archive, account, 1, [lines[0], replace(lines[1], text="Somebody spoke."), *lines[2:]])
    assert state_of(shown(client, account, "1")) == "withheld"
    with archive.writing():
        redacting.lift(kept, "It may be told.", OPERATOR)
    told = shown(client, account, "1")
    assert state_of(told) == "changed"
    assert all("Somebody spoke." in text for text in told.values())
    assert not [text for text in told.values() if TEXTS[1] in text]


def test_a_revision_no_reader_ever_saw_is_not_shown(archive, keep, client, lines):
    account = keep(testimony("later", *TEXTS), publish=False)
    correct(archive, account, 1, [lines[0], replace(lines[1], text="The bridge was gone."), *lines[2:]])
    with archive.writing():
        publishing.let_read(account, OPERATOR)
    told = shown(client, account, "1")
    assert state_of(told) == "changed"
    assert not [text for text in told.values() if TEXTS[1] in text]


def test_old_words_are_read_through_the_veils(archive, account, client, lines):
    correct(archive, account, 1, [lines[0], replace(lines[1], text="The bridge of Ana Vell."), *lines[2:]])
    correct(archive, account, 2, [lines[0], replace(lines[1], text="The bridge."), *lines[2:]])
    assert "Ana Vell" in shown(client, account, "1", 2)["json"]
    with archive.reading():
        person = reading.whole(account, Audience.STAFF).agents[0].ref
    with archive.writing():
        veiling.veil(person, "A woman", (), OPERATOR)
    for text in shown(client, account, "1", 2).values():
        assert "Ana Vell" not in text
        assert "A woman" in text


def test_a_destroyed_testimony_leaves_a_tombstone_in_every_form(archive, client):
    submission, _ = send(archive)
    account = accept(archive, submission)
    assert "heard the bells" in shown(client, account, "0")["json"]
    with archive.writing():
        withdrawing.withdraw(submission, "destroy")
    told = shown(client, account, "0")
    assert state_of(told) == "withdrawn"
    assert client.get(f"/testimonies/{account}/passages/1/0").status_code == 410
    assert not [text for text in told.values() if "bells" in text]


@pytest.mark.parametrize("span", ["x", "1-", "-1", "2-1", "9", "1.5", "1_0"])
def test_no_such_passage_is_not_found(span, account, client):
    assert client.get(f"/testimonies/{account}/passages/1/{span}").status_code == 404
