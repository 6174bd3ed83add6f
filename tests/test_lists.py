"""Lists of passages: places and notes, never words; in an address, a file or an account."""

import io
import json
import re
import zipfile
from urllib.parse import urlencode

import pytest

from app.cli.base import OPERATOR
from app.errors import Invalid
from app.formats import register
from app.services import evidencing, keeping_lists, redacting, registering
from tests.conftest import post, testimony
from tests.test_evidencing import CLAIMS, ENTRIES
from tests.test_evidencing import TEXTS as SAID

TEXTS = ("We left at dawn.", "The bridge was down.", "Nobody came back.", "We left at dusk.")


@pytest.fixture
def account(keep) -> str:
    return keep(testimony("collected", *TEXTS))


def query(account: str, *spans: str, **more: object) -> str:
    return urlencode([("p", f"{account}/1/{span}") for span in spans] + list(more.items()))


def order(page: str) -> list[str]:
    return re.findall(r'name="p" value="\w+/1/([\d-]+)"', page.partition("<section>")[0])


def test_a_list_is_its_address(account, client):
    page = client.get("/list?" + query(account, "2", "0-1", t="What I found", n="My note <b>")).text
    assert order(page) == ["2", "0-1"]
    assert "What I found" in page
    assert "My note &lt;b&gt;" in page
    assert page.index(TEXTS[2]) < page.index(TEXTS[0])


@pytest.mark.parametrize(
    ("done", "left"),
    [
        ({"up": 1}, ["1", "0", "2"]),
        ({"down": 1}, ["0", "2", "1"]),
        ({"remove": 0}, ["1", "2"]),
        ({"up": 0}, ["0", "1", "2"]),
    ],
)
def test_passages_are_moved_and_taken_out_without_script(done, left, account, client):
    answer = client.get("/list?" + query(account, "0", "1", "2", **done))
    assert answer.status_code == 302
    assert order(client.get(answer.headers["Location"]).text) == left


def test_notes_go_with_their_passages(account, client):
    asked = urlencode(
        [("p", f"{account}/1/0"), ("n", "a"), ("p", f"{account}/1/1"), ("n", "b"), ("down", "0")]
    )
    page = client.get("/list?" + asked, follow_redirects=True).text
    assert order(page) == ["1", "0"]
    assert page.index(">b</textarea>") < page.index(">a</textarea>")


def test_passages_are_added_by_pasting_addresses(account, client):
    pasted = (
        f"http://localhost/testimonies/{account}/passages/1/0-1 {account}/1/3.jsonld nonsense {account}/1/3"
    )
    page = client.get("/list?" + urlencode({"add": pasted, "tidy": "1"}), follow_redirects=True).text
    assert order(page) == ["0-1", "3"]


def test_a_file_opens_the_same_list_again(account, client):
    file = client.get("/list.json?" + query(account, "2", "0-1", t="T", n="Note")).text
    assert not [text for text in TEXTS if text in file]
    answer = post(client, "/list", "/list", file=file)
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    assert order(page) == ["2", "0-1"]
    assert ">Note</textarea>" in page
    assert post(client, "/list", "/list", file="{}").status_code == 422


def test_what_is_withheld_later_is_in_no_list_and_no_file_of_it(archive, account, client):
    asked = query(account, "1", "2")
    assert TEXTS[1] in client.get("/list?" + asked).text
    with archive.writing():
        redacting.redact(account, 1, 1, "danger", OPERATOR)
    page = client.get("/list?" + asked).text
    assert "withheld now" in page
    files = [
        client.get(f"/list.{ext}?{asked}").text
        for ext in ("json", "csv", "jsonld", "txt", "bib", "ris", "csl.json")
    ]
    for text in [page, *files]:
        assert TEXTS[1] not in text
    assert TEXTS[2] in files[1]
    targets = [item["target"] for item in json.loads(files[2])["first"]["items"]]
    assert [isinstance(target, str) for target in targets] == [True, False]


@pytest.mark.parametrize(
    ("ext", "begins", "count"), [("txt", "", 2), ("bib", "@misc{", 2), ("ris", "TY  - ", 2)]
)
def test_citations_of_a_whole_list(ext, begins, count, account, client):
    said = client.get(f"/list.{ext}?" + query(account, "1", "2")).text
    assert said.count(f"/testimonies/{account}/passages/1/") == 2
    assert said.startswith(begins)


def test_csl_json_of_a_list_is_one_list(account, client):
    assert len(json.loads(client.get("/list.csl.json?" + query(account, "1", "2")).text)) == 2


def test_with_an_account_it_is_kept_shared_and_deleted(account, client, sign_in):
    reader = sign_in("reader")
    form = "/list?" + query(account, "1")
    fields = {"p": [f"{account}/1/1", f"{account}/1/0"], "n": ["mine", ""], "t": "Kept"}
    kept = post(reader, form, "/lists", **fields).headers["Location"]
    assert order(reader.get(kept).text) == ["1", "0"]
    assert "Kept" in reader.get("/lists").text
    assert client.get(kept).status_code == 404
    assert (
        post(reader, form, "/lists", **fields, list=kept.rpartition("/")[2], share="1").headers["Location"]
        == kept
    )
    assert TEXTS[1] in client.get(kept).text
    assert post(reader, form, f"{kept}/delete").status_code == 303
    assert client.get(kept).status_code == 404


def test_nobody_changes_the_list_of_another(account, sign_in):
    reader, other = sign_in("reader"), sign_in("submitter")
    form = "/list?" + query(account, "1")
    kept = post(reader, form, "/lists", p=f"{account}/1/1", share="1").headers["Location"]
    assert post(other, form, "/lists", p=f"{account}/1/0", list=kept.rpartition("/")[2]).status_code == 404
    assert post(other, form, f"{kept}/delete").status_code == 404
    assert order(reader.get(kept).text) == ["1"]


def test_a_list_has_an_end():
    with pytest.raises(Invalid):
        keeping_lists.read([f"abc/1/{n}" for n in range(keeping_lists.MOST + 1)])


def test_evidence_of_a_claim_is_taken_away_from_its_page(archive, keep, client):
    with archive.writing():
        registering.register(register.load(json.dumps(CLAIMS)), OPERATOR, publish=True)
    keep(testimony("told", *SAID))
    with archive.writing():
        evidencing.take(ENTRIES, OPERATOR)
    with archive.reading():
        claim = evidencing.given("public", evidencing.claims("public", "claim", "forty"))[0][0].claim
    table = client.get(f"/claims/{claim}/evidence.csv").text
    assert "'=There were forty" in table
    assert "A guest" not in table
    told = client.get(f"/claims/{claim}/evidence.annotations.jsonld").json
    assert told["total"] == 2
    assert client.get(f"/claims/{claim}/evidence.claims.jsonld").json["@graph"][0]["@type"] == "Claim"
    assert client.get(f"/claims/{claim}/evidence.pdf").status_code == 404


def test_a_dossier_is_made_from_the_page_for_whoever_has_an_account(archive, keep, client, sign_in):
    with archive.writing():
        registering.register(register.load(json.dumps(CLAIMS)), OPERATOR, publish=True)
    held = keep(testimony("told", *SAID))
    with archive.writing():
        evidencing.take(ENTRIES, OPERATOR)
        redacting.redact(held, 1, 1, "danger", OPERATOR)
    with archive.reading():
        claim = evidencing.given("public", evidencing.claims("public", "claim", "forty"))[0][0].claim
    reader = sign_in("reader")
    for door, fields in ((f"/claims/{claim}", {}), ("/list", {"p": f"{held}/1/2"})):
        page = f"{door}?" + query(held, "2")
        answer = post(reader, page, f"{door}/dossier", audience="staff", **fields)
        assert answer.mimetype == "application/zip"
        with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
            said = {name: packed.read(name) for name in packed.namelist()}
        answer.close()
        assert any(name.endswith("/verify.py") for name in said)
        assert not [name for name, data in said.items() if SAID[1].encode() in data]
        assert [name for name, data in said.items() if SAID[2].encode() in data]
    assert client.post(f"/claims/{claim}/dossier").status_code in (302, 400)


def fields(page: str) -> dict[str, list[str]]:
    """What a browser sends of the form that holds the list, whichever button of it is pressed."""
    form = page.partition('<form id="list"')[2].partition("</form>")[0]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(value)
    return found | {"n": re.findall(r"<textarea [^>]*name=\"n\"[^>]*>([^<]*)</textarea>", form)}


def test_a_kept_list_that_is_changed_stays_one_list(account, sign_in):
    reader, other = sign_in("reader"), sign_in("submitter")
    asked = query(account, "0", "1")
    kept = post(reader, f"/list?{asked}", "/lists", p=[f"{account}/1/0", f"{account}/1/1"]).headers[
        "Location"
    ]
    page = reader.get(kept).text
    moved = reader.get("/list", query_string=fields(page) | {"down": "0"}, follow_redirects=True).text
    assert order(moved) == ["1", "0"]
    typed = fields(moved) | {"n": ["typed and not updated", ""]}
    assert post(reader, f"/list?{asked}", "/lists", **typed).headers["Location"] == kept
    again = reader.get(kept).text
    assert order(again) == ["1", "0"]
    assert "typed and not updated" in again
    assert len(re.findall(r'action="/lists/\w+/delete"', reader.get("/lists").text)) == 1
    number = kept.rpartition("/")[2]
    assert number not in other.get(f"/list?{asked}&list={number}").text.partition("<h1>")[2]
    assert number not in re.search(r"Whoever has this address[^\n]*", moved)[0]


def test_buttons_that_keep_send_what_was_typed_and_enter_takes_nothing_out(account, sign_in):
    page = sign_in("reader").get("/list?" + query(account, "0")).text
    form = page.partition('<form id="list"')[2]
    assert re.search(r'<button [^>]*name="(\w+)"', form)[1] == "tidy", "what the enter key presses"
    for door in ("/lists", "/list/dossier"):
        how = f'form="list" formmethod="post" formaction="{door}" name="csrf_token"'
        assert re.search(rf'<button type="submit"[^>]* {how}', page)
