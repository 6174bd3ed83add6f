"""The archivists' pages for accounts: who may see them, what they hand over, and what a refusal keeps."""

import threading

import pytest
from sqlalchemy import select

from app.cli.base import OPERATOR
from app.models import AuditEntry, Testimony
from app.services import accounts, reviewing, submitting
from tests.conftest import PASSWORD, post
from tests.telling import send, tell
from tests.test_reviewing import VTT, give

ACCEPTED = {
    "doing": "accept",
    "title": "The bells",
    "collection": "Given",
    "kind": "letter",
    "language": "en",
    "publish": "now",
}


@pytest.fixture
def ada(app, archive):
    return enter(app, archive, "Ada")


@pytest.fixture
def bela(app, archive):
    return enter(app, archive, "Bela")


def enter(app, archive, name: str):
    """An archivist's browser."""
    with archive.writing():
        accounts.add(f"{name}@example.org", "archivist", PASSWORD, OPERATOR, name=name)
    visitor = app.test_client()
    post(visitor, "/sign-in", "/sign-in", email=f"{name}@example.org", password=PASSWORD)
    return visitor


def at(identifier: str) -> str:
    return f"/workbench/accounts/{identifier}"


def version(visitor, identifier: str) -> str:
    return visitor.get(at(identifier)).text.partition('name="version" value="')[2].partition('"')[0]


def do(visitor, identifier: str, verb: str, **fields):
    """Post one of the page's forms, as it stands on the page."""
    fields = {"version": version(visitor, identifier)} | fields
    return post(visitor, at(identifier), f"{at(identifier)}/{verb}", **fields)


def test_strangers_and_readers_find_nothing(archive, client, sign_in):
    identifier, _ = send(archive)
    reader = sign_in("reader")
    for address in ("/workbench/accounts", at(identifier), f"{at(identifier)}/files/x"):
        assert client.get(address).headers["Location"].startswith("/sign-in")
        assert reader.get(address).status_code == 404
    for verb in ("take", "put-back", "ask", "accept", "decline", "publish", "contact", "files/x/add"):
        token = reader.get("/").text.partition('name="csrf_token" value="')[2].partition('"')[0]
        answer = reader.post(f"{at(identifier)}/{verb}", data={"csrf_token": token, "version": 1})
        assert answer.status_code == 404
    assert "/workbench/accounts" not in reader.get("/").text
    assert "/workbench/accounts" not in client.get("/").text


def test_an_archivist_is_led_from_the_header_to_the_list_and_to_the_account(archive, ada):
    identifier, _ = send(archive)
    draft = tell(archive, where={"where": ["a draft"]})
    assert 'href="/workbench/accounts"' in ada.get("/").text
    listed = ada.get("/workbench/accounts")
    assert at(identifier) in listed.text
    assert draft not in listed.text
    assert ada.get(at(draft)).status_code == 404
    assert ada.get(at("0123456789ab")).status_code == 404
    assert "We heard the bells" in ada.get(at(identifier)).text
    for page in (listed, ada.get(at(identifier))):
        assert page.headers["Cache-Control"] == "no-store"


def test_everything_that_was_said_stands_on_the_page(archive, ada):
    identifier, _ = send(
        archive,
        speaker={
            "whose": ["another"],
            "capacity": ["her son"],
            "agreed": ["spoken"],
            "agreed_words": ["She nodded."],
        },
        where={"where": ["behind the mill"]},
        role={"role": ["saw", "after"], "heard_from": ["my aunt"]},
        people={"people": ["Rauf"], "places": ["Orrin"]},
        deciding={"decided_by": ["my sister"]},
        warnings={"warnings": ["torture"], "warnings_other": ["<b>bold</b>"]},
        opening={"opening": ["later"], "open_from": ["2031-05-09"]},
    )
    page = ada.get(at(identifier)).text
    for words in (
        "her son",
        "agreed in spoken words",
        "She nodded.",
        "about ten days later",
        "behind the mill",
        "lived through what came after",
        "my aunt",
        "Rauf",
        "Orrin",
        "my sister",
        "torture",
        "&lt;b&gt;bold&lt;/b&gt;",
        "May 9, 2031",
        "Mara of the Mill",
        "everybody",
    ):
        assert words in page, words
    assert "<b>bold" not in page


def test_an_account_goes_from_hand_to_hand(archive, ada, bela):
    identifier, _ = send(archive)
    assert "Accept into the archive" not in ada.get(at(identifier)).text
    assert do(ada, identifier, "take").status_code == 303
    assert "Accept into the archive" in ada.get(at(identifier)).text
    seen = bela.get(at(identifier)).text
    assert "Ada has this account." in seen
    assert "Accept into the archive" not in seen
    refused = do(bela, identifier, "take")
    assert refused.status_code == 409
    assert "Ada has this account. Nothing was changed." in refused.text
    assert do(bela, identifier, "take", over=1).status_code == 303
    assert do(bela, identifier, "put-back").status_code == 303
    assert "Nobody has this account." in ada.get(at(identifier)).text


def test_a_form_without_its_version_is_refused(archive, ada):
    identifier, _ = send(archive)
    for wrong in ("", "x", "-1", "9" * 20):
        answer = do(ada, identifier, "take", version=wrong)
        assert answer.status_code == 422
        assert "its version is missing" in answer.text


def test_what_was_written_is_not_lost_when_it_is_refused(archive, ada, bela):
    identifier, _ = send(archive)
    do(ada, identifier, "take")
    do(bela, identifier, "take", over=1)
    for verb, name in (("ask", "text"), ("decline", "words")):
        answer = do(
            ada, identifier, verb, doing=verb, reason="duplicate", **{name: "A long & careful letter."}
        )
        assert answer.status_code == 409
        assert "Bela has this account." in answer.text
        assert "A long &amp; careful letter." in answer.text
    answer = do(bela, identifier, "accept", **(ACCEPTED | {"title": "", "collection": "My own words"}))
    assert answer.status_code == 422
    assert 'value="My own words"' in answer.text
    assert '<details class="doing" open>' in answer.text
    assert '<option value="letter" selected>' in answer.text


def test_a_change_by_the_teller_is_seen_before_it_is_taken_in(archive, ada):
    identifier, _ = send(archive)
    do(ada, identifier, "take")
    seen = version(ada, identifier)
    with archive.writing():
        submitting.answer(identifier, "account", {"text": ["Leave my brother out of it."]})
    answer = do(ada, identifier, "accept", **(ACCEPTED | {"version": seen}))
    assert answer.status_code == 409
    assert "has changed since you opened it" in answer.text
    assert "Leave my brother out of it." in answer.text
    assert do(ada, identifier, "accept", **ACCEPTED).status_code == 303


def test_two_who_decide_at_once_make_one_testimony(app, archive, ada, bela):
    identifier, _ = send(archive)
    archivists = {"Ada": ada, "Bela": bela}
    tokens = {
        name: visitor.get(at(identifier)).text.partition('name="csrf_token" value="')[2].partition('"')[0]
        for name, visitor in archivists.items()
    }
    fields = ACCEPTED | {"version": version(ada, identifier)}
    start, answers = threading.Barrier(2), {}

    def decide(name: str) -> None:
        start.wait(10)
        answers[name] = archivists[name].post(
            f"{at(identifier)}/accept", data=fields | {"csrf_token": tokens[name], "collection": f"Of {name}"}
        )

    both = [threading.Thread(target=decide, args=(name,)) for name in archivists]
    for one in both:
        one.start()
    for one in both:
        one.join(60)
    first, second = sorted(answers, key=lambda name: answers[name].status_code)
    assert (answers[first].status_code, answers[second].status_code) == (303, 409)
    assert f"{first} has accepted this account already." in answers[second].text
    with archive.reading() as session:
        (testimony,) = session.scalars(select(Testimony)).all()
        assert testimony.collection.name == f"Of {first}"
        assert len(session.scalars(select(AuditEntry).filter_by(action="submission.accept")).all()) == 1


def test_an_account_is_accepted_and_read_at_once(archive, ada, client):
    identifier, _ = send(archive)
    do(ada, identifier, "take")
    assert do(ada, identifier, "accept", **(ACCEPTED | {"publish": "later"})).status_code == 303
    page = ada.get(at(identifier)).text
    testimony = page.partition('href="/testimonies/')[2].partition('"')[0]
    assert client.get(f"/testimonies/{testimony}").status_code == 404
    assert do(ada, identifier, "publish").status_code == 303
    assert "The bells" in client.get(f"/testimonies/{testimony}").text
    assert at(identifier) in ada.get("/workbench/accounts?settled=1").text
    assert at(identifier) not in ada.get("/workbench/accounts").text


def test_what_a_demonstration_takes_in_says_that_it_is_invented(new_home):
    from dataclasses import replace

    from app import create_app

    app = create_app(replace(new_home("invented"), demonstration=True))
    archive = app.extensions["archive"]
    visitor = enter(app, archive, "Ada")
    identifier, _ = send(archive)
    assert do(visitor, identifier, "accept", **ACCEPTED).status_code == 303
    with archive.reading() as session:
        assert session.scalars(select(Testimony)).one().invented
    archive.close()


def test_a_declined_account_says_why(archive, ada):
    identifier, _ = send(archive)
    do(ada, identifier, "take")
    assert do(ada, identifier, "decline", reason="no reason").status_code == 422
    assert do(ada, identifier, "decline", reason="not_about_this", words="Ask the museum.").status_code == 303
    page = ada.get(at(identifier)).text
    assert "It tells of something that this archive does not collect." in page
    assert "Ask the museum." in page
    assert do(ada, identifier, "take").status_code == 303


def test_how_to_reach_a_teller_is_shown_when_asked_for_and_nowhere_else(archive, ada):
    identifier, _ = send(archive, contact={"contact": ["the baker, after dark"]})
    assert "baker" not in ada.get(at(identifier)).text
    shown = do(ada, identifier, "contact")
    assert (shown.status_code, shown.headers["Cache-Control"]) == (200, "no-store")
    assert "the baker, after dark" in shown.text
    assert "baker" not in ada.get(at(identifier)).text + ada.get("/workbench/accounts").text
    with archive.reading() as session:
        assert session.scalars(select(AuditEntry).filter_by(action="submission.open_contact")).one()


@pytest.mark.parametrize(
    ("data", "name", "mimetype"),
    [
        (b"<script>alert(1)</script>", "a.html", "text/html"),
        (b"<svg onload='alert(1)'/>", "drawing.svg", "image/svg+xml"),
        (VTT, 'quote".vtt\r\nX-Evil: 1', "text/vtt"),
    ],
)
def test_a_file_is_only_ever_handed_over_to_be_saved(archive, ada, data, name, mimetype):
    identifier, _ = send(archive)
    upload = give(archive, identifier, data, name, "text", mimetype)
    answer = ada.get(f"{at(identifier)}/files/{upload}", buffered=True)
    assert answer.data == data
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{upload}')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Length"] == str(len(data))
    assert "X-Evil" not in answer.headers
    with archive.reading() as session:
        assert session.scalars(select(AuditEntry).filter_by(action="upload.read")).one()


def test_a_large_file_is_streamed(archive, ada):
    identifier, _ = send(archive)
    upload = give(archive, identifier, bytes(5_000_000), "long.wav", "audio", "audio/x-wav")
    answer = ada.get(f"{at(identifier)}/files/{upload}")
    pieces = [len(piece) for piece in answer.iter_encoded()]
    answer.close()
    assert sum(pieces) == 5_000_000
    assert max(pieces) <= 64 * 1024


def test_a_file_of_another_account_is_not_found(archive, ada):
    one, _ = send(archive)
    other, _ = send(archive, where={"where": ["elsewhere"]})
    upload = give(archive, other, VTT, "night.vtt")
    assert ada.get(f"{at(one)}/files/{upload}").status_code == 404


def test_a_file_that_came_late_is_kept_with_the_testimony(archive, ada):
    identifier, _ = send(archive)
    do(ada, identifier, "accept", **ACCEPTED)
    upload = give(archive, identifier, VTT, "late.vtt")
    assert "A file came after it was taken in." in ada.get("/workbench/accounts").text
    assert do(ada, identifier, f"files/{upload}/add").status_code == 303
    assert do(ada, identifier, f"files/{upload}/add").status_code == 409
    assert "A file came after it was taken in." not in ada.get("/workbench/accounts").text


def test_every_reason_has_its_words():
    from app.web.filters import TERMS

    assert set(TERMS["declined"]) == set(reviewing.Reason)


def test_what_came_in_a_flood_stands_apart(archive, ada):
    from app.models import Submission

    identifier, _ = send(archive)
    assert "Set aside" not in ada.get("/workbench/accounts").text
    with archive.writing() as session:
        session.scalars(select(Submission).filter_by(identifier=identifier)).one().set_aside = True
    page = ada.get("/workbench/accounts").text
    assert page.index("Set aside") < page.index(at(identifier))
