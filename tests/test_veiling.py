"""A veiled name is nowhere a reader can look: in whatever case, ending or spacing it was written."""

import re
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.cli.base import OPERATOR
from app.errors import Conflict, Invalid
from app.models import Claim, Mention, Person, PersonName, Question, Testimony
from app.records import Agent, Chapter, Line, Named, Script
from app.services import claiming, editions, linking, masking, publishing, veiling
from tests.conftest import post, testimony
from tests.test_hiding import everything_said
from tests.test_redacting import give_file

VEILS = {
    "Quorvan Zimbletree": "Q.",
    "Zimbletree": "Z.",
    "Əliyeva Xuraman": "Ə. X.",
    "Анна Павловна": "А. П.",
    "Павел": "П.",
    "Արամ Խաչատրյան": "Ա. Խ.",
    "Bo": "B.",
}
ENDINGS = {
    "latin": ["", "", "'s", "’s", "s"],
    "turkic": ["", "nın", "dan", "ı", "'nin", "’dan", "lar", "larından", "gildən"],
    "cyrillic": ["", "а", "у", "ом", "е", "ы", "ой"],
    "armenian": ["", "ի", "ին", "ից", "ով", "ը"],
}
SCRIPTS = ["latin", "latin", "turkic", "cyrillic", "cyrillic", "armenian", "latin"]
MARKS = ["", "\u00ad", "\u200d"]


def shout(word: str, how: int) -> str:
    return [word, word.upper(), word.lower(), word.title(), unicodedata.normalize("NFD", word)][how % 5]


@st.composite
def spoken(draw) -> tuple[str, str]:
    """A form as somebody writes it, and the bare form."""
    number = draw(st.integers(0, len(VEILS) - 1))
    form, script = list(VEILS)[number], SCRIPTS[number]
    words = []
    for word in form.split():
        stem = word
        ending = draw(st.sampled_from(ENDINGS[script]))
        if script == "cyrillic" and ending and word[-1] in "аяы":
            stem = word[:-1]
        if len(form) < masking.SHORT and not ending.startswith(("'", "’")):
            ending = ""
        mark = draw(st.sampled_from(MARKS))
        words.append(stem[:1] + mark + stem[1:] + ending)
    said = draw(st.sampled_from([" ", "  ", "-", "\n", " \u00a0", ", "])).join(words)
    return shout(said, draw(st.integers(0, 4))), form


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(spoken(), min_size=1, max_size=4), st.sampled_from(["and then ", "— ", "«", "x, ", ""]))
def test_no_form_is_left_standing_however_it_is_written(parts, between):
    text = " ".join(f"{between}{said}." for said, _ in parts)
    given_out = masking.veiled(text, VEILS)
    left = left_standing(given_out)
    assert not left, (text, given_out, left)


@settings(max_examples=200, deadline=None)
@given(st.lists(spoken(), min_size=1, max_size=3), st.data())
def test_no_form_is_left_where_a_line_ends_within_it(parts, data):
    words = " ".join(said for said, _ in parts).split(" ")
    cut = data.draw(st.integers(0, len(words)))
    lines = [" ".join(words[:cut]), " ".join(words[cut:])]
    shown = masking.veiled_lines(lines, VEILS)
    assert len(shown) == 2
    assert not left_standing(" ".join(shown)), (lines, shown)


def left_standing(text: str) -> list[str]:
    """The forms that stand in the text as words, found in another way than the veil finds them."""
    bare = "".join(
        sign
        for sign in unicodedata.normalize("NFKD", text.casefold())
        if unicodedata.category(sign) not in ("Mn", "Cf")
    ).replace("ı", "i")
    words = re.findall(r"[^\W_]+", bare)
    left = []
    for form in VEILS:
        wanted = [
            unicodedata.normalize("NFKD", w.casefold()).replace("\u0306", "").replace("ı", "i")
            for w in form.split()
        ]
        size = len(wanted)
        for at in range(len(words) - size + 1):
            if all(same(w, s, len(form) < 4) for w, s in zip(wanted, words[at : at + size], strict=True)):
                left.append(form)
    return left


def same(form: str, word: str, short: bool) -> bool:
    """Whether a word is the form, alone or with a short ending."""
    return word == form or (not short and word.startswith(form) and len(word) - len(form) <= 4)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("I met QUORVAN   Zimbletree's son.", "I met Q. son."),
        ("zimbletree, quorvan", "Q."),
        ("Zimbletrees and Bob and bo's", "Z. and Bob and B."),
        ("Əliyeva Xuramanın evi", "Ə. X. evi"),
        ("С Анной Павловной и Павлом", "С А. П. и П."),
        ("Արամ Խաչատրյանի տունը", "Ա. Խ. տունը"),
        ("Zimble tree and Bone", "Zimble tree and Bone"),
        ("nothing here", "nothing here"),
    ],
)
def test_names_are_replaced_with_the_endings_of_their_language(text, shown):
    assert masking.veiled(text, VEILS) == shown


NAME = "Quixnam Zorblatt"


@pytest.fixture
def held(keep, archive, work) -> tuple[str, str, str]:
    """A testimony that mentions a person in every field there is; one that speaks of them; the person."""
    record = testimony(
        "one",
        f"I knew {NAME} well.",
        "ZORBLATT'S house stood by the bridge with the lantern.",
        "That was quixnam- zorblatt.",
        title=f"About {NAME}",
        summary=f"She tells of {NAME}.",
        chapters=(Chapter(f"The house of {NAME}", 0, 2000, 0, 1, "Zorblatts all", ("Zorblatt", "bridge")),),
        agents=(
            Agent("Ana Vell"),
            Agent(NAME, "mentioned-by", note="the widow"),
            Agent("Bea", note=f"with {NAME}"),
        ),
        people=(Named(NAME),),
        content_note=f"{NAME} dies.",
        rights=f"{NAME}'s heirs",
    )
    beside = Script(
        "fr", tuple(Line(n, f"Chez {NAME}, {n}") for n in range(3)), "translation", translator=NAME
    )
    import dataclasses

    one = keep(dataclasses.replace(record, scripts=(*record.scripts, beside)))
    other = keep(testimony("two", "Nobody but zorblatt came that night.", "The lantern went out."))
    work()
    with archive.reading() as session:
        return one, other, session.scalar(select(Person.identifier).where(Person.name == NAME))


def said_to_strangers(client, archive) -> list[str]:
    """Where the words of the name are met, in pages, JSON, search, feed and raw files."""
    said = everything_said(client)
    raw = [p for p in (archive.settings.home / "search_index" / "public").rglob("*") if p.is_file()]
    files = [
        f"{p.name}: {w}" for p in raw for w in ("zorblatt", "quixnam") if w.encode() in p.read_bytes().lower()
    ]
    return [word for word in ("zorblatt", "quixnam") if word in said] + files


def test_a_veiled_name_is_nowhere_and_comes_back(held, client, archive, work):
    one, other, person = held
    assert said_to_strangers(client, archive)
    with archive.writing():
        asked = claiming.make_question("Who was there?", OPERATOR, is_published=True)
        claim = claiming.make_claim(
            asked.identifier, f"{NAME} saved ten.", OPERATOR, note="Zorblatt's deed", is_published=True
        ).identifier
        linking.link(
            other,
            1,
            1,
            claim,
            "supports",
            "heard_from",
            OPERATOR,
            note=f"Not {NAME}?",
            heard_from=NAME,
        )
        veiling.veil(person, "N. N.", ["Zorblatt", "Quixnam"], OPERATOR, also_in=[other])
    assert "zorblatt" not in client.get(f"/testimonies/{one}").text.lower()  # before any job has run
    assert client.get("/api/v1/search?q=zorblatt").json["hits"] == []
    work()
    assert said_to_strangers(client, archive) == []
    page = client.get(f"/testimonies/{one}").text
    assert "I knew N. N. well." in page
    assert "the widow" not in page
    assert "N. N. saved ten." in client.get(f"/claims/{claim}").text
    assert "N. N." in client.get(f"/people/{person}").text
    with archive.writing():
        veiling.unveil(person, OPERATOR)
    work()
    assert f"I knew {NAME} well." in client.get(f"/testimonies/{one}").text
    assert client.get("/api/v1/search?q=quixnam").json["total"] > 0
    with archive.reading() as session:  # what only the veil made a mention is none any more
        kept = session.scalar(select(Testimony).where(Testimony.identifier == other))
        assert kept.mentions == []


def test_staff_go_on_reading_the_name(held, archive, sign_in):
    one, _, person = held
    with archive.writing():
        veiling.veil(person, "N. N.", ["Zorblatt"], OPERATOR)
    assert f"I knew {NAME} well." in sign_in("archivist").get(f"/testimonies/{one}").text


def test_the_scan_finds_where_it_is_spoken_and_the_door_shows_it_first(held, archive, sign_in, client, work):
    one, other, person = held
    archivist = sign_in("archivist")
    form = f"/workbench/people/{person}/veil?look=1"
    page = archivist.get(form).text
    assert "Nobody but zorblatt came that night." in page
    assert "Nobody but Q. Z. came that night." in page
    assert f'name="also_in" value="{other}" checked' in page
    assert f'name="also_in" value="{one}"' not in page
    assert "Zorblatt" in client.get(f"/testimonies/{one}").text  # nothing is done by looking
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    fields = {"public_name": "Q. Z.", "spoken": "Zorblatt\nQuixnam", "also_in": other, "version": version}
    done = post(archivist, form, f"/workbench/people/{person}/veil", **fields)
    assert done.status_code == 303
    for identifier in (one, other):
        assert "zorblatt" not in client.get(f"/testimonies/{identifier}").text.lower()
    late = post(archivist, form, f"/workbench/people/{person}/veil", **fields)
    assert late.status_code == 409
    assert post(archivist, form, f"/workbench/people/{person}/unveil").status_code == 303
    assert "zorblatt" in client.get(f"/testimonies/{other}").text


def test_a_testimony_that_is_not_ticked_keeps_its_words(held, archive, client):
    _, other, person = held
    with archive.writing():
        veiling.veil(person, "N. N.", ["Zorblatt"], OPERATOR)
    assert "zorblatt" in client.get(f"/testimonies/{other}").text


@pytest.mark.parametrize("public", ["", "Quixnam", "Old Zorblatt", "Zorblatt's widow"])
def test_a_public_name_that_says_the_kept_one_is_refused(public, held, archive):
    with pytest.raises(Invalid), archive.writing():
        veiling.veil(held[2], public, ["Zorblatt"], OPERATOR)


def test_a_veil_covers_all_who_were_merged_with_the_person(held, archive, client, work):
    _, _, person = held
    with archive.writing() as session:
        first = session.scalar(select(Person).where(Person.identifier == person))
        same = Person(name="Xylophena Brindlewick", merged_into_id=first.id)
        same.names = [PersonName(form="Xyla")]
        session.add(same)
        session.flush()
        third = keep_another(session, same)
        session.expire_all()
        publishing.publish(third)
        identifier = third.identifier
    assert "Brindlewick" in client.get(f"/testimonies/{identifier}").text
    with archive.writing():
        veiling.veil(person, "N. N.", [], OPERATOR)
    work()
    page = client.get(f"/testimonies/{identifier}").text
    assert "N. N. sang" in page
    assert "brindlewick" not in page.lower()
    assert "brindlewick" not in everything_said(client)


def keep_another(session, person) -> Testimony:
    from app.services import accessioning, exchanging

    record = testimony("three", "Xylophena Brindlewick sang.", "Xyla sang.")
    kept = accessioning.accession(record, exchanging.find_collection("Tests", record), OPERATOR, publish=True)
    kept.mentions.append(Mention(testimony_id=kept.id, person_id=person.id))
    session.flush()
    return kept


def test_a_recording_that_says_a_veiled_name_is_withheld_until_the_veil_is_gone(held, archive, client):
    one, _, person = held
    ref = give_file(archive, one, "tape.mp3")
    assert f"/media/{ref}" in client.get(f"/testimonies/{one}").text
    with archive.writing():
        veiling.veil(person, "N. N.", [], OPERATOR)
    assert ref not in client.get(f"/testimonies/{one}").text
    assert client.get(f"/media/{ref}").status_code == 404
    with archive.writing():
        veiling.unveil(person, OPERATOR)
    assert ref in client.get(f"/testimonies/{one}").text


def test_a_name_is_veiled_from_the_desk(held, sign_in, archive):
    _, other, person = held
    archivist = sign_in("archivist")
    form = f"/workbench/testimonies/{other}"
    to = f"/workbench/testimonies/{other}/veil"
    known = post(archivist, form, to, panel="withheld", person="zorblatt quixnam", person_id="")
    assert known.status_code == 303
    chosen = post(archivist, form, to, panel="withheld", person="", person_id=person)
    assert f"/people/{person}/veil" in chosen.headers["Location"]
    refused = post(archivist, form, to, panel="withheld", person=" ", person_id="")
    assert refused.status_code == 422
    assert "Write the name, or choose the person." in refused.text


def test_where_there_is_no_veil_none_is_taken_away(held, archive):
    with pytest.raises(Conflict), archive.writing():
        veiling.unveil(held[2], OPERATOR)


def test_a_testimony_without_veils_is_given_as_it_is(archive, keep):
    identifier = keep(testimony("plain", "Words of\u00a0mine.\x1fMore."))
    with archive.reading():
        held = linking.find(identifier)
        record = editions.whole(held)
        seen = editions.seen_by(publishing.Audience.PUBLIC, record, editions.veils(held))
        assert [line.text for line in seen.lines] == [line.text for line in record.lines]


def test_what_a_link_says_of_somebody_veiled_elsewhere_is_veiled_too(keep, archive, client):
    """The account does not name them; the archivist's words about it do, before and after the veil."""
    keep(testimony("hers", "I saw it.", agents=(Agent("Zorblatt Quenneville"),)))
    other = keep(testimony("his", "It was night.", "It rained.", agents=(Agent("Ana Vell"),)))
    with archive.writing() as session:
        question = Question(text="When?", is_published=True)
        claims = [Claim(text=text, question=question, is_published=True) for text in ("Night.", "Rain.")]
        session.add_all([question, *claims])
        session.flush()
        ids = [claim.identifier for claim in claims]
        person = session.scalars(select(Person.identifier).filter_by(name="Zorblatt Quenneville")).one()
    said = {"heard_from": "Zorblatt Quenneville", "note": "See Zorblatt Quenneville."}
    with archive.writing():
        linking.link(other, 0, 0, ids[0], "supports", "heard_from", OPERATOR, **said)
    assert "Zorblatt" in client.get(f"/claims/{ids[0]}").text
    with archive.writing():
        veiling.veil(person, "a neighbour", ("Zorblatt",), OPERATOR)
        linking.link(other, 1, 1, ids[1], "supports", "heard_from", OPERATOR, **said)
    for number in ids:
        for address in (f"/claims/{number}", f"/api/v1/claims/{number}", f"/claims/{number}/evidence.csv"):
            told = client.get(address).text
            assert "a neighbour" in told
            assert "zorblatt" not in told.lower()
    assert "zorblatt" not in client.get(f"/testimonies/{other}.json").text.lower()
