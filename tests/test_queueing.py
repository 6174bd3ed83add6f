"""What waits is in one list, whoever has it; what one takes over, the other is told."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.cli.base import OPERATOR
from app.errors import Conflict, NotFound
from app.models import AuditEntry, BulkAction, BulkChange, Doubt, Job, JobState, Passage, User
from app.services import accounts, granting, holding, queueing, redacting, withdrawing
from tests.conftest import PASSWORD, post, testimony
from tests.telling import accept, send


def enter(app, archive, name: str, role: str = "archivist"):
    """Somebody's browser, and who they are."""
    with archive.writing():
        user = accounts.add(f"{name}@example.org", role, PASSWORD, OPERATOR, name=f"{name} Keeper")
        who = accounts.actor_of(user)
    visitor = app.test_client()
    done = post(visitor, "/sign-in", "/sign-in", email=f"{name}@example.org", password=PASSWORD)
    assert done.status_code == 303
    return visitor, who


@pytest.fixture
def ada(app, archive):
    return enter(app, archive, "Ada")


@pytest.fixture
def bela(app, archive):
    return enter(app, archive, "Bela")


@pytest.fixture
def full(archive, keep):
    """One of everything that can wait; returns the testimony that most of it is about."""
    kept = keep(testimony("a", "We left at dusk.", "Nobody spoke.", title="Dusk"))
    restricted = keep(testimony("r", "A lamp.", access="restricted"))
    send(archive)
    given, _ = send(archive, account={"text": ["They stood at the mill."]})
    accept(archive, given, title="The mill")
    with archive.writing():
        withdrawing.withdraw(given, "stop")
    with archive.writing() as session:
        redacting.redact(kept, 0, 0, "danger", OPERATOR)
        session.scalars(select(Passage)).one().doubt = Doubt.SHORTER
        reader = accounts.add("reader@example.org", "reader", PASSWORD, OPERATOR, name="Rena Reader")
        granting.ask(restricted, "For a book.", accounts.actor_of(reader))
        session.add(BulkChange(action=BulkAction.TAG, made_by="nobody", total=9, done=3))
        failed = Job(name="index", arguments={"testimony": "x"}, state=JobState.FAILED, attempts=5)
        failed.error = "app.errors.NotFound\n  /somewhere/secret.py:1:line"
        session.add(failed)
    return kept


def kinds(archive, actor, **more) -> list[str]:
    with archive.reading():
        return sorted(thing.kind.value for thing in queueing.queue(actor, **more).things)


def test_everything_that_waits_is_there(full, archive, app):
    visitor, lead = enter(app, archive, "Lea", "lead_archivist")
    there = kinds(archive, lead)
    assert there == ["bulk", "job", "passage", "request", "submission", "withdrawal"]
    page = visitor.get("/workbench/").text
    for told in (
        "3 of 9",
        "app.errors.NotFound",
        "Rena Reader asks to read",
        "Dusk: some of its lines",
        "5 attempts",
    ):
        assert told in page
    for hidden in ("secret.py", "They stood at the mill", "We heard the bells", "For a book."):
        assert hidden not in page
    assert "request" not in kinds(archive, enter(app, archive, "Ada")[1])


def test_it_is_narrowed_by_kind_and_by_whose(full, archive, ada):
    visitor, who = ada
    assert kinds(archive, who, kind="job") == ["job"]
    assert kinds(archive, who, whose="mine") == []
    with archive.writing() as session:
        job = session.scalars(select(Job).filter_by(state=JobState.FAILED)).one().id
        holding.take_thing(f"job:{job}", who)
    assert kinds(archive, who, whose="mine") == ["job"]
    assert "job" not in kinds(archive, who, whose="free")
    assert "in your hands" in visitor.get("/workbench/?kind=job&whose=mine").text
    assert visitor.get("/workbench/?page=99").status_code == 404


def test_the_oldest_is_first_and_a_flood_last(archive, keep, ada):
    now = clock.now()
    with clock.showing(now - timedelta(days=3)):
        old, _ = send(archive)
    new, _ = send(archive, account={"text": ["Later."]})
    with archive.reading():
        listed = queueing.queue(ada[1])
        assert [thing.identifier for thing in listed.things] == [old, new]
        assert [thing.days for thing in listed.things] == [3, 0]
        assert queueing.count(ada[1]) == listed.total == 2


def test_pages_follow_one_another(archive, ada, monkeypatch):
    monkeypatch.setattr(queueing, "PER_PAGE", 2)
    with archive.writing() as session:
        session.add_all([Job(name=f"job {n}", state=JobState.FAILED) for n in range(5)])
    with archive.reading():
        pages = [queueing.queue(ada[1], page=n) for n in (1, 2, 3)]
    assert [len(page.things) for page in pages] == [2, 2, 1]
    assert len({thing.identifier for page in pages for thing in page.things}) == 5


def test_what_another_has_is_taken_over_only_on_purpose_and_they_are_told(archive, keep, ada, bela):
    identifier = keep(testimony("a", "We left at dusk.", title="Dusk"))
    (hers, ada_), (his, _) = ada, bela
    desk, target = f"/workbench/testimonies/{identifier}", f"testimony:{identifier}"
    take = {"form": desk, "to": "/workbench/queue/take", "target": target, "next": desk}
    assert post(hers, **take).headers["Location"] == desk
    assert "You have this in hand since" in hers.get(desk).text
    assert "Ada Keeper has this in hand since" in his.get(desk).text
    refused = post(his, **take)
    assert refused.status_code == 409
    assert "Ada Keeper has this in hand. Nothing was changed." in refused.text
    assert post(his, **take, over="1").status_code == 303
    told = hers.get(desk).text
    assert "Bela Keeper has taken over what you had in hand" in told
    assert "has taken over" not in hers.get(desk).text  # told once
    with archive.reading() as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        assert (last.action, last.about, last.details["before"]) == ("hold.take", identifier, ada_.identifier)


def test_an_account_taken_over_is_told_as_well(archive, ada, bela):
    given, _ = send(archive)
    with archive.writing():
        holding.take_thing(f"submission:{given}", ada[1])
    with archive.writing():
        holding.take_thing(f"submission:{given}", bela[1], over=True)
    assert "Bela Keeper has taken over" in ada[0].get("/workbench/").text


def test_only_what_one_has_is_put_back(archive, keep, ada, bela):
    target = f"testimony:{keep(testimony('a', 'We left.'))}"
    with archive.writing():
        holding.take_thing(target, ada[1])
        with pytest.raises(Conflict):
            holding.put_back_thing(target, bela[1])
        holding.put_back_thing(target, ada[1])
        assert holding.held_by(target) is None
        for wrong in ("testimony:none", "riddle:x", "", "job:9999", "user:x"):
            with pytest.raises(NotFound):
                holding.take_thing(wrong, ada[1])


def test_a_withdrawal_is_seen_once(full, archive, ada):
    visitor, who = ada
    with archive.reading():
        (waits,) = queueing.queue(who, "withdrawal").things
    assert "It is no longer to be published." in visitor.get("/workbench/?kind=withdrawal").text
    to = f"/workbench/withdrawals/{waits.identifier}/see"
    assert post(visitor, "/workbench/", to).status_code == 303
    assert kinds(archive, who, kind="withdrawal") == []
    assert post(visitor, "/workbench/", to).status_code == 409


def test_a_failed_job_is_tried_again_or_put_aside(full, archive, ada):
    visitor, who = ada
    with archive.reading() as session:
        job = session.scalars(select(Job).filter_by(state=JobState.FAILED)).one().id
    assert post(visitor, "/workbench/", f"/workbench/jobs/{job}/retry").status_code == 303
    with archive.reading() as session:
        again = session.get_one(Job, job)
        assert (again.state, again.attempts, again.error) == (JobState.QUEUED, 0, "")
    assert post(visitor, "/workbench/", f"/workbench/jobs/{job}/drop").status_code == 409
    with archive.writing() as session:
        session.get_one(Job, job).state = JobState.FAILED
    assert post(visitor, "/workbench/", f"/workbench/jobs/{job}/drop").status_code == 303
    with archive.reading() as session:
        assert session.get(Job, job) is None
        assert session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc())).first() == "job.drop"
    assert kinds(archive, who, kind="job") == []


def test_the_menu_says_how_much_waits(full, archive, ada, client):
    assert 'href="/workbench/">Waiting <span class="count">5</span>' in ada[0].get("/").text
    assert "Waiting" not in client.get("/").text


def test_a_closed_users_holds_go_with_them(archive, keep, ada):
    target = f"testimony:{keep(testimony('a', 'We left.'))}"
    with archive.writing() as session:
        holding.take_thing(target, ada[1])
        session.delete(session.scalars(select(User).filter_by(identifier=ada[1].identifier)).one())
    with archive.reading():
        assert holding.held_by(target) is None
