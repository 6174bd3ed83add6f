"""Every route, method, role and state of a record, made from the url map and held against the policy table.

What an argument names is known by the word before it in the address (``/people/<identifier>``), so that new
routes are covered as they come; a word that is not known here fails with its name.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, Rule

from app import create_app
from app.archive import Archive
from app.cli.base import OPERATOR
from app.models import (
    AccessLevel,
    AccessRequest,
    Audience,
    Claim,
    Collection,
    Event,
    Evidence,
    Job,
    JobState,
    Person,
    Place,
    Question,
    Redaction,
    Role,
    Source,
    Tagging,
    Testimony,
    User,
    Withdrawal,
)
from app.policy import AUDIENCE_OF, DOORS, EDITIONS, WHO_MAY, Action
from app.records import Agent, FuzzyDate, Named, Tag
from app.services import accessioning, accounts, exchanging, linking, redacting, withdrawing
from config import Settings
from tests.conftest import PASSWORD, post, testimony
from tests.telling import accept, send

NOTHING = "0123456789ab"  # the identifier of nothing
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROLES: tuple[Role | None, ...] = (None, *Role)
LEVELS = {level.value: level for level in AccessLevel}
# How each state of a testimony is made: what the record says, and whether it is published.
STATES: dict[str, dict[str, Any]] = {
    **{level: {"access": level} for level in LEVELS},
    "embargoed": {"access": "public", "embargo_until": "2999-01-01"},
    "unpublished": {"access": "public"},
    "destroyed": {},
    "nonexistent": {},
}
HIDES = ("closed", "embargoed", "unpublished")  # states that only staff may know of

# What the argument after a word of the address names. Only for testimonies and what hangs on them is there
# one for each state; of the others there is one, or none at all.
NAMES: dict[str, str] = {
    "testimonies": "testimony",
    "restricted": "testimony",
    "people": "person",
    "places": "place",
    "events": "event",
    "collections": "collection",
    "claims": "claim",
    "questions": "question",
    "sources": "source",
    "evidence": "evidence",
    "redactions": "redaction",
    "regions": "nothing",
    "accounts": "submission",
    "withdrawals": "withdrawal",
    "jobs": "job",
    "requests": "request",
    "users": "user",
    "tags": "tagging",
    "media": "nothing",
    "files": "nothing",
    "uploads": "nothing",
    "terms": "nothing",
    "vocabularies": "nothing",
    "import": "nothing",
    "invitations": "nothing",
    "passkeys": "nothing",
    "sessions": "nothing",
    "bulk": "nothing",
    "join": "nothing",
    "looks": "nothing",
    "searches": "nothing",
    "lists": "nothing",
    "ties": "nothing",
}
# Arguments that name no record: a value with which the address is right.
VALUES: dict[str, str] = {
    "filename": "css/base.css",
    "ext": "txt",
    "form": "csv",
    "audience": "public",
    "step": "account",
    "old": "1",
    "new": "1",
    "revision": "1",
    "at": "0",
    "other": "0",
    "format": "ttl",
    "passage": NOTHING,
    "upload": NOTHING,
    "span": "0",
    "script": "0",
    "ending": "csv",
}
BY_ENDPOINT = {
    ("public.browse", "kind"): "people",
    ("workbench.suggest", "kind"): "people",
    ("workbench.unrelate_term", "kind"): "broader",
    ("public.sitemap_page", "number"): "1",
    ("workbench.export_vocabulary", "kind"): "csv",
    ("public.passage_data", "ext"): "json",
    ("public.list_file", "ext"): "json",
}
# Pages about things exist for an audience as far as its editions lead there; these are only in workbenches.
ONLY_AT_DESKS = {"evidence", "redaction", "submission", "withdrawal", "job", "request", "user", "tagging"}
# What is published by itself: here only beside the public testimony.
OF_REGISTERS = {"event", "source", "question", "claim"}
# Answers of doors that let somebody in and were asked with an empty form, or by GET.
LET_IN = {200, 202, 204, 206, 302, 303, 304, 400, 404, 405, 409, 410, 412, 413, 415, 422, 429}


@dataclass
class House:
    """The archive of the matrix: its doors, what it holds in each state, and a cookie for each role."""

    app: Flask
    things: dict[tuple[str, str], str] = field(default_factory=dict)  # kind, state: identifier
    cookies: dict[Role | None, str] = field(default_factory=dict)
    tokens: dict[Role | None, str] = field(default_factory=dict)
    nothing: dict[tuple[str, str, Role | None], tuple[int, str]] = field(default_factory=dict)  # its answers


@dataclass(frozen=True)
class Cell:
    """One question to one door."""

    rule: str
    endpoint: str
    method: str
    role: Role | None
    state: str
    address: str
    twin: str  # the same address of nothing
    kind: str = ""


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.value if role else "nobody")
def test_every_cell_of_the_matrix(role, house, record_property):
    cells = [cell for cell in matrix(house) if cell.role is role]
    wrong = [told for cell in cells if (told := fault(house, cell))]
    record_property("cells", len(cells))
    assert not wrong, f"{len(wrong)} of {len(cells)}:\n" + "\n".join(wrong[:40])
    assert len(cells) > 1_000


def test_every_route_is_in_the_policy_table(house):
    assert not undeclared(house.app)


def test_a_planted_route_without_a_guard_is_found(house):
    """Left out of the table it is undeclared; in it, it tells of what is hidden and fails its cells."""
    planted = plant(house)
    assert undeclared(planted.app) == {"planted"}
    hidden = planted.things["testimony", "closed"]
    assert ask(planted, "GET", f"/testimonies/{hidden}/planted", None).status_code == 404
    DOORS["planted"] = Action.READ
    try:
        told = {
            (cell.role, cell.state)
            for cell in matrix(planted)
            if cell.endpoint == "planted" and cell.method == "GET" and fault(planted, cell)
        }
    finally:
        del DOORS["planted"]
    assert {(None, state) for state in (*HIDES, "restricted", "reading_room")} <= told
    assert (Role.ADMINISTRATOR, "closed") not in told


def test_an_argument_that_nobody_knows_fails_by_name(house):
    rule = Rule("/riddles/<riddle>", endpoint="planted")
    with pytest.raises(LookupError, match=r"riddles/<riddle>"):
        arguments(rule)


def undeclared(app: Flask) -> set[str]:
    return {rule.endpoint for rule in app.url_map.iter_rules()} - set(DOORS)


def matrix(house: House) -> Iterator[Cell]:
    """Every cell there is."""
    adapter = house.app.url_map.bind("localhost")
    paths: dict[str, list[Rule]] = {}
    for rule in house.app.url_map.iter_rules():
        paths.setdefault(rule.rule, []).append(rule)
    for path, rules in paths.items():
        kind, values = arguments(rules[0])
        allowed = {method: rule for rule in rules for method in rule.methods or ()}
        there = [state for state in STATES if (kind, state) in house.things]
        for method in METHODS:
            rule = allowed.get(method)
            states = there if rule and there else ["nonexistent"]
            for state in states:
                address, twin = (
                    adapter.build((rule or rules[0]).endpoint, filled, method=method if rule else None)
                    for filled in (
                        _fill(values, house.things.get((kind, state), NOTHING)),
                        _fill(values, NOTHING),
                    )
                )
                if not rule and _answered_elsewhere(adapter, address, method):
                    continue  # by a rule with an argument in this place, which has cells of its own
                for role in ROLES:
                    endpoint = rule.endpoint if rule else ""
                    yield Cell(path, endpoint, method, role, state, address, twin, kind)


def _answered_elsewhere(adapter: MapAdapter, address: str, method: str) -> bool:
    try:
        adapter.match(address, method)
    except HTTPException:
        return False
    return True


def arguments(rule: Rule) -> tuple[str, dict[str, Any]]:
    """The kind of record an address is about, and its arguments; None stands for that record."""
    kind, values = "", dict[str, Any]()
    for before, name in re.findall(r"/?([a-z-]*)[/.-]?<(?:[^:>]+:)?(\w+)>", rule.rule):
        if (rule.endpoint, name) in BY_ENDPOINT:
            values[name] = BY_ENDPOINT[rule.endpoint, name]
        elif not kind and before in NAMES:
            kind, values[name] = NAMES[before], None
        elif name in VALUES:
            values[name] = VALUES[name]
        elif before in NAMES:
            values[name] = 0 if "number" in name else NOTHING
        else:
            raise LookupError(
                f"{rule.rule}: nobody knows what {before}/<{name}> names. Say so in NAMES or VALUES here."
            )
    return kind, values


def _fill(values: dict[str, Any], identifier: str) -> dict[str, Any]:
    """The arguments of an address; a number where a number stands for the record."""
    return {
        name: (
            identifier
            if name not in ("number", "tagging_number")
            else int(identifier)
            if identifier.isdigit() and identifier != NOTHING
            else 0
        )
        if value is None
        else value
        for name, value in values.items()
    }


def fault(house: House, cell: Cell) -> str:
    """What is wrong with a cell; empty when it answers as the table says."""
    answer = ask(house, cell.method, cell.address, cell.role)
    status, told = (
        answer.status_code,
        f"{cell.method} {cell.address} ({cell.state}) as {cell.role or 'nobody'}",
    )
    if not cell.endpoint:
        return "" if status == 405 else f"{told}: {status}, not 405"
    action = DOORS.get(cell.endpoint)
    if action is None or (cell.role is not None and cell.role not in WHO_MAY[action]):
        return _as_nothing(house, cell, answer, told)
    if cell.role not in WHO_MAY[action]:
        to = answer.headers.get("Location", "")
        return "" if status == 302 and to.startswith("/sign-in") else f"{told}: {status} {to}, not to sign-in"
    if status not in LET_IN:
        return f"{told}: {status}"
    if status == 302 and answer.headers["Location"].startswith("/sign-in") and cell.role:
        return f"{told}: sent to sign in"
    if not cell.kind or cell.kind == "nothing":
        return ""
    if cell.state == "destroyed" and cell.kind == "testimony":
        is_staff = AUDIENCE_OF[cell.role] is Audience.STAFF
        return (
            ""
            if status in (404, 410) or (is_staff and status >= 400) or cell.method != "GET"
            else f"{told}: {status}, not gone"
        )
    if sees(cell, action):
        hides = status == 404 and cell.method == "GET" and NOTHING not in cell.address
        return f"{told}: 404 for what is there" if hides else ""
    if AUDIENCE_OF[cell.role] is Audience.STAFF:
        # Nothing is hidden from them: an empty form may be refused before anybody looks for its record.
        return f"{told}: {status} for nothing" if status < 400 else ""
    return _as_nothing(house, cell, answer, told)


def sees(cell: Cell, action: Action) -> bool:
    """Whether this role may know of the record at this door."""
    audience = AUDIENCE_OF[cell.role]
    if cell.state == "nonexistent" or cell.state == "destroyed":
        return False
    if audience is Audience.STAFF:
        return True
    if cell.kind in ONLY_AT_DESKS:
        return False
    if cell.role in WHO_MAY[Action.ASK] and cell.endpoint in ("public.testimony", "public.ask_access"):
        level = LEVELS.get(cell.state)  # that it is there, and no more
        if level and Audience.NAMED in EDITIONS[level]:
            return True
        if action is Action.ASK:
            return False
    if cell.kind in OF_REGISTERS:
        return cell.state == "public"
    level = LEVELS.get(cell.state)
    return level is not None and audience in EDITIONS[level]


def _as_nothing(house: House, cell: Cell, answer: Any, told: str) -> str:
    """The answer must be that of nothing, byte for byte but for a nonce and a token."""
    if answer.status_code != 404:
        return f"{told}: {answer.status_code}, not 404"
    asked = cell.method, cell.twin, cell.role
    if asked not in house.nothing:  # what a door writes is taken back: it is answered alike each time
        twin = ask(house, *asked)
        house.nothing[asked] = twin.status_code, plainly(twin.text)
    if house.nothing[asked] != (404, plainly(answer.text)):
        return f"{told}: differs from what answers for nothing"
    return ""


def plainly(text: str) -> str:
    text = re.sub(r'nonce="[^"]+"', "", text)
    return re.sub(r'name="csrf_token" value="[^"]*"', "", text)


def ask(house: House, method: str, address: str, role: Role | None) -> Any:
    """Knock, as this role, with an empty form that carries its token."""
    visitor = house.app.test_client(use_cookies=False)
    data = {"csrf_token": house.tokens[role]} if method != "GET" else None
    answer = visitor.open(address, method=method, data=data, headers={"Cookie": house.cookies[role]})
    answer.get_data()  # whole, so that what was opened for it can be let go
    answer.close()
    return answer


@pytest.fixture(scope="module")
def house(blank, tmp_path_factory) -> Iterator[House]:
    """One archive with a record in every state. What its doors write is taken back."""
    home = tmp_path_factory.mktemp("matrix") / "home"
    shutil.copytree(blank, home)
    app = create_app(Settings(home=home, base_url="http://localhost"))
    app.testing = False
    house = House(app)
    archive: Archive = app.extensions["archive"]
    fill(house, archive)
    for role in ROLES:
        enter(house, archive, role)
    committed, archive.writing = archive.writing, taking_back(archive)  # type: ignore[method-assign]
    yield house
    archive.writing = committed  # type: ignore[method-assign]
    archive.close()


class Enough(Exception):
    """Raised at the end of what a door writes, so that it is taken back."""


def taking_back(archive: Archive) -> Any:
    """Writing as ever, but nothing is committed: every cell meets the archive as it was."""

    @contextmanager
    def writing() -> Iterator[Any]:
        with suppress(Enough), Archive.writing(archive) as session:
            yield session
            session.flush()
            session.expunge_all()  # what the door still reads of them stays as it was read
            raise Enough

    return writing


def enter(house: House, archive: Archive, role: Role | None) -> None:
    visitor = house.app.test_client()
    if role:
        with archive.writing():
            accounts.add(f"{role}@example.org", role, PASSWORD, OPERATOR)
        done = post(visitor, "/sign-in", "/sign-in", email=f"{role}@example.org", password=PASSWORD)
        assert done.status_code == 303
    page = visitor.get("/sign-in" if role is None else "/")
    house.tokens[role] = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    house.cookies[role] = f"session={visitor.get_cookie('session').value}"


def fill(house: House, archive: Archive) -> None:
    for state, said in STATES.items():
        house.things |= {(kind, "nonexistent"): NOTHING for kind in {*NAMES.values(), ""} - {"nothing", ""}}
        if state == "destroyed":
            given, _ = send(archive)
            house.things["testimony", state] = accept(archive, given)
            with archive.writing():
                withdrawing.withdraw(given, "destroy")
        elif state != "nonexistent":
            hold(house, archive, state, said)
    loose_ends(house, archive)


def hold(house: House, archive: Archive, state: str, said: dict[str, Any]) -> None:
    """A testimony in this state, and one of each thing that only it leads to."""
    record = testimony(
        state,
        f"Words of the {state} one.",
        f"More words of the {state} one.",
        title=f"Title of the {state} one",
        agents=(Agent(f"Narrator of the {state} one"),),
        places=(Named(f"Place of the {state} one"),),
        date=FuzzyDate("1992"),
        tags=(Tag(f"tag of the {state} one"),),
        **said,
    )
    with archive.writing() as session:
        collection = exchanging.find_collection(f"Collection of the {state} one", record)
        kept = accessioning.accession(record, collection, OPERATOR, publish=state != "unpublished")
        event, source = Event(title=f"Event of the {state} one"), Source(title=f"Source of the {state} one")
        question = Question(text=f"Question of the {state} one?", event=event)
        claim = Claim(text=f"Claim of the {state} one.", question=question, source=source)
        for entry in (event, source, question, claim):  # of a register each is published by itself
            entry.is_published = state == "public"
        session.add_all([event, source, question, claim])
        session.flush()
        kept.events.append(event)
        evidence = linking.link(kept.identifier, 0, 0, claim.identifier, "supports", "saw", OPERATOR)
        redaction = redacting.redact(kept.identifier, 1, 1, "danger", OPERATOR)
        found = {
            "testimony": kept,
            "collection": kept.collection,
            "person": session.scalars(select(Person).filter_by(name=f"Narrator of the {state} one")).one(),
            "place": session.scalars(select(Place).filter_by(name=f"Place of the {state} one")).one(),
            "event": event,
            "source": source,
            "question": question,
            "claim": claim,
            "evidence": evidence,
            "redaction": redaction,
        }
        house.things |= {(kind, state): thing.identifier for kind, thing in found.items() if thing}
        if tagging := session.scalars(select(Tagging).filter_by(testimony_id=kept.id)).first():
            house.things["tagging", state] = str(tagging.id)
    assert isinstance(collection, Collection)


def loose_ends(house: House, archive: Archive) -> None:
    """One of each thing that no state of a testimony hides, since it is only at desks."""
    given, _ = send(archive)
    with archive.writing() as session:
        job = Job(name="index", arguments={}, state=JobState.FAILED)
        user = User(email="somebody@example.org", name="Somebody", role=Role.READER)
        session.add_all([job, user])
        session.flush()
        kept = session.scalars(select(Testimony).filter_by(source_id="restricted")).one()
        request = AccessRequest(
            user_id=user.id, testimony_id=kept.id, reason="why", asked_on=date(2026, 1, 1)
        )
        session.add(request)
        session.flush()
        withdrawal = session.scalars(select(Withdrawal).filter(Withdrawal.testimony != "")).first()
        house.things |= {
            ("submission", "closed"): given,
            ("job", "closed"): str(job.id),
            ("user", "closed"): user.identifier,
            ("request", "closed"): request.identifier,
        }
        if withdrawal:
            house.things["withdrawal", "closed"] = withdrawal.identifier
        assert session.scalars(select(Evidence)).all()
        assert session.scalars(select(Redaction)).all()


def plant(house: House) -> House:
    """The same house with a door that somebody made in a hurry."""
    app = create_app(house.app.extensions["archive"].settings)
    app.testing = False

    def planted(identifier: str) -> str:
        from app.db import session

        title = session().scalar(select(Testimony.title).filter_by(identifier=identifier))
        return title or "There is none."

    app.add_url_rule("/testimonies/<identifier>/planted", "planted", planted)
    return House(app, house.things, house.cookies, house.tokens)
