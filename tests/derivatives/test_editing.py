"""What is taken out on samples and points: spans, regions and a voice, whatever the size of the blocks."""

import io

import av
import numpy as np
import pytest
from PIL import Image

from app.derivatives import editing, hushing
from app.derivatives.disguising import Disguise

RATE = 48_000


def noise(seconds: float, channels: int = 1, rate: int = RATE) -> np.ndarray:
    chance = np.random.default_rng(5)
    return (chance.normal(size=(channels, int(seconds * rate))) * 0.2).astype(np.float32)


def voice(seconds: float, pitch: float, rate: int = RATE) -> np.ndarray:
    """Pulses through two resonances, in syllables: what a disguise takes for a voice."""
    count = int(seconds * rate)
    pulses = np.zeros(count)
    pulses[:: int(rate / pitch)] = 1.0
    for resonance in (600.0, 1700.0):
        at = np.arange(2048) / rate
        pulses = np.convolve(pulses, np.sin(2 * np.pi * resonance * at) * np.exp(-at * 500))[:count]
    syllables = 0.5 + 0.5 * np.sin(2 * np.pi * 3 * np.arange(count) / rate)
    return (pulses / np.abs(pulses).max() * syllables * 0.5).astype(np.float32)[None, :]


def fed(sound: editing.Sound, samples: np.ndarray, block: int) -> np.ndarray:
    parts = [sound.feed(samples[:, at : at + block]) for at in range(0, samples.shape[1], block)]
    parts.append(sound.finish())
    return np.concatenate([part for part in parts if part.shape[1]], axis=1)


def pitch_of(samples: np.ndarray, rate: int = RATE) -> float:
    """The commonest distance of two pulses, as a frequency."""
    found = []
    for at in range(0, samples.shape[1] - 4096, 2048):
        frame = samples[0, at : at + 4096] * np.hanning(4096)
        like = np.fft.irfft(np.abs(np.fft.rfft(frame, 8192)) ** 2)[: rate // 60]
        lag = int(like[rate // 400 :].argmax()) + rate // 400
        if like[lag] > 0.3 * like[0] > 0:
            found.append(rate / lag)
    return float(np.median(found))


@pytest.mark.parametrize("block", [997, 4096, 96_000])
def test_spans_are_silent_in_blocks_of_any_size_and_nothing_is_moved(block):
    samples = noise(4, channels=2)
    made = fed(editing.Sound({"silence": [[1000, 2000]]}, RATE), samples, block)
    assert made.shape == samples.shape
    first, last = RATE - hushing.LEAD_MS * 48, 2 * RATE + hushing.TRAIL_MS * 48
    assert not made[:, first:last].any()
    fade = hushing.FADE_MS * 48
    assert np.array_equal(made[:, : first - fade], samples[:, : first - fade])
    assert np.array_equal(made[:, last + fade :], samples[:, last + fade :])


@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_a_disguise_gives_back_as_many_samples_in_step_with_another_pitch_and_silence(rate):
    samples = voice(5, 120, rate)
    edits = {"disguise": True, "silence": [[2000, 3000]]}
    made = fed(editing.Sound(edits, rate), samples, 1999)
    assert made.shape == samples.shape
    lead, trail = (ms * rate // 1000 for ms in (hushing.LEAD_MS, hushing.TRAIL_MS))
    assert not made[:, 2 * rate - lead : 3 * rate + trail].any()
    loud, told = (
        np.sqrt((s[0, : 10 * (s.shape[1] // 10)].reshape(-1, rate // 50) ** 2).mean(axis=1))
        for s in (samples, made)
    )
    quiet = slice(80, 180)  # around the silence
    loud[quiet] = told[quiet] = 0
    likeness = [float(np.corrcoef(loud, np.roll(told, shift))[0, 1]) for shift in range(-5, 6)]
    assert abs(int(np.argmax(likeness)) - 5) <= 1  # hundredths of a second: no drift, no delay
    assert max(likeness) > 0.8
    changed = pitch_of(made[:, : 2 * rate - rate // 2], rate) / 120
    assert abs(changed - 1) > 0.08
    assert 0.7 < changed < 1.4


def test_two_disguises_of_one_voice_differ():
    samples = voice(2, 150)
    one, other = (
        np.concatenate([d.feed(samples), d.finish()], axis=1) for d in (Disguise(RATE), Disguise(RATE))
    )
    assert one.shape == other.shape == samples.shape
    assert float(np.abs(one - other).max()) > 0.01


@pytest.mark.parametrize(
    "codec", [("webm", "libopus", 64_000), ("webm", "libopus", 24_000), ("mp4", "aac", 64_000)]
)
def test_what_encoders_smear_does_not_reach_a_span(codec):
    container, name, bits = codec
    samples = fed(editing.Sound({"silence": [[1500, 2500]]}, RATE), noise(4), RATE)
    held = io.BytesIO()
    with av.open(held, "w", format=container) as box:
        stream = box.add_stream(name, rate=RATE, layout="mono")
        stream.bit_rate = bits
        for at in range(0, samples.shape[1], 960):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples[:, at : at + 960]), format="fltp", layout="mono"
            )
            frame.sample_rate, frame.pts = RATE, at
            for made in av.AudioResampler(stream.format, "mono", RATE).resample(frame):
                box.mux(stream.encode(made))
        box.mux(stream.encode(None))
    loudest, beside = 0.0, 0.0
    with av.open(io.BytesIO(held.getvalue())) as box:
        for frame in box.decode(audio=0):
            times = float(frame.pts * frame.time_base) + np.arange(frame.samples) / frame.sample_rate
            told = np.abs(frame.to_ndarray().reshape(-1)[: frame.samples])
            inside = (times >= 1.5) & (times < 2.5)
            loudest = max(loudest, float(told[inside].max(initial=0)))
            beside = max(beside, float(told[~inside].max(initial=0)))
    assert beside > 0.1
    assert loudest < 1e-4  # -80 dBFS


def test_films_are_covered_in_spans_and_boxes_and_photographs_in_boxes():
    picture = editing.Picture({"silence": [[1000, 2000]], "cover": [[0.5, 0.0, 0.5, 0.5]]})
    frame = np.full((40, 60, 3), 200, np.uint8)
    assert (picture(frame, 1500) == 32).all()
    seen = picture(frame, 3000)
    assert (seen[:20, 30:] == 32).all()
    assert (seen[20:] == 200).all()
    assert (seen[:, :30] == 200).all()
    assert (frame == 200).all()
    assert not picture.leaves(3000)
    assert editing.Picture({"silence": [[1000, 2000]]}).leaves(3000)
    assert [picture.shows(at) for at in (0, 900, 1500, 2001)] == [True, False, False, True]
    image = editing.still(Image.new("L", (61, 41), 200), {"cover": [[0.1, 0.1, 0.25, 0.25]]})
    points = np.asarray(image)
    covered = (points == 32).all(axis=2)
    assert covered[4:15, 6:22].all()
    assert covered.sum() == 11 * 16
