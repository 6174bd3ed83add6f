import dataclasses

import pytest
from lxml import etree

from app.errors import Invalid
from app.formats import ohms
from app.formats.ohms_legacy import load as legacy
from app.records import Agent, Chapter, FuzzyDate, Line, MediaRef, Record, Script, Tag


def fixture(shared, name: str) -> Record:
    return ohms.load(shared("fixtures", name).read_bytes())


def test_legacy_sync_and_index(shared) -> None:
    record = fixture(shared, "ohms-legacy-sync-index.xml")
    rows = record.extra["transcript_rows"]
    at = {rows[line.number]: line for line in record.lines if line.start_ms is not None}
    assert at[13].start_ms == 60_000
    assert at[13].text.startswith("My grandfather Cardoza")
    assert at[308].start_ms == 1_680_000
    assert at[308].text == "Thanks so very much for your time."
    times = [line.start_ms for line in record.lines if line.start_ms is not None]
    assert len(times) == 28
    assert times == sorted(set(times))
    assert record.lines[0].speaker == "BROCK"
    assert [agent.role for agent in record.agents] == ["narrator", "interviewer"]
    assert len(record.chapters) == 7
    assert [tag.term for tag in record.tags][1] == "Intel Corporation"
    assert record.duration_ms == 1_686_000
    assert record.date == FuzzyDate("13 June 2006", "2006-06-13", "2006-06-13", "2006-06-13")
    assert (record.access, record.language, record.warnings) == ("public", "en", ())


def test_legacy_chapters_have_lines_and_places(shared) -> None:
    first, *others = fixture(shared, "ohms-legacy-sync-index.xml").chapters
    assert (first.latitude, first.longitude, first.first) == (37.211, -122.273, 0)
    assert first.keywords[:2] == ("Azores", "Gordon E. Moore")
    assert [chapter.first for chapter in others] == [
        chapter.last + 1 for chapter in (first, *others[:-1]) if chapter.last is not None
    ]


def test_index_without_transcript(shared) -> None:
    record = fixture(shared, "ohms-legacy-index-only.xml")
    assert len(record.chapters) == 15
    assert record.scripts == ()
    assert {(chapter.first, chapter.last) for chapter in record.chapters} == {(None, None)}
    assert record.chapters[2].links[0][1] == "Theodore William Richards"


def test_vtt_transcript(shared) -> None:
    record = fixture(shared, "ohms-vtt-small.xml")
    assert len(record.lines) == 6
    assert record.lines[0].start_ms == 3_603_000
    assert record.lines[5].start_ms == 3_682_000
    assert record.lines[5].end_ms > 3_682_000
    assert record.lines[3].text.count("\n\n") == 2
    assert record.warnings == ()


@pytest.mark.parametrize("name", ["ohms-legacy-sync-index", "ohms-legacy-index-only", "ohms-vtt-small"])
def test_what_is_written_is_valid_and_reads_the_same(shared, name: str) -> None:
    schema = etree.XMLSchema(etree.parse(str(shared("fixtures", "ohms.xsd"))))
    record = fixture(shared, f"{name}.xml")
    written = ohms.dump(record)
    schema.assertValid(etree.fromstring(written))
    kept = {key: value for key, value in record.extra.items() if key != "transcript_rows"}
    assert ohms.load(written) == dataclasses.replace(record, extra=kept)


def invented() -> Record:
    lines = (
        Line(0, "Hello & <welcome>.", "ANN", 0, 1000),
        Line(1, "Para one.\n\nPara two.", "Bo Øe", None, None),
        Line(2, "Nobody.", "", 5000, 9000),
        Line(3, "End.", "ANN", 70_000, 80_000),
    )
    return Record(
        source_id="box 4/x",
        title="An interview",
        language="tlh",
        summary="S",
        date=FuzzyDate("about 1944", "1944~", "1944-01-01", "1944-12-31"),
        agents=(Agent("Ann"), Agent("Bo Øe", "interviewer")),
        scripts=(Script("tlh", lines), Script("en", lines[:1], "translation")),
        chapters=(
            Chapter("One", 0, 60_000, 0, 2, links=(("https://e.org/?a=1&b", "b"),)),
            Chapter("Two", 60_000, 90_000, 3, 3),
        ),
        tags=(Tag("s"), Tag("k", "keywords")),
        media=(MediaRef("access", "video", "https://e.org/v.mp4", "v.mp4"),),
        duration_ms=90_000,
        access="restricted",
        extra={"footnotes": [{"ref": "1", "line": 3, "note": "See p. 4"}]},
    )  # fmt: skip


def test_an_invented_interview_round_trips(shared) -> None:
    record = invented()
    written = ohms.dump(record)
    etree.XMLSchema(etree.parse(str(shared("fixtures", "ohms.xsd")))).assertValid(etree.fromstring(written))
    extra = {**record.extra, "ohms": {"mediafile.host": "Other"}}
    assert ohms.load(written) == dataclasses.replace(record, extra=extra)


def test_an_interview_without_times_goes_out_as_turns() -> None:
    record = dataclasses.replace(
        invented(), scripts=(Script("tlh", (Line(0, "One.", "Ann"), Line(1, "Two.", "Bo Øe"))),), extra={}
    )
    again = ohms.load(ohms.dump(record))
    assert again.lines == record.lines
    assert again.chapters[0].first is None


XML = (
    '<ROOT xmlns="https://www.weareavp.com/nunncenter/ohms"><record id="1" dt="2020-01-01">{}</record></ROOT>'
)


def test_restriction_is_honoured_and_scripts_are_no_addresses() -> None:
    record = ohms.load(
        XML.format(
            "<title>T</title><userestrict>1</userestrict><media_url>javascript:x</media_url><index><point>"
            "<time>x</time><hyperlinks><hyperlink>javascript:y</hyperlink></hyperlinks></point></index>"
        ).encode()
    )
    assert record.access == "restricted"
    assert record.media == ()
    assert record.chapters[0].links == ()
    assert len(record.warnings) == 3


def test_footnotes_are_no_speech() -> None:
    found = legacy(
        "ANN: One.[[footnote]]1[[/footnote]] Two.\n\nBO: Three.\n"
        "[[footnotes]][[note]]A note.[[/note]][[/footnotes]]",
        "",
    )
    assert [(line.speaker, line.text) for line in found.lines] == [("ANN", "One. Two."), ("BO", "Three.")]
    assert found.footnotes == [{"ref": "1", "line": 0, "note": "A note."}]


def test_silence_and_nonsense_in_sync_give_no_doubled_or_reversed_times() -> None:
    text = "ANN: One two. Three four.\n\nBO: Five. Six.\n"
    found = legacy(text, "1:|1(4)|1(4)|3(3)|1(2)|zebra|900(1)")
    assert [(line.text, line.start_ms) for line in found.lines] == [
        ("One two.", None),
        ("Three four.", 60_000),
        ("Five.", None),
        ("Six.", 180_000),
    ]
    assert len(found.warnings) == 2
    assert legacy(text, "0:|1(1)").warnings


def test_several_interviews_in_a_file() -> None:
    one = XML.format("<title>T</title>")
    two = one.replace("</ROOT>", '<record id="2" dt="2020-01-01"><title>U</title></record></ROOT>').encode()
    assert [record.title for record in ohms.load_all(two)] == ["T", "U"]
    with pytest.raises(Invalid, match="2 interviews"):
        ohms.load(two)
    with pytest.raises(Invalid, match="title"):
        ohms.load(XML.format("").encode())


def test_a_transcript_of_notes_alone_holds_no_speech() -> None:
    assert legacy("[[footnotes]][[note]]x[[/note]][[/footnotes]]", "1:|1(1)").lines == ()
    assert legacy("[[footnotes]][[note]]" * 100_000, "").lines == ()
