"""One person under several names: suggested, merged, taken apart exactly; a veil covers all names at once."""

import pytest
from sqlalchemy import select

from app.models import Edition, KeptApart, Person, Place
from app.records import Agent, Named
from app.search import spelling
from app.services import likening, merging, searching
from tests.conftest import post, testimony

SPELLINGS = ("Ali Huseynov", "Əli Hüseynov", "Али Гусейнов")


@pytest.fixture
def archivist(sign_in):
    return sign_in("archivist")


@pytest.fixture
def people(archive, keep) -> list[str]:
    """Three spellings in two scripts, and somebody else, each in a testimony of their own."""
    for number, name in enumerate((*SPELLINGS, "Vera Tamm")):
        keep(
            testimony(f"t{number}", f"I am number {number}.", agents=(Agent(name),), collection=f"C{number}")
        )
    with archive.reading() as session:
        return [session.scalar(select(Person.identifier).filter_by(name=name)) for name in SPELLINGS]


def stamps(archive) -> list[tuple[object, ...]]:
    with archive.reading() as session:
        rows = session.execute(
            select(Edition.testimony_id, Edition.audience, Edition.stamp).order_by(
                Edition.testimony_id, Edition.audience
            )
        )
        return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    "names",
    [
        ("Huseynov", "Hüseynov", "Гусейнов", "Հուսեյնով", "Huseinov", "Huseynova"),
        ("Jafarov", "Cəfərov", "Джафаров", "Ջաֆարով", "Caferov"),
        ("Aliyev", "Əliyev", "Алиев", "Ալիև"),
        ("Petrosyan", "Петросян", "Պետրոսյան", "Petrosian"),
        ("Qasımov", "Гасымов"),
        ("Qasımov", "Kasimov", "Касимов"),
        ("Khojaly", "Xocalı", "Ходжалы", "Խոջալու"),
        ("Shusha", "Şuşa", "Шуша", "Շուշա"),
    ],
)
def test_a_name_has_one_key_in_every_spelling(names):
    assert frozenset.intersection(*map(spelling.keys, names))


def test_other_names_have_other_keys():
    names = ("Huseynov", "Hasanov", "Aliyev", "Petrosyan", "Jafarov", "Mammadov")
    assert len(frozenset.union(*map(spelling.keys, names))) >= len(names)
    for name in names:
        for other in names:
            assert name == other or not spelling.keys(name) & spelling.keys(other)


def test_three_spellings_in_two_scripts_are_suggested_as_one(archive, people, archivist):
    with archive.reading():
        (group,) = likening.doubles(Person)
    assert [one.name for one in group.members] == list(SPELLINGS)
    assert likening.Sign.OTHER_SCRIPT in group.pros
    assert likening.Sign.NO_COLLECTION in group.cons
    page = archivist.get("/workbench/people/doubles").text
    assert all(name in page for name in SPELLINGS)
    assert "the same name in another script" in page
    assert "Vera Tamm" not in page


@pytest.mark.parametrize(
    ("one", "other", "sign"),
    [
        ("A. Huseynov", "Ali Huseynov", likening.Sign.INITIAL),
        ("Али Мамедович Гусейнов", "Ali Huseynov", likening.Sign.PATRONYMIC),
        ("Ali Huseynov", "Alia Huseynova", likening.Sign.OTHER_ENDING),
    ],
)
def test_what_speaks_against_it_is_told(archive, one, other, sign):
    with archive.writing() as session:
        session.add_all([Person(name=one), Person(name=other)])
    with archive.reading():
        (group,) = likening.doubles(Person)
    assert sign in group.cons


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ali Huseynov", "Vagif Huseynov"),
        ("Ali Huseynov", "Ali Mammadov"),
        ("A. Huseynov", "V. Huseynov"),
        ("Ana", "Ana Vell"),
    ],
)
def test_those_who_share_only_a_part_of_a_name_are_not_suggested(archive, one, other):
    with archive.writing() as session:
        session.add_all([Person(name=one), Person(name=other)])
    with archive.reading():
        assert likening.doubles(Person) == []


def merge(archivist, people, stands):
    form = "/workbench/people/doubles"
    return post(archivist, form, "/workbench/people/merge", same=people, stands=stands)


def test_one_stands_for_all_everywhere_and_each_is_taken_apart_exactly(
    archive, people, archivist, client, work
):
    first, second, third = people
    before = stamps(archive)
    assert merge(archivist, people, first).status_code == 303
    work()
    moved = client.get(f"/people/{second}")
    assert (moved.status_code, moved.location) == (302, f"/people/{first}")
    page = client.get(f"/people/{first}").text
    assert all(name in page for name in SPELLINGS)
    assert page.count('class="card"') == 3
    listed = client.get("/people").text
    assert listed.count("/people/") < client.get("/people").text.count("/people/") + 1
    assert f"/people/{second}" not in listed
    with archive.reading():
        named = searching.ask("Гусейнов", "public").named
        assert [thing.ref for _, thing in named] == [first], "found under every name, as one"
    for one in (third, second):
        done = post(archivist, f"/workbench/people/{first}", f"/workbench/people/{one}/unmerge")
        assert done.status_code == 303
    work()
    assert stamps(archive) == before
    for one, name in zip(people, SPELLINGS, strict=True):
        assert client.get(f"/people/{one}").status_code == 200
        assert client.get(f"/people/{one}").text.count('class="card"') == 1, name


def test_merging_goes_to_the_root_and_never_in_a_circle(archive, people, archivist):
    first, second, third = people
    assert merge(archivist, [second, third], second).status_code == 303
    assert merge(archivist, [first, third], first).status_code == 303, (
        "third stands for second: so second goes"
    )
    assert merge(archivist, [first, second], third).status_code == 422, "they are one already"
    with archive.reading() as session:
        held = {p.identifier: p for p in session.scalars(select(Person))}
        assert held[third].in_use is held[first]
        assert held[second].merged_into is held[first]
        assert held[third].merged_into is held[second], (
            "what was merged before stays, to be undone step by step"
        )


def test_those_said_to_be_two_are_not_suggested_again(archive, people, archivist):
    form = "/workbench/people/doubles"
    assert post(archivist, form, "/workbench/people/apart", same=people[:2]).status_code == 303
    with archive.reading() as session:
        groups = likening.doubles(Person)
        assert all(len(group.members) == 2 for group in groups)
        assert not any({m.identifier for m in g.members} == set(people[:2]) for g in groups)
        assert session.scalars(select(KeptApart)).one().said_by
    assert post(archivist, form, "/workbench/people/apart", same=people).status_code == 303
    with archive.reading():
        assert likening.doubles(Person) == []


def test_a_veil_over_one_covers_every_name_at_once(archive, people, archivist, client, sign_in):
    first, second, third = people
    with archive.writing() as session:
        veiled = session.scalar(select(Person).filter_by(identifier=third))
        veiled.public_name = "A teacher"
    assert merge(archivist, people, first).status_code == 303
    # No worker has worked: a name that is veiled is gone at commit.
    with archive.reading() as session:
        heads = [e.head for e in session.scalars(select(Edition).filter_by(audience="public"))]
    told = str(heads) + client.get(f"/people/{first}").text + client.get("/people").text
    told += "".join(client.get(f"/testimonies/{head['identifier']}").text for head in heads)
    for name in SPELLINGS:
        assert name not in told
    assert "A teacher" in told
    gone, never = client.get(f"/people/{second}"), client.get("/people/000000000000")
    assert gone.status_code == 404, "an address that was known under a name leads nowhere"
    assert len(gone.data) == len(never.data)
    assert archivist.get(f"/people/{second}").status_code == 302
    with archive.reading():
        assert searching.ask("Huseynov", "public").named == ()
        assert [thing.ref for _, thing in searching.ask("Huseynov", "staff").named] == [first]


def test_invented_people_stay_apart_from_those_who_are_not(archive, archivist):
    with archive.writing() as session:
        session.add_all([Person(name="Ali Huseynov"), Person(name="Ali Huseynov", invented=True)])
        session.flush()
        both = list(session.scalars(select(Person.identifier)))
    with archive.reading():
        assert likening.doubles(Person) == []
    assert merge(archivist, both, both[0]).status_code == 409


def test_places_are_suggested_merged_and_found_under_every_name(archive, keep, archivist, client, work):
    one = keep(testimony("a", "From there.", places=(Named("Orrin"),)))
    other = keep(testimony("b", "From there too.", places=(Named("Оррин"),)))
    with archive.writing() as session:
        places = {place.name: place for place in session.scalars(select(Place))}
        for place in places.values():
            place.latitude, place.longitude = 40.0, 46.0
        ids = [places["Orrin"].identifier, places["Оррин"].identifier]
    with archive.reading():
        (group,) = likening.doubles(Place)
        assert {likening.Sign.NEAR, likening.Sign.OTHER_SCRIPT} <= set(group.pros)
    form = "/workbench/places/doubles"
    assert post(archivist, form, "/workbench/places/merge", same=ids, stands=ids[0]).status_code == 303
    work()
    assert client.get(f"/places/{ids[1]}").location == f"/places/{ids[0]}"
    page = client.get(f"/places/{ids[0]}").text
    assert f"/testimonies/{one}" in page
    assert f"/testimonies/{other}" in page
    assert client.get("/api/v1/search?q=place:Orrin").json["testimonies"] == 2
    assert (
        post(archivist, f"/workbench/places/{ids[0]}", f"/workbench/places/{ids[1]}/unmerge").status_code
        == 303
    )
    work()
    assert client.get("/api/v1/search?q=place:Orrin").json["testimonies"] == 1


def test_distance_is_measured_in_kilometres():
    one, other = Place(latitude=0.0, longitude=0.0), Place(latitude=0.0, longitude=1.0)
    assert likening.distance(one, other) == pytest.approx(111.2, abs=0.1)
    assert likening.distance(one, Place(latitude=None, longitude=None)) is None


def test_merging_is_told_in_the_trail(archive, people, archivist):
    from app.models import AuditEntry

    assert merge(archivist, people[:2], people[0]).status_code == 303
    with archive.reading() as session:
        entry = session.scalars(select(AuditEntry).filter_by(action="person.merge")).one()
        assert entry.target == f"person:{people[1]}"
        assert entry.details == {"into": people[0]}
        assert merging.testimonies(session.scalar(select(Person).filter_by(identifier=people[0])))
