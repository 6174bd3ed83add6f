"""Words that stand only where something is hidden: whoever may not read them meets none."""

import html
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from app.archive import Archive
from app.cli.base import OPERATOR
from app.jobs.worker import Worker
from app.models import (
    AccessRequest,
    BulkAction,
    BulkChange,
    Claim,
    Event,
    Invitation,
    Job,
    JobState,
    LabelKind,
    Message,
    MessageKind,
    Person,
    PersonName,
    Question,
    Role,
    SecondReading,
    Segment,
    Source,
    Submission,
    Term,
    TermLabel,
    Testimony,
    Transcript,
    Upload,
    UploadState,
    User,
    Verdict,
)
from app.policy import DOORS, Action, Actor
from app.records import Agent, Chapter, Figure, Named, Tag
from app.services import accessioning, accounts, auditing, exchanging, linking, publishing, redacting, tying
from config import Settings
from tests.conftest import PASSWORD, post, testimony
from tests.telling import accept, send

ROLES = ("nobody", "submitter", "reader")
COMMON = "lantern"  # stands in every text, so that a search for it comes near every canary
MOST = 500  # pages of one crawl
OPEN = {"openvorn", "openchapter", "openclaim", "openplace"}  # canaries in the open, which everybody meets


@dataclass
class Aviary:
    """An archive full of canaries: each word, and where it stands."""

    app: Flask
    words: dict[str, str] = field(default_factory=dict)
    visitors: dict[str, FlaskClient] = field(default_factory=dict)

    def word(self, where: str) -> str:
        """A new word for a hidden field, like no other."""
        number = len(self.words)
        made = f"Qui{'bdfgklmnprst'[number // 12]}o{'bdfgklmnprst'[number % 12]}avorn"
        self.words[made.lower()] = where
        return made


@pytest.mark.parametrize("role", ROLES)
def test_no_canary_is_met(aviary, role):
    assert len(aviary.words) >= 50
    visitor, met, seen, found = aviary.visitors[role], dict[str, str](), set[str](), set[str]()
    for address, said in crawl(aviary, visitor, seen):
        for word, where in aviary.words.items():
            if word in said:
                met.setdefault(f"{word} ({where})", address)
        found |= {word for word in OPEN if word in said}
    assert len(seen) > 60, "the crawl did not get far"
    assert found == OPEN, "the crawl does not find what is there to be found"
    assert not met


def crawl(aviary: Aviary, visitor: FlaskClient, seen: set[str]) -> Iterator[tuple[str, str]]:
    """Every page this visitor gets to by links and questions, with headers; without what they typed."""
    waiting = [
        "/",
        "/testimonies",
        "/people",
        "/places",
        "/events",
        "/collections",
        "/restricted",
        "/submit/",
    ]
    waiting += ["/feed.atom", "/sitemap.xml", "/robots.txt", "/about", "/keys", "/account", "/sign-in"]
    waiting += [
        "/workbench/",
        "/workbench/accounts",
        "/workbench/trail",
        "/workbench/requests",
        "/nowhere",
        "/stumble",
    ]
    asked = [COMMON, "", "Qui*", *aviary.words]
    waiting += [f"/search?q={word}" for word in asked]
    waiting += [f"/api/v1/search?q={word}&limit=1000" for word in asked]
    waiting += ["/api/v1/search?q=a&page=x", "/api/v1/nowhere", "/testimonies?page=99999"]
    for identifier in identifiers(aviary.app):
        kinds = ("testimonies", "people", "places", "events", "claims", "questions", "sources", "collections")
        waiting += [f"/{kind}/{identifier}" for kind in (*kinds, "media", "workbench/testimonies")]
        waiting += [f"/testimonies/{identifier}.json", f"/testimonies/{identifier}/cite.txt"]
        waiting += [f"/api/v1/{kind}/{identifier}" for kind in ("claims", "questions")]
        waiting.append(f"/claims/{identifier}/evidence.csv")
    refused = set[str]()
    while waiting and len(seen) < MOST * 3:
        address = waiting.pop()
        if address in seen or address.startswith(("/static/", "/sign-out")):
            continue
        seen.add(address)
        answer = visitor.get(address)
        text = answer.text if answer.mimetype.startswith(("text/", "application/")) else ""
        typed = [word for word in re.findall(r"\w+", unquote(address.partition("?")[2])) if len(word) > 3]
        said = html.unescape(unquote(f"{answer.headers}\n{text}")).lower()
        for word in typed:
            said = said.replace(word.lower(), "")
        if address.startswith("/api/v1/search?q=qui"):
            assert answer.json["total"] == 0, address
        yield address, said
        answer.close()
        if "?q=" not in address:
            waiting += [html.unescape(link) for link in re.findall(r'(?:href|src)="(/[^"#]*)', text)]
            for form in {*re.findall(r'action="(/[^"#]*)"', text)} - refused:
                refused.add(form)
                yield form, visitor.get(form).text.lower()  # 405
        if not answer.status_code < 400:
            yield address, visitor.post(address, data={"q": "x"}).text.lower()  # 400, 405, 422


def identifiers(app: Flask) -> list[str]:
    """Every identifier there is, as if a visitor had guessed it."""
    archive: Archive = app.extensions["archive"]
    with archive.reading() as session:
        nouns = (Testimony, Person, Claim, Question, Source, Event, Submission)
        return [one for noun in nouns for one in session.scalars(select(noun.identifier))]


@pytest.fixture(scope="module")
def aviary(blank, tmp_path_factory) -> Iterator[Aviary]:
    home = tmp_path_factory.mktemp("canaries") / "home"
    shutil.copytree(blank, home)
    app = create_app(Settings(home=home, base_url="http://localhost"))
    app.testing = False
    made = Aviary(app)
    fault = made.word("what a fault of ours says")

    def stumble() -> str:
        raise RuntimeError(fault)

    app.add_url_rule("/stumble", "stumble", stumble)
    DOORS["stumble"] = Action.READ
    archive: Archive = app.extensions["archive"]
    for fill in (open_with_secrets, hidden_states, accounts_given, people_of_the_archive):
        fill(made, archive)
    Worker(archive).run_all()
    for role in ROLES:
        made.visitors[role] = enter(app, archive, role)

    yield made
    del DOORS["stumble"]
    archive.close()


def enter(app: Flask, archive: Archive, role: str) -> FlaskClient:
    visitor = app.test_client()
    if role != "nobody":
        with archive.writing():
            accounts.add(f"{role}@example.org", role, PASSWORD, OPERATOR)
        done = post(visitor, "/sign-in", "/sign-in", email=f"{role}@example.org", password=PASSWORD)
        assert done.status_code == 303
    return visitor


def hidden_states(aviary: Aviary, archive: Archive) -> None:
    """Every field of a testimony in each state in which these visitors may not read it."""
    states = {
        "closed": {"access": "closed"},
        "restricted": {"access": "restricted"},
        "embargoed": {"access": "public", "embargo_until": "2999-01-01"},
        "unpublished": {"access": "public"},
    }
    for state, said in states.items():
        word: Callable[[str], str] = lambda where, state=state: aviary.word(f"{where} of the {state} one")  # noqa: E731
        record = testimony(
            state,
            f"The {COMMON} went out. {word('a line')}",
            "Then it was dark.",
            title=f"{COMMON} {word('title')}",
            summary=word("summary"),
            content_note=word("content note"),
            agents=(Agent(word("narrator")),),
            places=(Named(word("place")),),
            people=(Named(word("person spoken of")),),
            chapters=(Chapter(word("chapter"), first=0, last=1, synopsis=word("synopsis")),),
            tags=(Tag(word("tag")),),
            rights=word("rights"),
            extra={"carried": word("extra")},
            **said,
        )
        with archive.writing():
            collection = exchanging.find_collection("Tests", record)
            accessioning.accession(record, collection, OPERATOR, publish=state != "unpublished")


def open_with_secrets(aviary: Aviary, archive: Archive) -> None:
    """A testimony that everybody reads, with everything that can be hidden in one."""
    word = aviary.word
    veiled = word("a veiled name")
    record = testimony(
        "open",
        f"The {COMMON} burned, openvorn.",
        f"Only here: {word('a withheld line')}",
        f"{veiled} came later with a {COMMON}.",
        title="What everybody reads",
        agents=(Agent("Ana Vell"),),
        people=(Named(veiled),),
        places=(Named("Openplace"),),
        tags=(Tag("Opentag"),),
        chapters=(
            Chapter("Openchapter", first=0, last=0),
            Chapter(word("a chapter all withheld"), first=1, last=1, synopsis=word("its synopsis")),
        ),
        access="public",
    )
    with archive.writing() as session:
        collection = exchanging.find_collection("Tests", record)
        kept = accessioning.accession(record, collection, OPERATOR, publish=True)
        person = session.scalars(select(Person).filter_by(name=veiled)).one()
        person.public_name, person.note = "a neighbour", word("a note on a veiled person")
        person.spoken = [word("how a veiled name is spoken")]
        session.add(PersonName(person=person, form=word("another form of a veiled name")))
        ana = session.scalars(select(Person).filter_by(name="Ana Vell")).one()
        other = Person(name="Ana W. Vell", note=word("a merged person's note"), merged_into=ana)
        event, source = Event(title="The fire"), Source(title="A report")
        question = Question(text="When did it burn?", event=event, is_published=True)
        claim = Claim(text="Openclaim: it burned at nine.", question=question, source=source)
        claim.is_published = True
        draft = Claim(text=word("a claim that is not published"), question=question, source=source)
        unseen = Claim(text=word("a claim that nothing open leads to"), question=question, source=source)
        lone = Event(title=word("an event that nothing open leads to"))
        session.add_all([other, event, source, question, claim, draft, unseen, lone])
        session.flush()
        kept.events.append(event)
        hidden = linking.link(
            kept.identifier, 1, 1, claim.identifier, "supports", "heard_from", OPERATOR,
            note=word("a note on a withheld passage"), heard_from=word("heard from, withheld"),
            told={
                "figure": word("a figure of a withheld passage"),
                "figure_value": "77340077",
                "figure_counted": word("what a withheld passage counts"),
                "happened": word("the time of a withheld passage"),
            },
        )  # fmt: skip
        shown = linking.link(kept.identifier, 0, 0, claim.identifier, "supports", "saw", OPERATOR)
        linking.link(kept.identifier, 0, 0, draft.identifier, "supports", "saw", OPERATOR)
        for evidence, where in ((hidden, "a withheld passage"), (shown, "an open passage")):
            note = word(f"a second reading of {where}")
            evidence.readings.append(
                SecondReading(read_by="x", verdict=Verdict.QUESTIONS, note=note, evidence_version=1)
            )
        draft.earlier, draft.later = word("what a draft puts first"), word("what a draft puts after it")
        draft.figure = Figure(word("the figure of a draft"), 77340078, counted=word("what a draft counts"))
        aviary.words |= dict.fromkeys(("77340077", "77340078"), "a number that is hidden")
        redacting.redact(kept.identifier, 1, 1, "danger", OPERATOR, note=word("a note on a withholding"))
        term = session.scalars(select(Term)).first()
        assert term is not None
        term.labels.append(TermLabel(label=word("a hidden label"), kind=LabelKind.HIDDEN))
        old = Transcript(testimony_id=kept.id, language="en", revision=9, is_current=False)
        old.note = word("a note on an older revision")
        old.segments = [Segment(position=0, text=word("an older revision"), speaker=word("an older speaker"))]
        session.add(old)
        session.flush()
        publishing.publish(kept)
        details = {"testimony": kept.identifier, "note": word("details of the trail")}
        auditing.note(Actor("ada", "Ada", Role.ARCHIVIST), "evidence.link", "evidence:x", **details)


def accounts_given(aviary: Aviary, archive: Archive) -> None:
    """Accounts before they are taken in, and what of one that was is not for readers."""
    word = aviary.word
    waiting, _ = send(
        archive,
        account={"text": [f"The {COMMON}. {word('an account that waits')}"]},
        naming={"naming": ["other"], "name": [word("the name of a teller who waits")]},
        people={"people": [word("people of an account")], "places": [word("places of an account")]},
        contact={"contact": [word("a contact")]},
    )
    taken, _ = send(
        archive,
        people={"people": [word("people of an account taken in")], "places": ["Openplace"]},
        contact={"contact": [word("a contact of an account taken in")]},
    )
    accept(archive, taken, title="An open account")
    with archive.writing() as session:
        for identifier in (waiting, taken):
            one = session.scalars(select(Submission).filter_by(identifier=identifier)).one()
            for kind in MessageKind:
                one.messages.append(Message(kind=kind, text=word(f"a message, {kind.value}")))
            name = word("the name of a file given")
            one.uploads.append(
                Upload(state=UploadState.RECEIVED, name=name, size=1, kind="text", mimetype="text/plain",
                       key=f"none-{identifier}", expires_on=datetime.now(UTC).date())
            )  # fmt: skip


def people_of_the_archive(aviary: Aviary, archive: Archive) -> None:
    """Users, invitations, requests, jobs and changes of many."""
    word = aviary.word
    with archive.writing() as session:
        for role in Role:
            session.add(
                User(
                    email=f"{word(f'address, {role}')}@example.org".lower(),
                    name=word(f"name, {role}"),
                    role=role,
                )
            )
        session.flush()
        asker = session.scalars(select(User).filter_by(role=Role.READER)).one()
        restricted = session.scalars(select(Testimony).filter_by(source_id="restricted")).one()
        ana = session.scalars(select(Person).filter_by(name="Ana Vell")).one()
        neighbour = session.scalars(select(Person).filter_by(public_name="a neighbour")).one()
        for kind, said in (
            ("family", {"said_in": restricted.identifier, "is_published": True}),
            ("household", {}),
        ):
            why = word(f"why a tie is noted, {kind}")
            tying.note(ana.identifier, neighbour.identifier, kind, OPERATOR, why=why, **said)
        request = AccessRequest(
            user_id=asker.id, testimony_id=restricted.id, reason=word("the reason of a request")
        )
        request.answer = word("the answer to a request")
        invited = Invitation(digest="x", email=f"{word('invited')}@example.org", name=word("invited, name"))
        invited.role, invited.made_by, invited.until = Role.READER, "x", datetime(2999, 1, 1, tzinfo=UTC)
        change = BulkChange(action=BulkAction.TAG, made_by="x", total=1)
        change.arguments, change.chosen_by = {"tag": word("bulk arguments")}, {"q": word("bulk search")}
        failed = Job(name="index", state=JobState.FAILED, error=word("a job's error"))
        failed.arguments = {"testimony": word("a job's arguments")}
        session.add_all([request, invited, change, failed])
