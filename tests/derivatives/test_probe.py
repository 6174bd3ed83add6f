"""What a file is, as the confined child finds it; and that no file reaches further than its child."""

import io
import json
import os
import random
import time
import zipfile
from pathlib import Path

import av
import numpy
import pypdfium2
import pytest
from PIL import Image

from app.derivatives import confined, probe
from app.derivatives.kinds import ACCEPTED, PAPERS, Refusal
from app.services.examining import LOST
from app.web.saying import SENTENCES


@pytest.fixture
def look(tmp_path: Path):
    """Looks at bytes."""

    def at(data: bytes):
        path = tmp_path / "file"
        path.write_bytes(data)
        return probe.look(path)

    return at


def picture(kind: str, size: tuple[int, int] = (64, 48), **more: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 50).convert("RGB").save(out, kind, **more)
    return out.getvalue()


def recording(
    container: str, sound: str | None, film: str | None = None, seconds: float = 1.0, **more
) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=container, **more) as box:
        streams = []
        if sound:
            streams.append(box.add_stream(sound, rate=48000, layout="mono"))
        if film:
            streams.append(shown := box.add_stream(film, rate=25))
            shown.width, shown.height, shown.pix_fmt = 64, 48, "yuv420p"
        for stream in streams:
            if stream.type == "audio":
                size = stream.codec_context.frame_size or 960
                for start in range(0, int(48000 * seconds), size):
                    frame = av.AudioFrame.from_ndarray(numpy.zeros((1, size), "int16"), "s16", "mono")
                    frame.sample_rate, frame.pts = 48000, start
                    box.mux(stream.encode(frame))
            else:
                for number in range(int(25 * seconds)):
                    frame = av.VideoFrame.from_ndarray(numpy.zeros((48, 64, 3), "uint8"), "rgb24")
                    frame.pts = number
                    box.mux(stream.encode(frame))
            box.mux(stream.encode(None))
    return out.getvalue()


def parcel(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def docx(**more: str) -> bytes:
    types = "wordprocessingml.document.main+xml"
    return parcel(**{"[Content_Types].xml": types, "word/document.xml": "<w:document/>"} | more)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "GIF"])
def test_pictures(kind, look):
    found = look(picture(kind))
    assert (found.kind, found.mimetype, found.width, found.height) == (
        "image",
        f"image/{kind.lower()}",
        64,
        48,
    )
    assert look(picture(kind)[:-200]).refused == Refusal.DAMAGED


def test_pictures_of_telephones(look):
    import pillow_heif

    pillow_heif.register_heif_opener()
    found = look(picture("HEIF"))
    assert (found.kind, found.mimetype, found.width) == ("image", "image/heif", 64)


def test_a_picture_of_too_many_points_is_not_decoded(look):
    out = io.BytesIO()
    Image.new("1", (10_001, 10_000)).save(out, "PNG")
    assert look(out.getvalue()).refused == Refusal.TOO_LARGE


@pytest.mark.parametrize(
    ("container", "sound", "film", "mimetype"),
    [
        ("mp4", "aac", "mpeg4", "video/mp4"),
        ("mp4", "aac", None, "audio/mp4"),
        ("mov", None, "mpeg4", "video/quicktime"),
        ("3gp", "aac", "mpeg4", "video/3gpp"),
        ("webm", "libopus", "libvpx", "video/webm"),
        ("matroska", "flac", "mpeg4", "video/x-matroska"),
        ("ogg", "libopus", None, "audio/ogg"),
        ("mp3", "libmp3lame", None, "audio/mpeg"),
        ("wav", "pcm_s16le", None, "audio/wav"),
        ("flac", "flac", None, "audio/flac"),
        ("adts", "aac", None, "audio/aac"),
    ],
)
def test_recordings(container, sound, film, mimetype, look):
    found = look(recording(container, sound, film))
    assert (found.refused, found.kind, found.mimetype) == ("", mimetype.partition("/")[0], mimetype)
    assert found.duration_ms is not None
    assert 900 <= found.duration_ms <= 1200
    assert (found.width, found.height) == ((64, 48) if film else (None, None))


def test_a_browsers_recording_has_its_length_though_its_header_has_none(look):
    live = recording("webm", "libopus", options={"live": "1"})
    with av.open(io.BytesIO(live)) as box:
        assert not box.duration
    found = look(live)
    assert (found.mimetype, found.refused) == ("audio/webm", "")
    assert 900 <= (found.duration_ms or 0) <= 1200


def test_a_film_without_its_index_is_damaged(look):
    film = recording("mp4", "aac", "mpeg4")
    assert look(film[: film.index(b"moov")]).refused == Refusal.DAMAGED


def test_papers(look):
    pdf, out = pypdfium2.PdfDocument.new(), io.BytesIO()
    pdf.new_page(100, 100)
    pdf.save(out)
    pdf.close()
    assert look(out.getvalue()).mimetype == "application/pdf"
    assert look(out.getvalue()[:100]).refused == Refusal.DAMAGED
    assert look(docx()).mimetype == PAPERS["docx"]
    assert look(parcel(mimetype=PAPERS["odt"], **{"content.xml": "<x/>"})).mimetype == PAPERS["odt"]
    assert look(docx(**{"word/vbaProject.bin": "x"})).refused == f"{Refusal.PROGRAM} {ACCEPTED}"
    assert look(docx(**{"../outside.xml": "x"})).refused == Refusal.PACKED
    assert look(parcel(**{"a.txt": "words"})).refused == Refusal.PACKED
    assert look(docx()[:-9]).refused == Refusal.DAMAGED


def test_a_parcel_that_unpacks_to_gigabytes(look):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", b"\0" * (600 * 2**20))
    assert look(out.getvalue()).refused == Refusal.PACKED


@pytest.mark.parametrize(
    ("said", "mimetype"),
    [
        ("Biz axşam çıxdıq. Կամուրջը չկար։", "text/plain"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nWe left.\n", "text/vtt"),
        ("1\n00:00:01,000 --> 00:00:02,000\nWe left.\n", "application/x-subrip"),
    ],
)
def test_texts(said, mimetype, look):
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert look(said.encode(encoding)).mimetype == mimetype
    assert look("Мы ушли вечером, моста уже не было.".encode("windows-1251")).mimetype == "text/plain"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", Refusal.EMPTY),
        (b"<!DOCTYPE html><p>Words", Refusal.WEB),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', Refusal.WEB),
        (b"<?xml version='1.0'?><note>words</note>", Refusal.WEB),
        (b"MZ\x90\0" * 99, Refusal.PROGRAM),
        (b"\x7fELF" * 99, Refusal.PROGRAM),
        (b"#!/bin/sh\nrm -rf /\n", Refusal.PROGRAM),
        (b"\x1f\x8b\x08" * 99, Refusal.PACKED),
        (b"\0\1\2\3" * 999, Refusal.UNKNOWN),
        (b"... --- ...", Refusal.WORDLESS),
        (b"OggS" + b"\0" * 99, Refusal.DAMAGED),
    ],
)
def test_everything_else_is_refused_with_what_it_is_not(data, why, look):
    assert look(data).refused.startswith(why)


def test_every_sentence_can_be_translated():
    assert {*Refusal, ACCEPTED, LOST} <= set(SENTENCES)


def test_random_bytes_after_a_good_beginning_are_no_trouble(look, rounds):
    chance = random.Random(11)
    good = [picture("PNG"), picture("JPEG"), recording("mp4", "aac"), recording("webm", "libopus"), docx()]
    for data in chance.choices(good, k=rounds * 2):
        spoiled = bytearray(data)
        for _ in range(20):
            spoiled[chance.randrange(16, len(data))] = chance.randrange(256)
        assert look(bytes(spoiled)) is not None


# --- the child


@pytest.fixture
def child(tmp_path: Path, monkeypatch):
    """Runs Python in the confined child."""
    (tmp_path / "foreign.py").write_text("def act(file):\n    exec(file.read())\n    return answer\n")
    monkeypatch.setattr(confined, "ROOT", tmp_path)

    def run(code: str, seconds: float = 20.0):
        path = tmp_path / "code"
        path.write_text(code)
        return confined.run("foreign", "act", path, seconds)

    return run


def act(child, code: str):
    return child(f"global answer\nimport os\n{code}")


def test_the_child_has_nothing(child, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "a secret")
    told = act(
        child,
        "answer = {'env': dict(os.environ), 'cwd': os.getcwd(), 'files': len(os.listdir('/proc/self/fd'))}",
    )
    assert "SECRET_KEY" not in json.dumps(told["env"])
    assert told["cwd"] == "/"
    assert told["files"] <= 5  # in, out, err, and the listing itself


@pytest.mark.parametrize(
    "code",
    [
        "os.abort()",
        "os.kill(os.getpid(), 9)",
        "answer = {'x': 'y' * 99999}",
        "answer = 1",
        "os.write(1, b'nonsense')\nos._exit(0)",
        "held = b'x' * (2 << 30)",
        "open('/tmp/confined-wrote-this', 'w').write('x')",
        "open(0, 'wb', closefd=False).write(b'x')",
        "raise RuntimeError",
    ],
)
def test_whatever_goes_wrong_in_the_child_is_one_refusal(child, code):
    with pytest.raises(confined.Failed):
        act(child, f"{code}\n")
    wrote = Path("/tmp/confined-wrote-this")
    assert not wrote.exists() or wrote.stat().st_size == 0
    wrote.unlink(missing_ok=True)


def test_a_child_that_hangs_is_ended_with_what_it_started(child):
    begun = time.monotonic()
    code = "global answer\nimport os, time\nif os.fork() == 0:\n    time.sleep(600)\ntime.sleep(600)\n"
    with pytest.raises(confined.Failed):
        child(code, 1.0)
    assert time.monotonic() - begun < 15  # it would have been ten minutes


def test_the_child_has_no_network(child):
    if os.geteuid() != 0:
        pytest.skip("only root, or a system with user name spaces, can take the network away")
    told = act(child, "import socket\nanswer = {'net': [name for _, name in socket.if_nameindex()]}")
    assert told["net"] == ["lo"]


# --- files made to do harm


@pytest.mark.trial
def test_hostile_files_are_kept_or_refused_and_nothing_breaks(shared, rounds):
    files = sorted(p for p in (shared / "hostile").rglob("*") if p.is_file() and p.name != "INDEX.json")
    for path in random.Random(5).sample(files, min(len(files), rounds * 3)):
        found = probe.look(path)
        assert bool(found.refused) != bool(found.kind), path
        assert not found.refused.startswith(Refusal.TOO_HARD), path
