"""Copies of originals: right side up, in time, opened by other readers, and with nothing said in them."""

import io
import json
import random
import time
from fractions import Fraction

import av
import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageOps, PngImagePlugin

from app.derivatives import confined, making
from app.derivatives.hearing import RATE
from app.derivatives.kinds import PAPERS
from app.derivatives.variants import VARIANTS, Made
from tests.derivatives.test_probe import parcel, picture, recording

CANARY = "ZORBLATT"


@pytest.fixture
def make(tmp_path):
    """Makes copies of bytes: what was found, and the bytes of each copy by variant and page."""
    count = 0

    def made(data: bytes) -> tuple[making.Copies, dict[tuple[str, int | None], bytes]]:
        nonlocal count
        count += 1
        folder = tmp_path / str(count)
        folder.mkdir()
        (folder / "original").write_bytes(data)
        with (folder / "original").open("rb") as file:
            copies = making.make(file, folder, {}, lambda percent: None)
        return copies, {(one.variant, one.page): _bytes(one) for one in copies.made}

    return made


def _bytes(made: Made) -> bytes:
    return made.path.read_bytes()[made.start : made.end]


def marked_picture(kind: str, profile: bytes | None = None) -> bytes:
    """A picture with a canary in every field there is."""
    exif = Image.Exif()
    exif[0x010E] = exif[0x010F] = exif[0x013B] = exif[0x8298] = f"{CANARY} here"
    exif.get_ifd(0x8825)[29] = f"{CANARY}:01:01"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (40.0, 22.0, 33.0)
    more = {"exif": exif, "xmp": f"<x:xmpmeta>{CANARY}</x:xmpmeta>".encode(), "comment": CANARY.encode()}
    if profile:
        more["icc_profile"] = profile
    if kind == "PNG":
        more["pnginfo"] = info = PngImagePlugin.PngInfo()
        info.add_text("Comment", CANARY)
        info.add_itxt("XML:com.adobe.xmp", CANARY)
    return picture(kind, (80, 60), **more)


def marked_recording(container: str, codec: str) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=container) as box:
        for name in ("title", "artist", "comment", "location", "copyright", "encoder"):
            box.metadata[name] = f"{CANARY} {name}"
        stream = box.add_stream(codec, rate=RATE, layout="mono")
        stream.metadata["title"] = CANARY
        frame = av.AudioFrame.from_ndarray(np.zeros((1, RATE), "int16"), "s16", "mono")
        frame.sample_rate, frame.pts = RATE, 0
        box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "HEIF"])
def test_nothing_that_was_written_beside_a_picture_is_in_a_copy(kind, make):
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    data = marked_picture(kind)
    assert CANARY.encode() in data
    _, copies = make(data)
    assert {variant for variant, _ in copies} == {"large-webp", "large-jpeg", "thumb-webp", "thumb-jpeg"}
    for (variant, _), copy in copies.items():
        assert CANARY.encode() not in copy
        opened = Image.open(io.BytesIO(copy))
        opened.load()
        assert Image.MIME[opened.format] == VARIANTS[variant][1]
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(opened.info)


@pytest.mark.parametrize(
    ("container", "codec"), [("mp3", "libmp3lame"), ("mp4", "aac"), ("matroska", "flac")]
)
def test_nothing_that_was_written_beside_a_sound_is_in_a_copy(container, codec, make):
    data = marked_recording(container, codec)
    assert CANARY.encode() in data or CANARY.encode("utf-16-le") in data
    _, copies = make(data)
    assert {variant for variant, _ in copies} == {"opus", "aac", "peaks"}
    for copy in copies.values():
        assert CANARY.encode() not in copy
        assert CANARY.encode("utf-16-le") not in copy


def test_eight_ways_to_hold_a_camera_are_one_picture(make):
    upright = Image.linear_gradient("L").resize((96, 64)).convert("RGB")
    upright.paste((250, 20, 20), (4, 4, 40, 20))
    # How the camera wrote it: what undoes the turn that the number asks for.
    wrote = {2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_90"}
    wrote |= {7: "TRANSVERSE", 8: "ROTATE_270"}
    seen = []
    for orientation in range(1, 9):
        exif, held = Image.Exif(), upright
        if orientation in wrote:
            held = upright.transpose(Image.Transpose[wrote[orientation]])
        exif[0x0112] = orientation
        out = io.BytesIO()
        held.save(out, "PNG", exif=exif)
        assert ImageOps.exif_transpose(Image.open(io.BytesIO(out.getvalue()))).tobytes() == upright.tobytes()
        seen.append(make(out.getvalue())[1]["large-webp", None])
    assert len(set(seen)) == 1


def test_an_mp3_of_variable_bit_rate_keeps_its_time(make):
    out, seconds, rate = io.BytesIO(), 40, 44_100
    chance = np.random.default_rng(7)
    with av.open(out, "w", format="mp3", container_options={"write_xing": "0"}) as box:
        stream = box.add_stream("libmp3lame", rate=rate, layout="mono")
        stream.codec_context.options = {"flags": "+qscale", "global_quality": "590"}
        for second in range(seconds):
            block = chance.standard_normal(rate).astype("float32") * (0.1 if second > 30 else 0.0005)
            if second % 10 == 0:
                block[: rate // 2] = 0
                block[:240] = 0.9
            frame = av.AudioFrame.from_ndarray(block[None].clip(-1, 1), "fltp", "mono")
            frame.sample_rate, frame.pts, frame.time_base = rate, second * rate, Fraction(1, rate)
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
    found, copies = make(out.getvalue())
    assert abs((found.look.duration_ms or 0) - seconds * 1000) > 1000  # what its header makes one believe
    for variant in ("opus", "aac"):
        with av.open(io.BytesIO(copies[variant, None])) as box:
            heard = np.abs(np.concatenate([f.to_ndarray()[0] for f in box.decode(audio=0)]))
        assert abs(len(heard) / RATE - seconds) < 0.1
        for at in (0, 10, 20, 30):
            start = max(0, at - 1) * RATE
            near = np.convolve(heard[start : start + 2 * RATE], np.ones(240), "valid")
            assert abs((start + int(near.argmax())) / RATE - at) < 0.1


def test_the_waveform_says_where_it_is_loud(make):
    quiet, loud = np.zeros((1, RATE), "float32"), np.full((1, RATE), 0.5, "float32")
    loud[:, ::2] *= -1
    out = io.BytesIO()
    with av.open(out, "w", format="wav") as box:
        stream = box.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for number, block in enumerate((quiet, loud, quiet)):
            frame = av.AudioFrame.from_ndarray((block * 32767).astype("int16"), "s16", "mono")
            frame.sample_rate, frame.pts = RATE, number * RATE
            box.mux(stream.encode(frame))
    _, copies = make(out.getvalue())
    peaks = json.loads(copies["peaks", None])
    assert (peaks["version"], peaks["bits"], peaks["length"]) == (2, 8, len(peaks["data"]) // 2)
    high = np.array(peaks["data"][1::2])
    step = RATE / peaks["samples_per_pixel"]
    assert high[int(1.1 * step) : int(1.9 * step)].min() > 5
    assert high[: int(0.9 * step)].max() == 0


def test_a_film_begins_at_once_and_has_a_poster(make):
    found, copies = make(recording("mp4", "aac", "mpeg4", 2.0))
    film = copies["720p", None]
    assert film.index(b"moov") < film.index(b"mdat")
    with av.open(io.BytesIO(film)) as box:
        assert [s.codec_context.name for s in box.streams] == ["h264", "aac"]
        assert len(list(box.decode(video=0))) >= 49
    assert {"poster-webp", "poster-jpeg", "thumb-webp", "opus", "aac"} <= {variant for variant, _ in copies}
    assert found.technical["film"] == "mpeg4"


def test_pages_and_words_of_papers(make):
    pdf, out = pypdfium2.PdfDocument.new(), io.BytesIO()
    for _ in range(2):
        pdf.new_page(200, 300)
    pdf.save(out)
    pdf.close()
    found, copies = make(out.getvalue())
    assert found.technical["pages"] == 2
    assert {page for variant, page in copies if variant == "page-webp"} == {1, 2}
    assert Image.open(io.BytesIO(copies["page-webp", 2])).size[1] == 1600
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    said = f"<w:document {space}><w:body><w:p><w:r><w:t>We left</w:t><w:tab/><w:t>at dusk.</w:t></w:r>"
    said += "<w:del><w:r><w:delText>not this</w:delText><w:t>nor this</w:t></w:r></w:del></w:p>"
    said += "<w:p><w:r><w:t>Then &#x53d; it rained.</w:t></w:r></w:p></w:body></w:document>"
    types = "wordprocessingml.document.main+xml"
    _, copies = make(parcel(**{"[Content_Types].xml": types, "word/document.xml": said}))
    assert copies["text", None].decode() == "We left\tat dusk.\nThen Խ it rained."
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    said = f'<o:doc xmlns:o="{office}office:1.0" xmlns:t="{office}text:1.0"><o:body><o:text>'
    said += "<t:p>We <t:span>left</t:span> at<o:annotation><t:p>who?</t:p></o:annotation><t:s/>dusk.</t:p>"
    said += "</o:text></o:body></o:doc>"
    _, copies = make(parcel(mimetype=PAPERS["odt"], **{"content.xml": said}))
    assert copies["text", None].decode() == "We left at dusk."


@pytest.mark.trial
def test_spoiled_files_break_nothing_and_write_nothing_elsewhere(make, tmp_path, rounds):
    chance = random.Random(12)
    good = [picture("PNG"), picture("JPEG"), recording("mp4", "aac", "mpeg4"), recording("webm", "libopus")]
    for data in chance.choices(good, k=rounds):
        spoiled = bytearray(data)
        for _ in range(20):
            spoiled[chance.randrange(16, len(data))] = chance.randrange(256)
        began = time.monotonic()
        try:
            copies, _ = make(bytes(spoiled))
        except confined.Failed:
            copies = None
        assert time.monotonic() - began < 120
        assert copies is None or copies.look.refused or copies.made
    allowed = {"original", *map(str, range(5))}
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} <= allowed
