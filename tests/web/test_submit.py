"""The teller's doors: each question there and back, everything read again, sent, opened again, and left."""

import hashlib
import re
import threading
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app import clock
from app.cli.base import OPERATOR
from app.services import reviewing, submitting
from app.services.steps import STEPS, USES
from app.web.submit import admission, withdrawal
from tests.telling import accept

ANSWERS: dict[str, dict[str, object]] = {
    "speaker": {
        "whose": "another",
        "capacity": "daughter",
        "agreed": "spoken",
        "agreed_words": "She said so in summer.",
    },
    "account": {"text": "We heard the river before we saw it.\n\n<b>Then</b> the lights went out."},
    "when": {"when": "about ten days later"},
    "where": {"where": "on the bridge"},
    "role": {"role": ["saw", "after"], "heard_from": "a neighbour"},
    "people": {"people": "my neighbour", "places": "the old mill"},
    "bearing": {"events": [], "questions": []},
    "naming": {"naming": "other", "name": "Ana"},
    "contact": {"contact": "by the baker in Mill Street"},
    "uses": {use: "yes" if use == "reading" else "no" for use in USES},
    "readers": {"access": "reading_room"},
    "opening": {"opening": "later", "open_from": "2031-05-09"},
    "deciding": {"decided_by": "my brother"},
    "warnings": {"warnings": ["bodies", "children"], "warnings_other": "fire"},
}
NEEDED = {step: ANSWERS[step] for step in ("account", "naming", "uses", "readers")}
WRONG = "one two three four five six"


def token(page: str) -> str:
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def proof(challenge: str) -> str:
    return next(str(n) for n in range(10**8) if admission.proves(challenge, str(n)))


@pytest.fixture(autouse=True, scope="module")
def _quick_proofs():
    """Fewer bits: what is tried here is that they are asked for."""
    kept, admission.ZERO_BITS = admission.ZERO_BITS, 6
    yield
    admission.ZERO_BITS = kept


class Teller:
    """Somebody who tells, page by page."""

    def __init__(self, client: FlaskClient):
        self.client = client

    def get(self, path: str):
        return self.client.get(f"/submit{path}")

    def post(self, path: str, form: str | None = None, **fields: object):
        page = self.get(path if form is None else form).text
        return self.client.post(f"/submit{path}", data={"csrf_token": token(page), **fields})

    def begin(self) -> "Teller":
        page = self.get("").text
        challenge = re.search(r'data-challenge="(\w+)"', page)[1]
        answer = self.client.post("/submit", data={"csrf_token": token(page), "proof": proof(challenge)})
        assert answer.status_code == 303, answer.text
        assert answer.location == "/submit/speaker"
        return self

    def say(self, answers: dict[str, dict[str, object]]) -> "Teller":
        for step, fields in answers.items():
            assert self.post(f"/{step}", go="on", **fields).status_code == 303
        return self

    def send(self) -> list[str]:
        answer = self.post("/send", "/review")
        assert answer.status_code == 200, answer.text
        return six_words(answer.text)

    def open(self, words: str):
        return self.post("/return", words=words)


def six_words(page: str) -> list[str]:
    return re.findall(r"<li><span>([a-z-]+)</span></li>", page)


@pytest.fixture
def teller(client) -> Teller:
    return Teller(client)


@pytest.fixture
def stranger(app) -> Teller:
    return Teller(app.test_client())


def held(teller: Teller) -> str:
    with teller.client.session_transaction() as session:
        return session["account"]


def test_every_answer_comes_back_on_its_page_and_on_the_whole(teller):
    teller.begin().say(ANSWERS)
    review = teller.get("/review").text
    for step, fields in ANSWERS.items():
        page = teller.get(f"/{step}").text
        for name, value in fields.items():
            for said in value if isinstance(value, list) else [value]:
                if name in ("capacity", "name", "when", "heard_from", "warnings_other"):
                    assert f'value="{said}"' in page
                elif name in ("text", "agreed_words", "people", "places", "contact", "where", "decided_by"):
                    first = str(said).splitlines()[0]
                    assert f">\n{first}" in page
                    assert first in review
                elif name != "open_from":
                    assert re.search(rf'name="{name}" value="{said}" checked', page), (step, name, said)
    assert 'value="2031-05-09"' in teller.get("/opening").text
    assert "May 9, 2031" in review
    assert "&lt;b&gt;Then" in review
    assert "<b>Then" not in review


def test_the_way_leads_from_each_question_to_the_next_and_back(teller):
    teller.begin()
    order = [*STEPS]
    for number, step in enumerate(order):
        page = teller.get(f"/{step}")
        assert f"Question {number + 1} of 15" in page.text
        if step == "files":  # nothing to save: links
            assert 'href="/submit/when"' in page.text
            assert 'href="/submit/account"' in page.text
            continue
        after = f"/submit/{order[number + 1]}" if step != order[-1] else "/submit/review"
        before = f"/submit/{order[number - 1]}" if number else "/submit"
        fields = ANSWERS[step]
        assert teller.post(f"/{step}", go="on", **fields).location == after
        assert teller.post(f"/{step}", go="back", **fields).location == before
        assert teller.post(f"/{step}?from=review", go="on", **fields).location == "/submit/review"


def test_going_back_saves_too(teller):
    teller.begin().post("/when", go="back", when="in spring")
    assert "in spring" in teller.get("/when").text


def test_choosing_a_language_saves_what_was_typed_and_sets_no_cookie_of_its_own(teller):
    answer = teller.begin().post("/when", when="in spring", to="az")
    assert answer.location == "/submit/when"
    assert 'lang="az"' in teller.get("/when").text
    assert "in spring" in teller.get("/when").text
    answer = teller.get("/language?to=hy&next=/submit/when")
    assert answer.location == "/submit/when"
    assert 'lang="hy"' in teller.get("/when").text
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil", "/submitting", "/about"):
        assert teller.get(f"/language?to=en&next={elsewhere}").location == "/submit"
    assert 'lang="hy"' not in teller.client.get("/about").text.partition("<body")[0]
    assert teller.client.get_cookie("language") is None


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("when", {"when": "long ago " * 60}),
        ("opening", {"opening": "later", "open_from": "the ninth of May"}),
        ("naming", {"naming": "crown", "name": "Queen of the hill"}),
        ("account", {"text": "word " * 40_001}),
    ],
)
def test_a_bad_answer_is_told_on_its_page_with_what_was_typed(teller, step, fields):
    answer = teller.begin().post(f"/{step}", go="on", **fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    typed = max(fields.values(), key=len)
    assert typed.strip() in answer.text
    told = teller.client.post(
        f"/submit/{step}",
        data={"csrf_token": token(answer.text), **fields},
        headers={"Accept": "application/json"},
    )
    assert told.status_code == 422
    assert told.json["error"]


def test_script_saves_a_text_and_is_told_where_to_go_on(teller):
    page = teller.begin().get("/account").text
    answer = teller.client.post(
        "/submit/account",
        data={"csrf_token": token(page), "text": "Half a sent"},
        headers={"Accept": "application/json"},
    )
    assert answer.json == {"next": "/submit/files"}
    assert "Half a sent" in teller.get("/account").text


def test_what_is_missing_is_named_with_its_page_and_sending_waits(teller):
    teller.begin()
    page = teller.get("/review").text
    for step in ("account", "naming", "uses", "readers"):
        assert f'<li><a href="/submit/{step}?from=review">' in page
    assert 'action="/submit/send"' not in page
    refused = teller.post("/send", "/review")
    assert refused.status_code == 422
    assert "still missing" in refused.text
    teller.say(NEEDED)
    page = teller.get("/review").text
    assert 'action="/submit/send"' in page
    assert "Before it can be sent" not in page


def test_words_are_shown_once_and_open_the_account_again(teller, stranger):
    teller.begin().say(NEEDED)
    answer = teller.post("/send", "/review")
    words = six_words(answer.text)
    assert len(words) == 6
    assert answer.headers["Cache-Control"] == "no-store"
    assert "account" not in session_of(teller)
    assert teller.get("/review").status_code == 404
    opened = stranger.open("  " + " ".join(words).upper() + " ")
    assert opened.location == "/submit/yours"
    page = stranger.get("/yours").text
    assert "Nobody has read it yet" in page
    assert not any(f">{word}<" in page for word in words)


def session_of(teller: Teller) -> dict[str, object]:
    with teller.client.session_transaction() as session:
        return dict(session)


def test_no_word_stands_in_an_address_or_a_cookie(teller, stranger):
    words = teller.begin().say(NEEDED).send()
    opened = stranger.open(" ".join(words))
    said = opened.location + repr(opened.headers) + repr(session_of(stranger)) + repr(session_of(teller))
    assert not any(re.search(rf"\b{word}\b", said) for word in words)


def test_a_draft_gets_its_words_early_and_is_gone_on_with_elsewhere(teller, stranger):
    teller.begin().say({"account": ANSWERS["account"]})
    answer = teller.post("/later", "/review")
    words = six_words(answer.text)
    assert len(words) == 6
    assert held(teller)
    assert stranger.open(" ".join(words)).location == "/submit/review"
    stranger.say({step: NEEDED[step] for step in ("naming", "uses", "readers")})
    assert stranger.send() == [], "it has its words already"


def test_a_lost_answer_costs_no_words(teller, stranger):
    """The line broke after sending: the session still holds the account, and gets other words."""
    page = token(teller.begin().say(NEEDED).get("/review").text)
    kept = teller.client.get_cookie("session").value
    lost = six_words(teller.client.post("/submit/send", data={"csrf_token": page}).text)
    teller.client.set_cookie("session", kept)
    again = teller.client.post("/submit/send", data={"csrf_token": page})
    assert again.location == "/submit/yours?done=sent"
    words = six_words(teller.post("/renew", "/yours").text)
    assert len(words) == 6
    assert stranger.open(" ".join(lost)).status_code == 422
    with clock.showing(clock.now() + timedelta(minutes=2)):
        assert stranger.open(" ".join(words)).location == "/submit/yours"


def test_wrong_words_are_answered_alike_and_keep_what_was_typed(app):
    answers = []
    for words in (WRONG, "", "abacus", "x" * 5000, "дом " * 6, "\x00", "a-b-c-d-e-f"):
        answer = Teller(app.test_client()).open(words)
        assert answer.status_code == 422
        body = re.sub(r"(?s)<textarea.*?</textarea>|nonce=\"[^\"]+\"|value=\"[^\"]+\"", "", answer.text)
        answers.append(body)
        assert words.replace("\0", "") in answer.text.replace("\0", "")
    assert len(set(answers)) == 1


def test_after_wrong_words_the_wait_doubles_for_this_session_only(teller, stranger, app):
    words = " ".join(stranger.begin().say(NEEDED).send())
    now, waits = clock.now(), []
    for _ in range(9):
        with clock.showing(now):
            assert teller.open(WRONG).status_code == 422
            soon = teller.open(words)
            assert soon.status_code == 429
            assert words in soon.text
            waits.append(int(soon.headers["Retry-After"]))
        now += timedelta(seconds=waits[-1])
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    with clock.showing(now - timedelta(seconds=1)):
        assert teller.open(words).status_code == 429
        assert Teller(app.test_client()).open(words).status_code == 303, "another is not slowed"
    with clock.showing(now):
        assert teller.open(words).status_code == 303
    assert "tries" not in session_of(teller)


def test_beginning_asks_for_a_proof_or_for_patience(teller):
    now = clock.now()
    with clock.showing(now):
        page = teller.get("").text
        challenge = re.search(r'data-challenge="(\w+)"', page)[1]
        for guess in (g for g in ("", "0", "x" * 30, "ə") if not admission.proves(challenge, g)):
            answer = teller.client.post("/submit", data={"csrf_token": token(page), "proof": guess})
            assert answer.status_code == 429
            assert "wait a few seconds" in answer.text
            assert int(answer.headers["Retry-After"]) == admission.PATIENCE
    with clock.showing(now + timedelta(seconds=admission.PATIENCE)):
        answer = teller.client.post("/submit", data={"csrf_token": token(page)})
        assert answer.location == "/submit/speaker"


def test_a_proof_is_of_the_kind_that_is_asked_for():
    challenge = "0123456789abcdef" * 2
    found = proof(challenge)
    digest = hashlib.sha256(f"{challenge}:{found}".encode()).digest()
    assert digest[0] >> (8 - admission.ZERO_BITS) == 0
    assert not admission.proves(challenge, "")
    assert not admission.proves(challenge, found.zfill(21))


def test_beginning_twice_goes_on_with_the_same_account(teller):
    teller.begin().say({"account": ANSWERS["account"]})
    first = held(teller)
    assert "An account is open on this device" in teller.get("").text
    page = teller.get("/review").text
    answer = teller.client.post("/submit", data={"csrf_token": token(page)})
    assert answer.location == "/submit/review"
    assert held(teller) == first


PAGES = ("", "/safety", "/return", "/review", "/discard", *(f"/{step}" for step in STEPS))


def test_every_page_is_neutral_kept_nowhere_and_can_be_left_first(teller, stranger):
    words = teller.begin().say(ANSWERS).send()
    stranger.open(" ".join(words))
    later = Teller(teller.client).begin()
    pages = [(later, path) for path in PAGES]
    pages += [(stranger, path) for path in ("/yours", "/yours/withdraw", "/yours/passages", "/review")]
    for who, path in pages:
        answer = who.get(path)
        assert answer.status_code == 200, path
        neutral(answer, path)
    teller.get("/leave")
    for path in ("/review", "/account", "/yours"):
        answer = teller.get(path)
        assert answer.status_code == 404
        neutral(answer, path)


def neutral(answer, path: str) -> None:
    page = answer.text
    assert answer.headers["Cache-Control"] == "no-store", path
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "<title>Notes</title>" in page
    assert "plain.svg" in page
    assert "icon.svg" not in page
    assert "Testimony Archive" not in page
    first = re.search(r"<(a|button|input|select|textarea|summary)\b[^>]*>", page.partition("<body")[2])[0]
    assert 'href="/submit/leave"' in first, path
    policy = answer.headers["Content-Security-Policy"], answer.headers["Permissions-Policy"]
    records = path == "/files"
    assert ("media-src 'self' blob:" in policy[0]) is records
    assert ("microphone=(self)" in policy[1]) is ("camera=(self)" in policy[1]) is records


def test_errors_are_said_on_a_page_as_neutral(teller):
    for answer in (
        teller.client.post("/submit/when", data={"when": "x"}),
        teller.client.post("/submit/send"),
        teller.get("/send"),  # the receipt's address, asked for again
        teller.get("/no-such-page/at-all"),
    ):
        assert answer.status_code in (400, 404, 405)
        neutral(answer, "error")


def test_leaving_forgets_everything_and_shows_nothing(teller):
    teller.begin().say(NEEDED)
    answer = teller.get("/leave")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "<title>Notes</title>" in answer.text
    assert "archive" not in answer.text.lower()
    assert teller.client.get_cookie("session") is None
    assert teller.get("/account").status_code == 404


def test_leaving_leads_where_the_archive_was_told(new_home):
    from dataclasses import replace

    from app import create_app

    app = create_app(replace(new_home("elsewhere"), leave_address="https://weather.example/"))
    assert app.test_client().get("/submit/leave").location == "https://weather.example/"
    app.extensions["archive"].close()


def test_only_the_session_cookie_is_ever_set_and_it_ends_with_the_browser(teller):
    seen = []
    plain = teller.client.open

    def watched(*args, **kwargs):
        answer = plain(*args, **kwargs)
        seen.extend(answer.headers.getlist("Set-Cookie"))
        return answer

    teller.client.open = watched
    teller.get("/language?to=ru&next=/submit")
    words = teller.begin().say(ANSWERS).send()
    teller.open(" ".join(words))
    teller.get("/yours")
    teller.get("/leave")
    assert seen
    assert {cookie.partition("=")[0] for cookie in seen} == {"session"}
    assert all("Expires" not in c and "Max-Age" not in c for c in seen[:-1])


def test_a_draft_can_be_thrown_away(teller, archive):
    teller.begin().say(NEEDED)
    identifier = held(teller)
    assert "No, keep it" in teller.get("/discard").text
    assert "destroyed" in teller.post("/discard").text
    assert "account" not in session_of(teller)
    with archive.reading(), pytest.raises(Exception, match="no such account"):
        submitting.account(identifier)


def test_a_sent_account_is_changed_and_closed_on_this_device(teller, stranger):
    words = teller.begin().say(NEEDED).send()
    stranger.open(" ".join(words))
    answer = stranger.post("/when", go="on", when="in winter")
    assert answer.location == "/submit/yours?done=saved"
    assert "Your change is saved" in stranger.client.get(answer.location).text
    assert "in winter" in stranger.get("/review").text
    assert "closed on this device" in stranger.post("/close", "/yours").text
    assert stranger.get("/yours").status_code == 404


@pytest.mark.parametrize("outcome", ["stop", "restrict", "close", "destroy"])
def test_an_account_is_taken_back_in_each_of_four_ways(teller, outcome):
    words = teller.begin().say(NEEDED).send()
    teller.open(" ".join(words))
    page = teller.get("/yours/withdraw").text
    assert f'value="{outcome}"' in page
    if outcome == "close":
        assert teller.post("/yours/withdraw", outcome=outcome, until="").status_code == 422
        assert teller.post("/yours/withdraw", outcome=outcome, until="2001-01-01").status_code == 422
    if outcome == "destroy":
        refused = teller.post("/yours/withdraw", outcome=outcome)
        assert refused.status_code == 422
        assert 'value="destroy" checked' in refused.text
    answer = teller.post("/yours/withdraw", outcome=outcome, until="2051-05-09", sure="yes")
    if outcome == "destroy":
        assert "It is destroyed" in answer.text
        assert "account" not in session_of(teller)
        return
    assert answer.location == "/submit/yours?done=withdrawn"
    if outcome == "stop":
        assert "You have withdrawn your account" in teller.get("/yours").text
        assert teller.post("/yours/resume", "/yours").location == "/submit/yours?done=resumed"
    if outcome == "close":
        assert "2051-05-09" in teller.get("/opening").text


def test_the_archive_asks_and_the_teller_answers(teller, archive):
    teller.begin().say(NEEDED)
    identifier = held(teller)
    teller.open(" ".join(teller.send()))
    assert "answer-form" not in teller.get("/yours").text
    with archive.writing():
        reviewing.ask(identifier, "Was it <i>before</i> midnight?", OPERATOR)
    page = teller.get("/yours").text
    assert "The archive has a question for you." in page
    assert "&lt;i&gt;before" in page
    refused = teller.post("/reply", "/yours", text="  ")
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    too_long = teller.post("/reply", "/yours", text="long " * 5000)
    assert too_long.status_code == 422
    assert "long long" in too_long.text
    assert teller.post("/reply", "/yours", text="Some hours before.").location == "/submit/yours?done=answer"
    page = teller.get("/yours").text
    assert "Some hours before." in page
    assert "An archivist is reading your account." in page


def test_a_declined_account_says_why(teller, archive):
    teller.begin().say(NEEDED)
    identifier = held(teller)
    teller.open(" ".join(teller.send()))
    with archive.writing():
        reviewing.decline(identifier, "duplicate", "It is the same as in March.", OPERATOR)
    page = teller.get("/yours").text
    assert "has not taken your account in" in page
    assert "It is the same as in March." in page
    assert teller.post("/when", "/contact", go="on", when="now").status_code == 409


@pytest.fixture
def accepted(teller, archive) -> str:
    """The testimony that the teller's account became, of three lines."""
    text = {"text": "The first thing.\n\nThe second thing.\n\nThe third thing."}
    teller.begin().say({**NEEDED, "account": text, "readers": {"access": "public"}})
    identifier = held(teller)
    teller.open(" ".join(teller.send()))
    return accept(archive, identifier)


def test_an_accepted_account_shows_where_it_is_read_and_takes_corrections(teller, accepted):
    page = teller.get("/yours").text
    assert f'href="/testimonies/{accepted}"' in page
    assert "Something in it is not right" in page
    answer = teller.post("/correct", "/yours", text="It was the left bank.")
    assert answer.location == "/submit/yours?done=correction"
    assert "It was the left bank." in teller.get("/yours").text
    assert 'href="/submit/account"' not in teller.get("/review").text, "its words stay as they are"
    assert teller.post("/readers", go="on", access="closed").location == "/submit/yours?done=saved"
    assert teller.client.get(f"/testimonies/{accepted}").status_code == 404
    assert f'href="/testimonies/{accepted}"' not in teller.get("/yours").text


def test_exactly_the_ticked_lines_of_the_page_shown_are_taken_out(teller, accepted, monkeypatch):
    def read() -> list[bool]:
        page = teller.client.get(f"/testimonies/{accepted}").text
        return [f"The {which} thing" in page for which in ("first", "second", "third")]

    assert read() == [True, True, True]
    assert teller.post("/yours/passages", line=["1"]).location == "/submit/yours?done=passages"
    assert read() == [True, False, True]
    assert re.search(r'value="1" checked', teller.get("/yours/passages").text)
    monkeypatch.setattr(withdrawal, "LINES", 2)
    assert teller.post("/yours/passages?page=2", line=["2", "0"], go="1").location.endswith("page=1")
    assert read() == [True, False, False], "only lines of the page shown are changed"
    teller.post("/yours/passages?page=1", line=["x", "-1", "99"])
    assert read() == [True, True, False]
    assert teller.get("/yours/passages?page=99").status_code == 200


def test_no_way_to_take_back_is_no_way(teller):
    words = teller.begin().say(NEEDED).send()
    teller.open(" ".join(words))
    assert teller.post("/yours/withdraw").status_code == 422
    assert teller.post("/yours/withdraw", outcome="burn").status_code == 422


def test_another_session_sees_nothing_of_an_account(teller, stranger):
    teller.begin().say(NEEDED)
    stranger.begin()
    assert "the lights went out" not in stranger.get("/review").text
    assert held(teller) != held(stranger)


@pytest.mark.parametrize("letter", ["я", "ա"])
def test_as_many_letters_as_are_promised_can_be_told_in_any_alphabet(teller, archive, letter):
    """Each takes six bytes on its way."""
    teller.begin().say({"account": {"text": letter * 199_000}})
    with archive.reading():
        assert submitting.account(held(teller)).answers["account"]["text"] == letter * 199_000
    assert letter * 199_000 in teller.get("/account").text
    elsewhere = teller.client.post("/submit/return", data={"words": letter * 199_000})
    assert elsewhere.status_code == 413, "other forms have no such room"


@pytest.mark.parametrize(
    ("press", "shown"), [("send", "/submit/yours?done=sent"), ("later", "/submit/review#words")]
)
def test_a_button_pressed_twice_at_once_gives_words_once(app, teller, press, shown):
    page = token(teller.begin().say(NEEDED).get("/review").text)
    kept, answers, start = teller.client.get_cookie("session").value, [], threading.Barrier(2)

    def push() -> None:
        client = app.test_client()
        client.set_cookie("session", kept)
        start.wait()
        answers.append(client.post(f"/submit/{press}", data={"csrf_token": page}))

    threads = [threading.Thread(target=push) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first, second = sorted(answers, key=lambda answer: answer.status_code)
    assert len(six_words(first.text)) == 6
    assert (second.status_code, second.location) == (303, shown)


def test_other_words_shut_out_whoever_has_the_account_open(app, teller, stranger):
    """Also the browser it was begun in; and the one that made the words stays in, had it not heard them."""
    began = teller.begin().say(NEEDED)
    words = " ".join(six_words(began.post("/later", "/review").text))
    assert stranger.open(words).location == "/submit/review"
    third = Teller(app.test_client())
    assert third.open(words).location == "/submit/review"
    page, kept = token(third.get("/review").text), third.client.get_cookie("session").value
    lost = third.client.post("/submit/renew", data={"csrf_token": page})
    assert third.get("/review").status_code == 200
    for other in (began, stranger):
        assert other.get("/review").status_code == 404
        assert "account" not in session_of(other)
        assert "An account is open" not in other.get("").text
    third.client.set_cookie("session", kept)
    again = third.client.post("/submit/renew", data={"csrf_token": page})
    assert stranger.open(" ".join(six_words(lost.text))).status_code == 422
    assert Teller(app.test_client()).open(" ".join(six_words(again.text))).status_code == 303


def test_who_began_an_account_is_out_when_other_words_are_made_elsewhere(teller, stranger):
    """Even when that session has never heard of any words."""
    page = token(teller.begin().say(NEEDED).get("/review").text)
    kept = teller.client.get_cookie("session").value
    words = six_words(teller.client.post("/submit/later", data={"csrf_token": page}).text)
    teller.client.set_cookie("session", kept)
    assert teller.get("/review").status_code == 200
    stranger.open(" ".join(words))
    stranger.post("/renew", "/review")
    assert teller.get("/review").status_code == 404


def test_an_account_destroyed_elsewhere_is_let_go_here(teller, stranger, archive):
    words = teller.begin().say(NEEDED).send()
    teller.open(" ".join(words))
    stranger.open(" ".join(words))
    stranger.post("/yours/withdraw", outcome="destroy", sure="yes")
    assert "An account is open" not in teller.get("").text
    first = held(teller.begin())
    with archive.writing():
        submitting.discard(first)
    assert "An account is open" not in teller.get("").text
    assert held(teller.begin()) != first


def test_the_cookie_tells_no_moment_and_no_ticket_once_an_account_is_open(teller, stranger):
    words = teller.begin().say(NEEDED).send()
    stranger.get("")
    stranger.open(" ".join(words))
    stranger.get("")
    assert set(session_of(stranger)) == {"account", "key", "csrf_token"}


@pytest.mark.parametrize("line", ["9" * 5000, "١", "²", "-1", "1.0", ""])
def test_a_line_that_is_no_number_is_passed_over(teller, accepted, line):
    assert teller.post("/yours/passages", line=[line]).status_code == 303
    assert " checked" not in teller.get("/yours/passages").text
