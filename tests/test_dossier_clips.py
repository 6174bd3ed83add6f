"""Clips of a dossier: exactly the time of a passage, from what its audience may hear; else none."""

import io
import wave

import av
import numpy as np
import pytest
from sqlalchemy import select

from app.cli.base import OPERATOR
from app.models import MediaFile, Testimony
from app.services import evidencing, publishing, redacting
from app.storage import store
from tests import recording
from tests.test_dossier import account, make, verify  # noqa: F401
from tests.test_evidencing import ENTRIES, TEXTS

RATE = 48_000
RAMP = (np.arange(len(TEXTS) * 2 * RATE) // 7 % 60_000 - 30_000).astype(
    np.int16
)  # each place sounds otherwise


def ramp() -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(RAMP.tobytes())
    return made.getvalue()


@pytest.fixture
def hold(archive, account):  # noqa: F811
    """Puts a recording beside the account."""

    def put(data: bytes, kind: str, mimetype: str) -> None:
        with archive.writing() as session:
            kept = store().save(io.BytesIO(data))
            told = session.scalar(select(Testimony).filter_by(identifier=account))
            told.media.append(
                MediaFile(
                    use="access",
                    kind=kind,
                    mimetype=mimetype,
                    key=kept.key,
                    size=kept.size,
                    sha256=kept.sha256,
                )
            )
            publishing.publish(told)

    return put


def heard(path) -> np.ndarray:
    with av.open(str(path)) as box:
        return np.concatenate([frame.to_ndarray().ravel() for frame in box.decode(audio=0)])


def test_a_clip_is_exactly_the_time_of_its_passage(archive, account, hold, tmp_path):  # noqa: F811
    hold(ramp(), "audio", "audio/wav")
    make(archive, tmp_path / "d", "claim", "forty")
    clips = sorted((tmp_path / "d" / "data" / "clips").iterdir())
    assert [path.name for path in clips] == ["passage-0001.flac", "passage-0002.flac"]
    for path, line in zip(clips, (1, 2), strict=True):
        samples = heard(path)
        assert len(samples) == 2 * RATE
        wanted = RAMP[line * 2 * RATE : (line + 1) * 2 * RATE]
        assert np.abs(samples.astype(int) - wanted).max() <= 1
    page = (tmp_path / "d" / "data" / "index.html").read_text()
    assert 'src="clips/passage-0001.flac"' in page
    assert verify(tmp_path / "d")[0] == 0


def test_what_readers_may_not_hear_is_not_cut(archive, account, hold, tmp_path):  # noqa: F811
    hold(ramp(), "audio", "audio/wav")
    with archive.writing():
        redacting.redact(account, 2, 2, "danger", OPERATOR)
    make(archive, tmp_path / "d", "claim", "forty")
    assert not (tmp_path / "d" / "data" / "clips").exists()


def test_a_film_is_cut_as_a_film(archive, account, hold, tmp_path):  # noqa: F811
    hold(recording.film(tmp_path / "film.mp4", 8).read_bytes(), "video", "video/mp4")
    with archive.writing():
        evidencing.take([ENTRIES[0]], OPERATOR)
    make(archive, tmp_path / "d", "claim", "forty")
    with av.open(str(tmp_path / "d" / "data" / "clips" / "passage-0001.mp4")) as box:
        frames = [float(frame.time) for frame in box.decode(video=0)]
    assert len(frames) == 10  # two seconds at five a second
    assert frames[0] < 0.2
    assert frames[-1] < 2.0


def test_a_recording_that_cannot_be_opened_leaves_the_words(archive, account, hold, tmp_path):  # noqa: F811
    hold(b"no sound at all" * 900, "audio", "audio/wav")
    make(archive, tmp_path / "d", "claim", "forty")
    assert list((tmp_path / "d" / "data" / "clips").iterdir()) == []
    assert TEXTS[1] in (tmp_path / "d" / "data" / "index.html").read_text()
