"""A written account divided into lines to be cited, and made into a record that names nobody unasked."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.given import Account
from app.records import Line
from app.services.recording import Decided, as_record, relabelled
from app.services.sentences import LONG, LONGEST, divided

PAD = " Nobody knew then what it was, and nobody said a word about it for a long time afterwards."


def long(text: str) -> str:
    """The text at the head of a paragraph that is long enough to be divided."""
    return text + PAD * (LONG // len(PAD) + 1)


@given(st.text(alphabet="abcA .!?…\n\t,«»\"'()1։:-", max_size=3000), st.sampled_from(["en", "hy", "az", ""]))
def test_no_word_is_lost_or_changed(text, language):
    pieces = divided(text, language)
    assert " ".join(pieces).split() == text.split()
    assert all(piece.strip() for piece in pieces)


@pytest.mark.parametrize(
    ("text", "language", "first"),
    [
        ("We left. They stayed.", "en", "We left."),
        ("Where was Dr. Aliyev? He was gone.", "en", "Where was Dr. Aliyev?"),
        ("It was Mr. A. Petrov. He was gone.", "en", "It was Mr. A. Petrov."),
        ("She said “Go!” Then we went.", "en", "She said “Go!”"),
        ("He shouted: “Who?” but nobody came. It was late.", "en", "He shouted: “Who?” but nobody came."),
        ("We waited... and waited. Then it came.", "en", "We waited... and waited."),
        ("It was the 26. February of that year. It snowed.", "en", "It was the 26. February of that year."),
        ("В 1992 г. Мы ушли на рассвете. Потом вернулись.", "ru", "В 1992 г. Мы ушли на рассвете."),
        ("Gecə idi. Şəhər yatırdı.", "az", "Gecə idi."),
        ("Մենք գնացինք։ Տուն չկար։", "hy", "Մենք գնացինք։"),
        ("Մենք գնացինք: Տուն չկար:", "hy", "Մենք գնացինք:"),
        ("Այդ օրը գնաց. Տունը մնաց:", "hy", "Այդ օրը գնաց."),
    ],
)
def test_a_sentence_ends_only_where_that_is_sure(text, language, first):
    assert divided(long(text), language)[0] == first


def test_paragraphs_are_kept_and_short_ones_stay_whole():
    assert divided("We left. They stayed.\n\nNobody slept.\nThen it was day.") == (
        "We left. They stayed.",
        "Nobody slept.",
        "Then it was day.",
    )


def test_rows_broken_by_a_program_are_one_paragraph():
    row = "We went down to the road where all the others had gone before"
    assert divided(f"{row}\n{row}\nand stopped.") == (f"{row} {row} and stopped.",)


def test_a_text_without_an_end_in_sight_can_be_withheld_in_parts():
    pieces = divided("and then we went, " * 2000)
    assert max(map(len, pieces)) <= LONGEST
    assert all(piece.endswith(",") for piece in pieces)


def account(**answers: dict) -> Account:
    return Account("0abc", "sent", "en", answers=answers, sent_on=date(2026, 3, 14))


def test_an_account_of_which_nothing_was_said_is_closed_and_unnamed():
    record = as_record(account(), Decided("An account"))
    assert (record.access, record.embargo_until, record.scripts) == ("closed", "", ())
    assert [agent.name for agent in record.agents] == ["Unnamed narrator"]


def test_the_record_is_as_closed_as_its_narrator_wishes():
    answers = {
        "uses": {"reading": "yes"},
        "readers": {"access": "reading_room"},
        "opening": {"opening": "later", "open_from": "2031-05-09"},
    }
    record = as_record(account(**answers), Decided("An account"))
    assert (record.access, record.embargo_until) == ("reading_room", "2031-05-09")
    record = as_record(account(**answers | {"uses": {"reading": "no"}}), Decided("An account"))
    assert record.access == "closed"


def test_the_day_on_which_it_was_sent_is_not_told():
    record = as_record(account(), Decided("An account"))
    assert record.date is not None
    assert (record.date.words, record.date.lower) == ("2026", "2026-01-01")


def test_several_voices_are_told_apart_without_their_names():
    lines = [
        Line(n, "...", speaker)
        for n, speaker in enumerate(["Interviewer", "Rauf", "Samira", "Rauf", "", "unknown"])
    ]
    labels = [line.speaker for line in relabelled(lines, "Mara")]
    assert labels == ["Interviewer", "Speaker 1", "Speaker 2", "Speaker 1", "", "unknown"]
    lines = [Line(n, "...", speaker) for n, speaker in enumerate(["Mara", "Samira"])]
    assert [line.speaker for line in relabelled(lines, "Mara")] == ["Mara", "Speaker 1"]


def test_labels_stay_only_where_narrator_and_archivist_both_allow_names():
    transcript = (Line(0, "...", "Rauf Aliyev"), Line(1, "...", "Samira"))
    decided = Decided("An account", with_people=True, transcript=transcript)
    for naming, labels in {
        "full": ["Rauf Aliyev", "Samira"],
        "other": ["Speaker 1", "Speaker 2"],
        "none": ["Speaker 1", "Speaker 2"],
    }.items():
        record = as_record(account(naming={"naming": naming, "name": "R. A."}), decided)
        assert [line.speaker for line in record.lines] == labels


def test_a_description_of_a_place_is_no_name_of_one():
    said = {"people": {"places": "Orrin\nOrrin\n" + "x" * 200}, "where": {"where": "behind the upper mill"}}
    record = as_record(account(**said), Decided("An account", with_places=True))
    assert [place.name for place in record.places] == ["Orrin"]
