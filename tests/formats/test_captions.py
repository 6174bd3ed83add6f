import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.formats import captions, plaintext, srt, webvtt, whisper
from app.records import Line
from tests.formats.sharing import shared_files

TOO_SHORT = """WEBVTT

0:00:00.000 --> 00:00:01.000
text1
""" + "".join(
    f"\n{code} --> 00:00:01.000\ninvalid\n"
    for code in (
        "0000:00.000", "00:0:00.000", "00:0000.000", "00:00:0.000", "00:00:00000", "00:00:00.00", "00:00:00.",
        "00:00:00", "00:00", "0", "", "0:00.000", "00:0.000", "00:00000", "00:00.00", ".", "000:00.000",
        "00:00:00.0000", "00::00.000", "00:60.000",
    )
) + "\n00:00.000 --> 0:01.000\ninvalid\n\n00:00:00.000 --> 0:00:01.000\ntext2\n"  # fmt: skip


def test_short_time_codes_are_refused_as_the_w3c_test_asks() -> None:
    lines, warnings = webvtt.load(TOO_SHORT)
    assert [line.text for line in lines] == ["text1", "text2"]
    assert len(warnings) == 21
    assert warnings[0].startswith("line 6: not a time code")


def test_voices_escapes_and_unknown_tags() -> None:
    lines, warnings = webvtt.load(
        "WEBVTT\n\nSTYLE\n::cue {}\n\nNOTE a --\n\nid\n00:00.000 --> 00:02.000 align:start\n"
        "<v.loud Ann &amp; Bo>Salt &amp; <i>rice</i> <[?]></v>\n<v Cy>No.<br><br>Yes.</v> &lt;b&gt; &nope;"
    )
    assert [(line.speaker, line.text) for line in lines] == [
        ("Ann & Bo", "Salt & rice <[?]>"),
        ("Cy", "No.\n\nYes."),
        ("", "<b> &nope;"),
    ]
    assert {(line.start_ms, line.end_ms) for line in lines} == {(0, 2000)}
    assert warnings == ()


def test_an_end_before_its_start_is_kept_and_put_right() -> None:
    lines, warnings = webvtt.load(
        "WEBVTT\n\n00:05.000 --> 00:01.000\na\n\n00:06.000 --> 00:06.000\nb\n\nnonsense --> x\nc\n\n"
        "00:07.000 --> 00:00.000\nabcd"
    )
    assert [(line.start_ms, line.end_ms) for line in lines] == [(5000, 6000), (6000, 6000), (7000, 7350)]
    assert [warning.partition(":")[0] for warning in warnings] == ["line 9", "line 3", "line 12"]


def test_fixtures_give_the_same_ten_passages(shared) -> None:
    vtt, vtt_warnings = webvtt.load(shared("fixtures", "captions-style-note.vtt").read_bytes())
    sub, srt_warnings = srt.load(shared("fixtures", "captions-comma.srt").read_bytes())
    assert len(vtt) == 10
    assert vtt == sub
    assert vtt[0].text == "[music]"
    assert vtt_warnings == srt_warnings == ()


EXPECTED = [path for path in shared_files("hostile", "captions", "vttjs") if path.suffix == ".json"]


@pytest.mark.skipif(not EXPECTED, reason="../shared/hostile/captions/vttjs is not here")
@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.stem)
def test_cues_of_the_w3c_cases(path) -> None:
    """The .vtt beside an expected result was not kept: the cues are written out again, and read."""
    cues = json.loads(path.read_text())["cues"]
    blocks = [f"{_code(cue['startTime'])} --> {_code(cue['endTime'])}\n{cue['text']}" for cue in cues]
    parsed = webvtt.parse("\n\n".join(["WEBVTT", *blocks]))
    assert [(c.start_ms, c.end_ms) for c in parsed.cues] == [
        (round(c["startTime"] * 1000), round(c["endTime"] * 1000)) for c in cues
    ]
    assert ["\n".join(cue.text) for cue in parsed.cues] == [cue["text"] for cue in cues]


def _code(seconds: float) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


W3C = {
    "file-layout__cue-spacing": 4, "file-layout__many-comments": 2, "integration__arrows": 1,
    "integration__id": 5,
    "integration__spec-example": 13, "integration__regions": 6, "file-layout__webvtt-with-bom": 1,
    "file-layout__tab-after-bom-before-header": 0, "file-layout__bad-double-webvtt": 0,
    "cue-times__fraction-digits": 0,
}  # fmt: skip


@pytest.mark.parametrize("name", W3C)
def test_cue_counts_of_w3c_files(shared, name: str) -> None:
    data = shared("hostile", "captions", "vttjs", f"{name}.vtt").read_bytes()
    if W3C[name]:
        assert len(webvtt.load(data)[0]) == W3C[name]
    else:
        with pytest.raises(Invalid):
            webvtt.load(data)


words = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=8).map(
    lambda text: unicodedata.normalize("NFC", text)
)
said = st.lists(st.lists(words, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=3)
spans = st.tuples(st.integers(0, 9**7), st.integers(0, 9**6))


@given(
    st.lists(st.tuples(said, st.none() | words, spans, st.sampled_from(["", "open", "untimed"])), min_size=1)
)
def test_any_captions_round_trip(rows: list) -> None:
    lines = []
    for n, (parts, speaker, (start, length), state) in enumerate(rows):
        begin = None if state == "untimed" and n else start
        end = start + length if begin is not None and not state else None
        lines.append(Line(n, "\n\n".join(parts), speaker or "", begin, end))
    assert webvtt.load(webvtt.dump(lines)) == (tuple(lines), ())


def test_srt_as_it_is_found(shared) -> None:
    lines, _ = srt.load(
        "1\n0:1:00,000 --> 0:1:02,5\n{\\an8}<i>one</i>\n2\n00:01:03,000-->00:01:04,000\ntwo\n\nmore\n"
    )
    assert [(line.text, line.start_ms, line.end_ms) for line in lines] == [
        ("one", 60_000, 62_500),
        ("two\n\nmore", 63_000, 64_000),
    ]
    made = shared("hostile", "captions", "made", "cp1251_no_bom.srt")
    lines, warnings = srt.load(made.read_bytes())
    assert lines[0].text == "Свидетель говорит"
    assert "windows-1251" in warnings[0]
    for name in ("bom-utf-16-le.srt", "bom-utf-32-le.srt"):
        assert len(srt.load(shared("hostile", "captions", "pysrt", name).read_bytes())[0]) == 7
    assert (
        len(srt.load(shared("hostile", "captions", "webvtt_py", "missing_timeframe.srt").read_bytes())[0])
        == 4
    )
    assert srt.dump(lines).startswith("1\n00:00:01,000 --> 00:00:02,000\nСвидетель")
    with pytest.raises(Invalid):
        srt.load("1\n00:00:01 --> 00:00:10\nno milliseconds")


def test_plain_text_with_time_codes(shared) -> None:
    record = plaintext.record(
        shared("fixtures", "transcript-plain-timecodes.txt").read_bytes(), "isaacs_1.txt"
    )
    assert [(line.speaker, line.start_ms, line.end_ms) for line in record.lines] == [
        ("SCHNEIDER", 5_000, 47_000),
        ("ISAACS", 47_000, 127_000),
        ("ISAACS", 127_000, 187_000),  # one turn, parted by a time code
        ("SCHNEIDER", 187_000, None),
    ]
    assert record.lines[0].text.startswith("Okay. So today is Monday")
    assert "INTERVIEWEE:  André K. Isaacs" in record.extra["front_matter"]
    assert record.title == "isaacs 1"


def test_plain_text_in_other_ways() -> None:
    lines, _ = plaintext.load(
        "(1:02) BOB: hi\nthere\n00:01:10 ALICE SMITH: so\n\nДМИТРИЙ: да\nBOB: yes\n\nShe said: no"
    )
    assert [(line.start_ms, line.speaker, line.text) for line in lines] == [
        (62_000, "BOB", "hi\nthere"),
        (70_000, "ALICE SMITH", "so"),
        (None, "ДМИТРИЙ", "да"),
        (None, "BOB", "yes"),
        (None, "", "She said: no"),
    ]
    with pytest.raises(Invalid):
        plaintext.load(" \n\n")


def test_plain_text_round_trips() -> None:
    lines, _ = plaintext.load("[00:00:01]\nBOB: one\n\n[00:00:09.500]\nEVE: two\nthree")
    record = captions.record(lines, "x.txt")
    assert plaintext.load(plaintext.dump(record))[0] == lines


def test_whisper(shared) -> None:
    record = whisper.record(
        b'{"language": "ru", "segments": [{"start": 0, "end": 1.5, "text": " \xd0\x94\xd0\xb0."}]}', "a.json"
    )
    assert record.lines == (Line(0, "Да.", "", 0, 1500, machine="unchecked"),)
    assert record.language == "ru"
    for name in ("whisper_bad.json", "whisper_nan.json"):
        with pytest.raises(Invalid):
            whisper.load(shared("hostile", "captions", "made", name).read_bytes())


def test_estimated_times_fill_what_is_not_known() -> None:
    lines = [Line(0, "aaaa"), Line(1, "bbbb", "", 10_000), Line(2, "cccc"), Line(3, "d", "", 20_000, 21_000)]
    assert captions.estimated(lines) == [(0, 10_000), (10_000, 15_000), (15_000, 20_000), (20_000, 21_000)]
    assert captions.estimated([]) == []
