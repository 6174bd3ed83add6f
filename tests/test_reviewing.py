"""An account on the archivists' desk: who has it, what is asked, and what it becomes when it is taken in."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.cli.base import OPERATOR
from app.errors import Conflict, Forbidden, Invalid, NotFound
from app.models import (
    AuditEntry,
    Consent,
    MediaFile,
    Message,
    Participation,
    Person,
    Role,
    Submission,
    Testimony,
    Upload,
    UploadState,
)
from app.policy import Actor
from app.services import accounts, reviewing, submitting, verifying
from app.storage import store
from tests.telling import accept, send, tell

VTT = b"""WEBVTT

00:00:01.000 --> 00:00:04.500
<v Interviewer>Where were you that night?

00:00:05.000 --> 00:00:09.250
<v Kamal Real-Name>At the mill, until the bells rang.
"""
YES = {use: ["yes"] for use in ("reading", "quoting", "teaching", "machines", "courts")}


@pytest.fixture
def people(archive) -> tuple[Actor, Actor]:
    """Two archivists."""
    with archive.writing():
        return tuple(
            accounts.actor_of(
                accounts.add(f"{name}@example.org", "archivist", "long enough words", OPERATOR, name=name)
            )
            for name in ("Ada", "Bela")
        )


def held(archive, identifier: str) -> int:
    """The version of an account as it is now."""
    with archive.reading() as session:
        return session.scalar(select(Submission.version).filter_by(identifier=identifier))


def give(
    archive, identifier: str, data: bytes, name: str, kind: str = "text", mimetype: str = "text/vtt"
) -> str:
    """A file that has arrived and was looked at."""
    with archive.writing() as session:
        kept = store().save(io.BytesIO(data))
        owner = session.scalars(select(Submission).filter_by(identifier=identifier)).one()
        upload = Upload(
            submission=owner,
            state=UploadState.RECEIVED,
            name=name,
            size=kept.size,
            kind=kind,
            mimetype=mimetype,
            key=kept.key,
            sha256=kept.sha256,
            expires_on=clock.today(),
        )
        session.add(upload)
        session.flush()
        return upload.identifier


def look(archive, identifier: str):
    """The account as its teller sees it."""
    with archive.reading():
        return submitting.account(identifier)


def said(archive, identifier: str) -> list[tuple[str, str]]:
    return [(message.kind, message.text) for message in look(archive, identifier).messages]


def trail(archive, action: str) -> list[AuditEntry]:
    with archive.reading() as session:
        return list(session.scalars(select(AuditEntry).filter_by(action=action)))


# What waits


def test_a_draft_is_nobodys_business(archive, people):
    draft = tell(archive)
    with archive.writing():
        assert reviewing.waiting(people[0]) == []
        for look_at in (reviewing.account, reviewing.desk, reviewing.contact):
            with pytest.raises(NotFound):
                look_at(draft, people[0])
        with pytest.raises(NotFound):
            reviewing.take(draft, people[0], 1)
        with pytest.raises(NotFound):
            reviewing.ask(draft, "Who are you?", people[0])


def test_the_oldest_is_first_and_what_came_in_a_flood_is_last(archive, people):
    today = clock.now()
    sent = {}
    for name, days in (("flood", 9), ("new", 1), ("old", 5)):
        with clock.showing(today - timedelta(days=days)):
            sent[name], _ = send(archive, where={"where": [name]})
    with archive.writing() as session:
        session.scalars(select(Submission).filter_by(identifier=sent["flood"])).one().set_aside = True
    with archive.reading():
        listed = reviewing.waiting(people[0])
    assert [one.identifier for one in listed] == [sent["old"], sent["new"], sent["flood"]]
    assert [one.days for one in listed] == [5, 1, 9]
    assert [one.set_aside for one in listed] == [False, False, True]
    assert listed[0].title == "We heard the bells at midnight. Then the road was full. Nobody slept."


def test_the_list_shows_only_the_beginning_of_a_long_account(archive, people):
    send(archive, account={"text": ["word " * 9000]})
    with archive.reading():
        (one,) = reviewing.waiting(people[0])
    assert one.title.endswith("word\N{NO-BREAK SPACE}…")
    assert len(one.title) <= 122


def test_what_the_teller_said_since_is_counted_and_brings_a_settled_account_back(archive, people):
    identifier, _ = send(archive)
    ada = people[0]
    with archive.writing():
        reviewing.ask(identifier, "Which mill?", ada)
    for words in ("The upper one.", "By the bridge."):
        with archive.writing():
            submitting.reply(identifier, words)
    with archive.reading():
        (one,) = reviewing.waiting(ada)
        assert (one.unread, one.taken_by, one.state) == (2, "Ada", "in_review")
    with archive.writing():
        reviewing.accept(identifier, ada, **DECIDED)
    with archive.reading():
        assert reviewing.waiting(ada) == []
        assert [one.identifier for one in reviewing.settled(ada)] == [identifier]
    with archive.writing():
        submitting.correct(identifier, "It was the lower one.")
    with archive.reading():
        assert [(one.identifier, one.unread) for one in reviewing.waiting(ada)] == [(identifier, 1)]
    with archive.writing():
        reviewing.ask(identifier, "Thank you. We wrote that down.", ada)
    with archive.reading():
        assert reviewing.waiting(ada) == []
    assert look(archive, identifier).state == "accepted"


DECIDED = {
    "collection": "Given",
    "title": "The bells",
    "kind": "written account",
    "with_places": False,
    "with_people": False,
    "publish": True,
}


# Who has it


def test_only_staff_review(archive):
    identifier, _ = send(archive)
    with archive.writing():
        for role in (None, Role.READER, Role.SUBMITTER):
            actor = Actor("someone", "Someone", role)
            for verb in (
                lambda a=actor: reviewing.waiting(a),
                lambda a=actor: reviewing.settled(a),
                lambda a=actor: reviewing.account(identifier, a),
                lambda a=actor: reviewing.desk(identifier, a),
                lambda a=actor: reviewing.contact(identifier, a),
                lambda a=actor: reviewing.file(identifier, "x", a),
                lambda a=actor: reviewing.take(identifier, a, 1),
                lambda a=actor: reviewing.put_back(identifier, a, 1),
                lambda a=actor: reviewing.ask(identifier, "?", a),
                lambda a=actor: reviewing.decline(identifier, "abusive", "", a),
                lambda a=actor: reviewing.accept(identifier, a, **DECIDED),
                lambda a=actor: reviewing.publish(identifier, a),
                lambda a=actor: reviewing.add_file(identifier, "x", a),
            ):
                with pytest.raises(Forbidden):
                    verb()


def test_two_archivists_never_work_on_one_unknowingly(archive, people):
    ada, bela = people
    identifier, _ = send(archive)
    with archive.writing():
        reviewing.take(identifier, ada, held(archive, identifier))
    with archive.reading():
        assert reviewing.account(identifier, bela).taken_by == "Ada"
        assert not reviewing.desk(identifier, bela).is_mine
        assert reviewing.desk(identifier, ada).is_mine
    version = held(archive, identifier)
    for verb in (
        lambda: reviewing.take(identifier, bela, version),
        lambda: reviewing.put_back(identifier, bela, version),
        lambda: reviewing.ask(identifier, "Which mill?", bela),
        lambda: reviewing.decline(identifier, "duplicate", "", bela),
        lambda: reviewing.accept(identifier, bela, **DECIDED),
    ):
        with archive.writing(), pytest.raises(Conflict, match="Ada has this account"):
            verb()
    assert (look(archive, identifier).state, said(archive, identifier)) == ("in_review", [])
    with archive.writing():
        reviewing.take(identifier, bela, version, over=True)
    with archive.writing(), pytest.raises(Conflict, match="Bela has this account"):
        reviewing.ask(identifier, "Which mill?", ada)
    assert [entry.actor for entry in trail(archive, "submission.take")] == [ada.identifier, bela.identifier]
    with archive.writing():
        reviewing.put_back(identifier, bela, held(archive, identifier))
    assert look(archive, identifier).state == "sent"


def test_nobody_takes_what_has_changed_since_they_saw_it(archive, people):
    identifier, _ = send(archive)
    seen = held(archive, identifier)
    with archive.writing():
        submitting.answer(identifier, "account", {"text": ["Something else."]})
    with archive.writing(), pytest.raises(Conflict, match="has changed since"):
        reviewing.take(identifier, people[0], seen)
    with archive.writing(), pytest.raises(Conflict, match="has changed since"):
        reviewing.accept(identifier, people[0], version=seen, **DECIDED)
    assert look(archive, identifier).state == "sent"


# What is asked, and declined


def test_the_teller_reads_a_question_and_answers(archive, people):
    identifier, words = send(archive)
    with archive.writing():
        reviewing.ask(identifier, "  Which mill?\r\nThe upper one? ", people[0])
    with archive.reading():
        assert submitting.open_with(words) == identifier
    assert look(archive, identifier).state == "questioned"
    assert said(archive, identifier) == [("question", "Which mill?\nThe upper one?")]
    with archive.writing():
        submitting.reply(identifier, "The upper one.")
    assert look(archive, identifier).state == "in_review"
    with archive.writing(), pytest.raises(Invalid):
        reviewing.ask(identifier, " \n ", people[0])


def test_the_teller_reads_why_it_was_declined_and_it_can_be_taken_up_again(archive, people):
    ada, bela = people
    identifier, _ = send(archive)
    upload = give(archive, identifier, VTT, "night.vtt")
    with archive.writing(), pytest.raises(Invalid):
        reviewing.decline(identifier, "boring", "", ada)
    with archive.writing():
        reviewing.decline(identifier, "duplicate", "You gave it in May.", ada)
    told = look(archive, identifier)
    assert (told.state, told.reason) == ("declined", "duplicate")
    assert said(archive, identifier) == [("notice", "You gave it in May.")]
    with archive.writing(), reviewing.file(identifier, upload, bela)[0] as stream:
        assert stream.read() == VTT
    with archive.writing(), pytest.raises(Conflict, match="Ada has declined"):
        reviewing.accept(identifier, bela, **DECIDED)
    with archive.writing():
        reviewing.take(identifier, bela, held(archive, identifier))
    told = look(archive, identifier)
    assert (told.state, told.reason) == ("in_review", "")


def test_a_withdrawn_account_is_left_alone(archive, people):
    from app.services import withdrawing

    identifier, _ = send(archive)
    with archive.writing():
        withdrawing.withdraw(identifier, "stop")
    for verb in (
        lambda: reviewing.take(identifier, people[0], held(archive, identifier)),
        lambda: reviewing.ask(identifier, "Why?", people[0]),
        lambda: reviewing.decline(identifier, "duplicate", "", people[0]),
        lambda: reviewing.accept(identifier, people[0], **DECIDED),
    ):
        with archive.writing(), pytest.raises(Conflict, match="was withdrawn"):
            verb()
    with archive.reading():
        assert reviewing.waiting(people[0]) == []


# What the trail keeps


def test_looking_at_what_is_sealed_leaves_a_trace(archive, people):
    identifier, _ = send(archive, contact={"contact": ["the baker, after dark"]})
    upload = give(archive, identifier, VTT, "night.vtt")
    with archive.writing():
        assert reviewing.contact(identifier, people[0]) == "the baker, after dark"
        stream, mimetype, size, name = reviewing.file(identifier, upload, people[0])
        assert (stream.read(), mimetype, size, name) == (VTT, "text/vtt", len(VTT), "night.vtt")
        stream.close()
        assert verifying.verify().fault is None
    (opened,) = trail(archive, "submission.open_contact")
    (read,) = trail(archive, "upload.read")
    assert (opened.actor, opened.target) == (people[0].identifier, f"submission:{identifier}")
    assert read.target == f"upload:{upload}"
    assert "baker" not in str([opened.details, read.details])


def test_no_contact_and_no_file_are_not_found(archive, people):
    identifier, _ = send(archive)
    other, _ = send(archive, where={"where": ["elsewhere"]})
    upload = give(archive, other, VTT, "night.vtt")
    with archive.writing():
        with pytest.raises(NotFound):
            reviewing.contact(identifier, people[0])
        with pytest.raises(NotFound):
            reviewing.file(identifier, upload, people[0])
    assert trail(archive, "submission.open_contact") == trail(archive, "upload.read") == []


# What it becomes


def test_a_written_account_comes_in_the_one_way_in(archive, people, client, work):
    text = "We heard the bells.\n\n" + "The road was full of people that night, and nobody knew why. " * 6
    identifier, _ = send(
        archive,
        account={"text": [text]},
        when={"when": ["spring 1992"]},
        warnings={"warnings": ["killing", "children"], "warnings_other": ["A dog is shot"]},
    )
    with archive.writing():
        testimony = reviewing.accept(identifier, people[0], **DECIDED)
    work()
    record = client.get(f"/testimonies/{testimony}.json").json
    lines = record["scripts"][0]["lines"]
    assert lines[0]["text"] == "We heard the bells."
    assert [line["text"] for line in lines[1:]] == [
        "The road was full of people that night, and nobody knew why."
    ] * 6
    assert {line["speaker"] for line in lines} == {"Mara of the Mill"}
    assert record["period"]["edtf"] == "1992-21"
    assert record["content_note"] == "Speaks of killing, harm done to children. A dog is shot."
    assert record["collection"] == "Given"
    assert client.get("/api/v1/search?q=bells").json["total"] == 1
    told = look(archive, identifier)
    assert (told.state, told.testimony, told.is_read) == ("accepted", testimony, True)
    assert said(archive, identifier) == [("notice", "The archive has taken in your account.")]
    assert [e.target for e in trail(archive, "submission.accept")] == [f"submission:{identifier}"]
    assert trail(archive, "testimony.accession")
    assert trail(archive, "testimony.publish")


def test_an_account_is_taken_in_once(archive, people):
    ada, bela = people
    identifier, _ = send(archive)
    with archive.writing():
        reviewing.accept(identifier, ada, **DECIDED)
    for verb in (
        lambda: reviewing.accept(identifier, bela, **DECIDED),
        lambda: reviewing.accept(identifier, ada, **(DECIDED | {"collection": "Another"})),
        lambda: reviewing.decline(identifier, "duplicate", "", bela),
        lambda: reviewing.take(identifier, bela, held(archive, identifier)),
    ):
        with archive.writing(), pytest.raises(Conflict, match="Ada has accepted this account already"):
            verb()
    with archive.reading() as session:
        assert len(session.scalars(select(Testimony)).all()) == 1


@pytest.mark.parametrize(
    "wrong", [{"title": " "}, {"collection": ""}, {"language": "not a tag!"}, {"transcript": "pdf"}]
)
def test_what_cannot_be_taken_in_so_changes_nothing(archive, people, wrong):
    identifier, _ = send(archive)
    if "transcript" in wrong:
        wrong = {
            "transcript": give(archive, identifier, b"%PDF-1.7 ...", "paper.pdf", mimetype="application/pdf")
        }
    with pytest.raises(Invalid), archive.writing():
        reviewing.accept(identifier, people[0], **(DECIDED | wrong))
    with archive.reading() as session:
        assert not session.scalars(select(Testimony)).all()
        assert not session.scalars(select(Message)).all()
    assert look(archive, identifier).state == "sent"


def test_a_transcript_keeps_its_times_and_names_nobody(archive, people, client):
    identifier, _ = send(archive, account={"text": ["I was at the mill."]})
    upload = give(archive, identifier, VTT, "Kamal Real-Name.vtt")
    with archive.writing():
        testimony = reviewing.accept(identifier, people[0], transcript=upload, **DECIDED)
    page = client.get(f"/testimonies/{testimony}.json")
    lines = page.json["scripts"][0]["lines"]
    assert [(line.get("start_ms"), line.get("end_ms"), line["speaker"], line["text"]) for line in lines] == [
        (None, None, "Mara of the Mill", "I was at the mill."),
        (1000, 4500, "Interviewer", "Where were you that night?"),
        (5000, 9250, "Mara of the Mill", "At the mill, until the bells rang."),
    ]
    assert "Real-Name" not in page.text


@pytest.mark.parametrize(
    ("data", "mimetype", "expected"),
    [
        (
            b"1\n00:00:02,000 --> 00:00:03,500\nThe bells.\n",
            "application/x-subrip",
            (2000, 3500, "The bells."),
        ),
        (b"[00:00:02] The bells.\n", "text/plain", (2000, None, "The bells.")),
    ],
)
def test_other_transcripts_are_read_as_well(archive, people, client, data, mimetype, expected):
    identifier, _ = send(archive)
    upload = give(archive, identifier, data, "no ending", mimetype=mimetype)
    with archive.writing():
        testimony = reviewing.accept(identifier, people[0], transcript=upload, with_text=False, **DECIDED)
    (line,) = client.get(f"/testimonies/{testimony}.json").json["scripts"][0]["lines"]
    assert (line.get("start_ms"), line.get("end_ms"), line["text"]) == expected
    assert line["speaker"] == "Mara of the Mill"


def test_an_empty_transcript_is_refused(archive, people):
    identifier, _ = send(archive)
    upload = give(archive, identifier, b"WEBVTT\n", "empty.vtt")
    with pytest.raises(Invalid, match="holds no cue"), archive.writing():
        reviewing.accept(identifier, people[0], transcript=upload, **DECIDED)
    assert look(archive, identifier).state == "sent"


def test_the_transcript_alone_when_the_text_says_the_same(archive, people, client):
    identifier, _ = send(archive)
    upload = give(archive, identifier, VTT, "night.vtt")
    with archive.writing():
        testimony = reviewing.accept(identifier, people[0], transcript=upload, with_text=False, **DECIDED)
    lines = client.get(f"/testimonies/{testimony}.json").json["scripts"][0]["lines"]
    assert [line["start_ms"] for line in lines] == [1000, 5000]


def test_originals_are_sealed_where_they_lie_and_never_shown(archive, people, client, sign_in):
    identifier, _ = send(archive)
    give(archive, identifier, b"\xff\xd8 a picture with a place in it", "home.jpg", "image", "image/jpeg")
    with archive.reading():
        before = list(store().keys())
    with archive.writing():
        testimony = reviewing.accept(identifier, people[0], **DECIDED)
    with archive.reading() as session:
        (file,) = session.scalars(select(MediaFile)).all()
        assert list(store().keys()) == before
        assert (file.use, file.name, file.key) == ("original", "home.jpg", before[0])
        assert file.deposited_at == file.deposited_at.replace(hour=0, minute=0, second=0, microsecond=0)
    for visitor in (client, sign_in("reader"), sign_in("archivist")):
        page = visitor.get(f"/testimonies/{testimony}")
        assert page.status_code == 200
        assert file.identifier not in page.text
        assert "home.jpg" not in page.text + visitor.get(f"/testimonies/{testimony}.json").text
        assert visitor.get(f"/media/{file.identifier}").status_code == 404


def test_a_file_that_came_late_can_be_kept_as_well(archive, people):
    identifier, _ = send(archive)
    accept(archive, identifier)
    upload = give(archive, identifier, b"\xff\xd8 later", "late.jpg", "image", "image/jpeg")
    with archive.reading():
        assert [one.identifier for one in reviewing.waiting(people[0])] == [identifier]
        assert reviewing.desk(identifier, people[0]).late == {upload}
    with archive.writing():
        reviewing.add_file(identifier, upload, people[0])
    with archive.reading() as session:
        assert [file.use for file in session.scalars(select(MediaFile))] == ["original"]
        assert reviewing.waiting(people[0]) == []
    with archive.writing(), pytest.raises(Conflict):
        reviewing.add_file(identifier, upload, people[0])


# Names


def test_two_tellers_of_one_name_stay_two_people(archive, client):
    named = {"naming": ["full"], "name": ["Ali Mammadov"]}
    first, _ = send(archive, naming=named)
    second, _ = send(archive, naming=named, where={"where": ["elsewhere"]})
    for identifier in (first, second):
        accept(archive, identifier)
    with archive.reading() as session:
        people = session.scalars(select(Person).filter_by(name="Ali Mammadov")).all()
        assert len(people) == 2
        assert len(session.scalars(select(Participation)).all()) == 2
    for person in people:
        assert client.get(f"/people/{person.identifier}").text.count("/testimonies/") >= 1


def test_no_name_is_no_name_anywhere(archive, client, sign_in):
    identifier, _ = send(archive, naming={"naming": ["none"], "name": ["Leyla Secret"]})
    testimony = accept(archive, identifier)
    for visitor in (client, sign_in("archivist")):
        page = (
            visitor.get(f"/testimonies/{testimony}").text + visitor.get(f"/testimonies/{testimony}.json").text
        )
        assert "Unnamed narrator" in page
        assert "Leyla" not in page


def test_who_gave_it_for_another_is_named_only_as_what_they_said_they_are(archive, client):
    said = {"whose": ["another"], "capacity": ["daughter of Kamal"], "agreed": ["spoken"]}
    identifier, _ = send(archive, speaker=said)
    record = client.get(f"/testimonies/{accept(archive, identifier)}.json")
    assert [(a["name"], a.get("role", "narrator")) for a in record.json["agents"]] == [
        ("Mara of the Mill", "narrator"),
        ("Unnamed submitter", "submitter"),
    ]
    assert "Kamal" not in record.text
    named, _ = send(archive, speaker=said, naming={"naming": ["full"], "name": ["Kamal Aliyev"]})
    record = client.get(f"/testimonies/{accept(archive, named)}.json")
    assert record.json["agents"][1]["note"] == "daughter of Kamal"
    without, _ = send(archive, speaker=said | {"capacity": [""]})
    assert len(client.get(f"/testimonies/{accept(archive, without)}.json").json["agents"]) == 1


def test_people_and_places_named_are_shown_only_when_an_archivist_says_so(archive, client, work):
    named = {"people": ["Rauf the Miller\n\nSamira"], "places": ["Orrin\n Upper  Khel "]}
    identifier, _ = send(archive, people=named)
    hidden = accept(archive, identifier, with_places=False)
    work()
    everything = client.get(f"/testimonies/{hidden}").text + client.get(f"/testimonies/{hidden}.json").text
    for name in ("Rauf", "Samira", "Orrin", "Khel"):
        assert name not in everything
        assert client.get(f"/api/v1/search?q={name}").json["total"] == 0
    identifier, _ = send(archive, people=named, where={"where": ["Lower Khel"]})
    shown = accept(archive, identifier, with_places=True, with_people=True)
    record = client.get(f"/testimonies/{shown}.json").json
    assert [place["name"] for place in record["places"]] == ["Lower Khel", "Orrin", "Upper Khel"]
    assert [person["name"] for person in record["people"]] == ["Rauf the Miller", "Samira"]


def test_a_name_spoken_of_is_not_taken_for_a_narrator_of_that_name(archive, client):
    first = accept(archive, send(archive)[0])
    second = accept(archive, send(archive, people={"people": ["Mara of the Mill"]})[0], with_people=True)
    with archive.reading() as session:
        named = session.scalars(select(Person).filter_by(name="Mara of the Mill")).all()
        assert len(named) == 3
    narrators = [client.get(f"/testimonies/{one}.json").json["agents"][0]["ref"] for one in (first, second)]
    (mentioned,) = client.get(f"/testimonies/{second}.json").json["people"]
    assert mentioned["ref"] not in narrators


# Consent


def test_consent_is_kept_and_linked_and_a_change_counts_at_once(archive, client):
    identifier, _ = send(archive, uses=YES)
    with archive.writing():
        submitting.answer(identifier, "uses", YES | {"courts": ["no"]})
    testimony = accept(archive, identifier)
    with archive.reading() as session:
        kept = session.scalars(select(Consent).order_by(Consent.id)).all()
        row = session.scalars(select(Testimony)).one()
        assert len(kept) == 2
        assert {consent.testimony_id for consent in kept} == {row.id}
        assert [consent.courts for consent in kept if consent.replaced_at is None] == [False]
    assert client.get(f"/testimonies/{testimony}").status_code == 200
    with archive.writing():
        submitting.answer(identifier, "readers", {"access": ["reading_room"]})
    assert client.get(f"/testimonies/{testimony}").status_code == 404
    with archive.writing():
        submitting.answer(identifier, "readers", {"access": ["public"]})
    assert client.get(f"/testimonies/{testimony}").status_code == 200


def test_a_teller_may_open_what_they_gave_closed(archive, client):
    identifier, _ = send(
        archive,
        readers={"access": ["closed"]},
        opening={"opening": ["later"], "open_from": ["2999-05-09"]},
    )
    testimony = accept(archive, identifier)
    for step, given in (("readers", {"access": ["public"]}), ("opening", {"opening": ["now"]})):
        assert client.get(f"/testimonies/{testimony}").status_code == 404
        with archive.writing():
            submitting.answer(identifier, step, given)
    assert client.get(f"/testimonies/{testimony}").status_code == 200


@pytest.mark.parametrize(
    ("changes", "public", "reader", "staff"),
    [
        ({}, 200, 200, 200),
        ({"readers": {"access": ["reading_room"]}}, 404, 200, 200),
        ({"readers": {"access": ["restricted"]}}, 404, 404, 200),
        ({"readers": {"access": ["closed"]}}, 404, 404, 200),
        ({"uses": YES | {"reading": ["no"]}}, 404, 404, 200),
        ({"opening": {"opening": ["later"], "open_from": ["2999-05-09"]}}, 404, 404, 200),
    ],
)
def test_who_reads_what_was_taken_in(archive, client, sign_in, work, changes, public, reader, staff):
    identifier, _ = send(archive, **changes)
    testimony = accept(archive, identifier)
    work()
    doors = {client: public, sign_in("reader"): reader, sign_in("archivist"): staff}
    for visitor, status in doors.items():
        assert ("We heard the bells" in visitor.get(f"/testimonies/{testimony}").text) == (status == 200)
        assert visitor.get(f"/testimonies/{testimony}.json").status_code == status
        found = visitor.get("/api/v1/search?q=bells").json["total"]
        assert found == (1 if status == 200 else 0)
    assert ("The bells" in client.get("/feed.atom").text) == (public == 200)
    assert look(archive, identifier).is_read == (public == 200)


def test_it_opens_on_the_day_its_teller_named_and_not_a_second_before(archive, client, work):
    opens = datetime(2031, 5, 9, tzinfo=UTC)
    with clock.showing(opens - timedelta(days=30)):
        identifier, _ = send(archive, opening={"opening": ["later"], "open_from": ["2031-05-09"]})
        testimony = accept(archive, identifier)
        work()
    with clock.showing(opens - timedelta(seconds=1)):
        work()
        assert client.get(f"/testimonies/{testimony}").status_code == 404
    with clock.showing(opens):
        work()
        assert client.get(f"/testimonies/{testimony}").status_code == 200
        assert client.get("/api/v1/search?q=bells").json["total"] == 1


def test_what_is_taken_in_unpublished_waits_for_an_archivist(archive, people, client):
    identifier, _ = send(archive)
    testimony = accept(archive, identifier, publish=False)
    assert client.get(f"/testimonies/{testimony}").status_code == 404
    with archive.reading():
        assert reviewing.desk(identifier, people[0]).is_unpublished
    with archive.writing():
        reviewing.publish(identifier, people[0])
    assert client.get(f"/testimonies/{testimony}").status_code == 200


def test_events_that_are_gone_do_not_stand_in_the_way(archive, people, shared, client):
    from app.cli import collections
    from app.models import Event

    collections.import_file(archive, shared / "data" / "khojaly_register.json", "", publish=True)
    with archive.reading():
        events, _ = submitting.choices()
    identifier, _ = send(archive, bearing={"events": [events[0].identifier], "questions": []})
    with archive.writing() as session:
        row = session.scalars(select(Submission).filter_by(identifier=identifier)).one()
        row.answers = row.answers | {"bearing": {"events": [events[0].identifier, "gone"], "questions": []}}
    testimony = accept(archive, identifier)
    with archive.reading() as session:
        assert session.scalar(select(Event.title).filter_by(identifier=events[0].identifier))
    shown = client.get(f"/testimonies/{testimony}.json").json["events"]
    assert [event["ref"] for event in shown] == [events[0].identifier]
