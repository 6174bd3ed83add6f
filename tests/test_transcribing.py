"""A transcript is corrected in place: a new revision, nothing of the old one lost, translations follow."""

import io
import json
import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.cli.base import OPERATOR
from app.errors import Conflict, Invalid
from app.formats import jsonl
from app.models import Audience, AuditEntry, Passage, Segment, Testimony, Transcript
from app.records import Line, Script
from app.services import destroying, linking, reading, redacting, revisions, transcribing, translating
from app.services.reconciling import Choices, LinesDiffer
from tests.conftest import testimony
from tests.correcting import Edited, begin, lines_of, save

TEXTS = ("We left at dawn.", "The bridge was down.", "Nobody came back.", "We left at dusk.")


@pytest.fixture
def account(keep) -> str:
    return keep(testimony("t", *TEXTS))


@pytest.fixture
def lines() -> list[Edited]:
    return [told.line for told in begin(list(TEXTS))]


def texts_of(archive, identifier: str, language: str = "") -> list[str]:
    with archive.reading():
        return [line.text for line in lines_of(identifier, language)]


def page_of(client, identifier: str, page: str = "transcript") -> dict[str, list[str]]:
    """The fields of the form as the page gives them, to be changed and sent back."""
    html = client.get(f"/workbench/testimonies/{identifier}/{page}").text
    form = html[html.index('<form class="transcribing"') :].split("</form>")[0]
    fields: dict[str, list[str]] = {}
    inputs = r'<input type="(?:hidden|text|number)"[^>]*?name="(\w+)"[^>]*?value="([^"]*)"'
    for found in re.finditer(inputs + r'|<textarea[^>]*?name="(\w+)"[^>]*>\n([^<]*)</textarea>', form):
        name, value = (found[1], found[2]) if found[1] else (found[3], found[4])
        fields.setdefault(name, []).append(value.replace("&#39;", "'"))
    return fields


def send(client, identifier: str, fields: dict, page: str = "transcript"):
    return client.post(f"/workbench/testimonies/{identifier}/{page}", data=fields)


def test_a_page_is_saved_as_a_new_revision_and_the_old_one_stays(account, sign_in, archive, client):
    archivist = sign_in("archivist")
    fields = page_of(archivist, account)
    assert fields["text"] == list(TEXTS)
    fields["text"][1] = "The bridge was gone."
    fields["start"][1], fields["end"][1] = "00:00:02.250", "4"
    refused = send(archivist, account, fields)
    assert refused.status_code == 422
    assert "The times of line 1 cannot be read" in refused.text
    assert "The bridge was gone." in refused.text
    fields["end"][1], fields["note"] = "00:00:03.999", ["heard again"]
    assert send(archivist, account, fields).status_code == 303
    assert "Saved as revision 2." in archivist.get(f"/workbench/testimonies/{account}/transcript").text
    with archive.reading() as session:
        old, new = session.scalars(select(Transcript).order_by(Transcript.revision)).all()
        assert [s.text for s in old.segments] == list(TEXTS)
        assert (old.is_current, new.is_current, new.lineage) == (False, True, [[0], [1], [2], [3]])
        assert (new.segments[1].start_ms, new.segments[1].end_ms) == (2250, 3999)
        entry = session.scalars(select(AuditEntry).filter_by(action="transcript.revise")).one()
    assert (entry.details["before"], entry.details["after"], entry.details["changed"]) == (1, 2, [1])
    assert "bridge" not in json.dumps(entry.details)
    assert "The bridge was gone." in client.get(f"/testimonies/{account}").text
    assert "heard again" not in client.get(f"/testimonies/{account}.json").text


def test_saving_without_a_change_makes_no_revision(account, sign_in, archive):
    archivist = sign_in("archivist")
    send(archivist, account, page_of(archivist, account))
    assert "no new revision was made" in archivist.get(f"/workbench/testimonies/{account}/transcript").text
    with archive.reading() as session:
        assert len(session.scalars(select(Transcript)).all()) == 1


def test_lines_are_split_joined_removed_and_added_without_script(account, sign_in, archive):
    archivist = sign_in("archivist")
    fields = page_of(archivist, account)
    fields["text"][0] = "We left\r\n\r\nat dawn."
    fields["join"], fields["remove"], fields["unclear"] = ["2"], ["3"], ["0"]
    fields["add_after"], fields["add_text"], fields["add_speaker"] = ["2"], ["And then?"], ["Interviewer"]
    assert send(archivist, account, fields).status_code == 303
    assert texts_of(archive, account) == [
        "We left",
        "at dawn.",
        "The bridge was down. Nobody came back.",
        "And then?",
    ]
    with archive.reading() as session:
        new = session.scalars(select(Transcript).filter_by(is_current=True)).one()
        assert new.lineage == [[0], [0], [1, 2], []]
        assert [(s.start_ms, s.end_ms) for s in new.segments] == [
            (0, 933),
            (933, 2000),
            (2000, 6000),
            (None, None),
        ]
        assert [s.is_unclear for s in new.segments] == [True, True, False, False]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"text": ""}, "Line 2 has no words"),
        ({"end_ms": 1}, "Line 2 ends before it begins."),
        ({"text": "x" * 20_001}, "Line 2 is too long"),
        ({"speaker": "x" * 201}, "The speaker of line 2"),
        ({"end_ms": 2**31}, "The time of line 2 is later"),
        ({"came_from": (9,)}, "Line 2 is said to come from"),
        ({"came_from": (0,)}, "The lines must stay in their order."),
    ],
)
def test_what_cannot_stand_is_refused_and_the_line_is_named(change, says, account, archive, lines):
    lines[2] = replace(lines[2], **change)
    with archive.writing(), pytest.raises(Invalid, match=re.escape(says)):
        save(account, 1, lines)


def test_an_unclear_line_needs_no_words(account, archive, lines):
    with archive.writing():
        assert save(account, 1, [*lines[:3], replace(lines[3], text="", is_unclear=True)]) == 2


def test_a_page_of_a_long_transcript_leaves_the_others_as_they_are(keep, sign_in, archive):
    long = [f"Line number {n}." for n in range(120)]
    identifier = keep(testimony("long", *long))
    archivist = sign_in("archivist")
    fields = page_of(archivist, identifier, "transcript?page=2")
    assert fields["from"][0] == "50"
    fields["text"][0] = "The fiftieth."
    fields["remove"] = ["51"]
    assert send(archivist, identifier, fields).status_code == 303
    assert texts_of(archive, identifier) == [*long[:50], "The fiftieth.", *long[52:]]


def test_two_who_change_different_lines_both_keep_theirs(account, archive, lines):
    with archive.writing():
        save(account, 1, [replace(lines[0], text="We left early."), *lines[1:]])
    with archive.writing():
        save(account, 1, [*lines[:2], Edited((), "Inserted."), lines[2]])
    assert texts_of(archive, account) == [
        "We left early.",
        "The bridge was down.",
        "Inserted.",
        "Nobody came back.",
    ]


def test_two_who_change_the_same_line_choose_and_nothing_is_lost(account, sign_in, archive):
    archivist = sign_in("archivist")
    mine, theirs = page_of(archivist, account), page_of(archivist, account)
    theirs["text"][1] = "The bridge was gone."
    assert send(archivist, account, theirs).status_code == 303
    mine["text"][1], mine["text"][2] = "The bridge had fallen.", "Nobody ever came back."
    asked = send(archivist, account, mine)
    assert asked.status_code == 409
    for words in ("The bridge was down.", "The bridge was gone.", "The bridge had fallen.", "ever came"):
        assert words in asked.text
    assert texts_of(archive, account)[1] == "The bridge was gone."
    key = re.search(r'name="(choice-[^"]+)"', asked.text)[1]
    against = re.search(r'name="against" value="(\d+)"', asked.text)[1]
    done = send(archivist, account, {**mine, key: "yours", "against": against})
    assert done.status_code == 303
    assert texts_of(archive, account)[1:3] == ["The bridge had fallen.", "Nobody ever came back."]


def test_a_choice_against_an_older_revision_is_asked_again(account, archive, lines):
    def wish(words):
        return [lines[0], replace(lines[1], text=words), *lines[2:]]

    with archive.writing():
        save(account, 1, wish("One."))
    with archive.writing(), pytest.raises(LinesDiffer) as differs:
        save(account, 1, wish("Two."))
    with archive.writing():
        save(account, 2, wish("Three."))
    picked = {differs.value.differences[0].key: "yours"}
    with archive.writing(), pytest.raises(LinesDiffer):
        save(account, 1, wish("Two."), choices=Choices(2, picked))
    assert texts_of(archive, account)[1] == "Three."


def test_splitting_what_another_corrected_is_a_disagreement(account, archive, lines):
    with archive.writing():
        save(account, 1, [lines[0], replace(lines[1], text="The bridge was gone."), *lines[2:]])
    parts = [replace(lines[1], text="The bridge"), replace(lines[1], text="was down.")]
    with archive.writing(), pytest.raises(LinesDiffer) as differs:
        save(account, 1, [lines[0], *parts, *lines[2:]])
    (difference,) = differs.value.differences
    assert [line.text for line in difference.yours] == ["The bridge", "was down."]


def test_both_of_two_lines_added_at_one_place_can_be_kept(account, archive, lines):
    for read, words in ((1, "One."), (1, "Two.")):
        made = [lines[0], Edited((), words), *lines[1:]]
        try:
            with archive.writing():
                save(account, read, made)
        except LinesDiffer as differs:
            picked = {differs.differences[0].key: "both"}
            with archive.writing():
                save(account, read, made, choices=Choices(differs.against, picked))
    assert texts_of(archive, account) == [TEXTS[0], "One.", "Two.", *TEXTS[1:]]


def test_revisions_are_listed_compared_and_restored(account, sign_in, archive):
    archivist = sign_in("archivist")
    fields = page_of(archivist, account)
    fields["text"][1], fields["note"] = "The old bridge was gone.", ["heard again"]
    send(archivist, account, fields)
    listed = archivist.get(f"/workbench/testimonies/{account}/revisions").text
    assert "heard again" in listed
    assert "1 line changed" in listed
    compared = archivist.get(f"/workbench/testimonies/{account}/revisions/1/2").text
    assert "<ins>old</ins>" in compared
    assert "<del>down.</del>" in compared
    assert archivist.get(f"/workbench/testimonies/{account}/revisions/1/9").status_code == 404
    token = re.search(r'name="csrf_token" value="([^"]+)"', listed)[1]
    to = f"/workbench/testimonies/{account}/revisions/1/restore"
    assert archivist.post(to, data={"csrf_token": token, "read": 1}).status_code == 409
    assert archivist.post(to, data={"csrf_token": token, "read": 2}).status_code == 303
    assert texts_of(archive, account) == list(TEXTS)
    with archive.reading() as session:
        assert len(session.scalars(select(Transcript)).all()) == 3


def test_only_what_differs_is_shown_until_all_is_asked_for(keep, sign_in, archive):
    identifier = keep(testimony("long", *[f"Line number {n}." for n in range(40)]))
    with archive.writing():
        read = lines_of(identifier)
        save(identifier, 1, [*read[:20], replace(read[20], text="Other."), *read[21:]])
    archivist = sign_in("archivist")
    address = f"/workbench/testimonies/{identifier}/revisions/1/2"
    assert "Line number 17." not in archivist.get(address).text
    assert "18 lines are the same" in archivist.get(address).text
    assert "Line number 17." in archivist.get(f"{address}?all=1").text


def test_looks_are_shown_and_settled_through_the_page(account, sign_in, archive, lines):
    with archive.writing():
        found = linking.pick(linking.find(account), 1, 2)
        found.title, passage = "The bridge", found.identifier
        save(account, 1, [lines[0], *lines[2:]])
    archivist = sign_in("archivist")
    page = archivist.get(f"/workbench/testimonies/{account}/looks").text
    assert "Some of its lines are gone." in page
    assert "<del>The bridge was down.</del>" in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    to = f"/workbench/testimonies/{account}/looks/{passage}"
    given = {"csrf_token": token, "version": version, "answer": "move", "first": 7, "last": 7}
    assert archivist.post(to, data=given).status_code == 422
    assert archivist.post(to, data=given | {"first": 0, "last": 1}).status_code == 303
    assert "No passage needs a look." in archivist.get(f"/workbench/testimonies/{account}/looks").text
    with archive.reading() as session:
        settled = session.scalars(select(Passage).filter_by(identifier=passage)).one()
        assert (settled.first, settled.last, settled.doubt) == (0, 1, None)


def translated(archive, account: str, *texts: str, language: str = "az") -> None:
    with archive.writing():
        translating.translate(account, language, dict(enumerate(texts)), OPERATOR, original_read=1)


def test_a_translation_is_typed_beside_the_original_bit_by_bit(account, sign_in, archive, client):
    archivist = sign_in("archivist")
    fields = page_of(archivist, account, "translation?language=az")
    fields["text"][0], fields["translator"] = "Sübh tezdən getdik.", ["Leyla"]
    assert send(archivist, account, fields, "translation").status_code == 303
    fields = page_of(archivist, account, "translation?language=az")
    assert (fields["read"], fields["text"][:2]) == (["1"], ["Sübh tezdən getdik.", ""])
    fields["text"][1] = "Körpü uçmuşdu."
    assert send(archivist, account, fields, "translation").status_code == 303
    assert texts_of(archive, account, "az") == ["Sübh tezdən getdik.", "Körpü uçmuşdu.", "", ""]
    assert "Körpü uçmuşdu." in client.get(f"/testimonies/{account}?beside=az").text
    desk = archivist.get(f"/workbench/testimonies/{account}").text
    assert "2 lines without words" in desk


def test_a_translation_follows_when_the_original_is_split_and_joined(account, archive, lines):
    translated(archive, account, "Bir.", "İki.", "Üç.", "Dord.")
    parts = [replace(lines[0], text="We left", end_ms=900), replace(lines[0], text="at dawn.", start_ms=900)]
    joined = replace(lines[1], came_from=(1, 2), text="The bridge was down. Nobody came back.")
    with archive.writing():
        save(account, 1, [*parts, joined, Edited((), "New."), lines[3]])
    assert texts_of(archive, account, "az") == ["Bir.", "", "İki. Üç.", "", "Dord."]
    with archive.reading():
        (beside,) = translating.beside(linking.find(account))
        assert beside.untranslated == (1, 3)
        assert [line.start_ms for line in lines_of(account, "az")] == [0, 900, 2000, None, 6000]


@pytest.mark.parametrize("change", ["split", "join", "delete before", "insert before", "restore"])
def test_a_translation_never_says_what_is_withheld(change, account, archive, lines, client):
    translated(archive, account, "Bir.", "Sirr.", "Üç.", "Dord.")
    with archive.writing():
        redacting.redact(account, 1, 1, "danger", OPERATOR)
    secret = lines[1]
    made = {
        "split": [
            lines[0],
            replace(secret, text="The bridge"),
            replace(secret, text="was down."),
            *lines[2:],
        ],
        "join": [lines[0], replace(secret, came_from=(1, 2), text="The bridge. Nobody."), lines[3]],
        "delete before": lines[1:],
        "insert before": [Edited((), "New."), *lines],
        "restore": [lines[0], *lines[2:]],
    }[change]
    with archive.writing():
        save(account, 1, made)
    if change == "restore":
        assert "Sirr." not in texts_of(archive, account, "az")
        with archive.writing():
            transcribing.restore(account, "", 1, OPERATOR, read=2)
        # Its lines stood beside others then: nobody can say any more which.
        with pytest.raises(Conflict), archive.writing():
            transcribing.restore(account, "az", 1, OPERATOR, read=revision_of(archive, account, "az"))
    if change not in ("join", "restore"):
        assert "Sirr." in texts_of(archive, account, "az")
    shown = client.get(f"/testimonies/{account}.json").text
    assert "Sirr." not in shown
    assert "bridge" not in shown
    assert "Dord." in shown


def revision_of(archive, identifier: str, language: str) -> int:
    with archive.reading():
        return revisions.current(linking.find(identifier), language).revision


def placed_by_time(*texts: str, length: int = 4000) -> Script:
    lines = tuple(Line(n, t, "", n * length, (n + 1) * length) for n, t in enumerate(texts))
    return Script("az", lines, "translation")


def with_times(keep, *texts: str, length: int = 4000) -> str:
    """A testimony with a translation of other lines, placed by its times."""
    record = testimony("u", *TEXTS)
    return keep(replace(record, scripts=(*record.scripts, placed_by_time(*texts, length=length))))


def test_a_translation_with_other_lines_stays_withheld_when_the_original_comes_to_have_as_many(
    keep, archive, lines, client
):
    identifier = with_times(keep, "Sirr bir.", "Sirr iki.", "Üç.")
    with archive.writing():
        redacting.redact(identifier, 0, 2, "danger", OPERATOR)
    assert "Sirr" not in client.get(f"/testimonies/{identifier}.json").text
    with archive.writing():  # three lines as well now, and the withheld ones are 0 and 1
        save(identifier, 1, [lines[0], replace(lines[1], came_from=(1, 2), text="Joined."), lines[3]])
    shown = client.get(f"/testimonies/{identifier}.json").text
    assert "Sirr" not in shown
    assert len(texts_of(archive, identifier, "az")) == 4


def test_a_translation_placed_by_time_stays_withheld_when_the_original_is_retimed_or_the_line_removed(
    keep, archive, lines, client
):
    identifier = with_times(keep, "Bir.", "Sirr.", length=6000)
    with archive.writing():
        redacting.redact(identifier, 3, 3, "danger", OPERATOR)
    later = [replace(one, start_ms=one.start_ms + 60_000, end_ms=one.end_ms + 60_000) for one in lines]
    with archive.writing():
        save(identifier, 1, later)
    assert "Sirr" not in client.get(f"/testimonies/{identifier}.json").text
    with archive.writing():
        save(identifier, 2, later[:3])
    shown = client.get(f"/testimonies/{identifier}.json").text
    assert "Sirr" not in shown
    assert "Bir." in shown


def test_a_recording_stays_withheld_when_the_withheld_line_is_removed(account, archive, lines):
    from app.services import editions

    with archive.writing() as session:
        redacting.redact(account, 1, 1, "danger", OPERATOR)
        save(account, 1, [lines[0], *lines[2:]])
        held = session.scalars(select(Testimony).filter_by(identifier=account)).one()
        record = editions.whole(held)
        assert [(w.first, w.last) for w in record.withholdings] == [(-1, -1)]


def test_a_translation_comes_from_a_file(account, sign_in, archive):
    archivist = sign_in("archivist")
    form = archivist.get(f"/workbench/testimonies/{account}/translation").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)[1]
    cues = "".join(f"\n00:00:{n * 2:02}.000 --> 00:00:{n * 2 + 1:02}.000\nSətir {n}\n" for n in range(4))
    to = f"/workbench/testimonies/{account}/translation/file"

    def give(content: str, name: str, language: str = "az"):
        file = (io.BytesIO(content.encode()), name)
        given = {"csrf_token": token, "language": language, "translator": "Leyla", "file": file}
        return archivist.post(to, data=given)

    assert give("WEBVTT\n" + cues, "az.vtt").status_code == 303
    assert texts_of(archive, account, "az") == [f"Sətir {n}" for n in range(4)]
    with archive.reading():
        assert [line.start_ms for line in lines_of(account, "az")] == [0, 2000, 4000, 6000]
    refused = give("Bir.\n\nİki.\n", "ru.txt", "ru")
    assert refused.status_code == 422
    assert "The file has 2 lines and the original 4." in refused.text
    assert give("WEBVTT\n" + cues, "en.vtt", "en").status_code == 422
    assert give("WEBVTT\n" + cues.replace("Sətir 1", "Sətir bir"), "az.vtt").status_code == 303
    assert revision_of(archive, account, "az") == 2


def test_what_was_typed_stands_at_its_line_when_the_original_changed_meanwhile(
    account, sign_in, archive, lines
):
    archivist = sign_in("archivist")
    fields = page_of(archivist, account, "translation?language=az")
    with archive.writing():
        save(account, 1, [Edited((), "New."), *lines])
    fields["text"][3] = "Axşam getdik."
    moved = send(archivist, account, fields, "translation")
    assert moved.status_code == 409
    assert re.search(r'name="line" value="4">\s*<textarea[^>]*>\nAxşam getdik\.', moved.text)


def test_a_translation_that_follows_line_by_line_cannot_be_split(account, archive):
    translated(archive, account, "Bir.", "İki.")
    with archive.reading():
        read = lines_of(account, "az")
    with archive.writing(), pytest.raises(Invalid):
        transcribing.revise(account, "az", 1, [read[0], *read], OPERATOR)


def test_who_may_not_correct_finds_nothing(account, sign_in, client):
    address = f"/workbench/testimonies/{account}/transcript"
    assert client.get(address).status_code == 302
    assert sign_in("reader").get(address).status_code == 404


def test_all_revisions_are_destroyed_with_the_testimony(account, archive, lines):
    with archive.writing():
        save(account, 1, [replace(lines[0], text="Other."), *lines[1:]])
    with archive.writing() as session:
        destroying.testimony(session.scalars(select(Testimony).filter_by(identifier=account)).one())
    with archive.reading() as session:
        assert session.scalars(select(Segment.text)).all() == []


def test_unclear_lines_travel(archive, keep):
    record = testimony("unclear", "One.", "")
    lines = (record.lines[0], replace(record.lines[1], unclear=True))
    record = replace(record, scripts=(replace(record.scripts[0], lines=lines),))
    assert jsonl.load(jsonl.dump(record)).lines == lines
    identifier = keep(record)
    with archive.reading():
        assert reading.whole(identifier, Audience.PUBLIC).lines[1].unclear
