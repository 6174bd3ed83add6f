"""A voice told in another one: other pitch, other resonances, in ways drawn by lot and written down nowhere.

Two steps, both of which change from second to second: grains of sound are played faster or slower and laid
where they fit (pitch and resonances together), then the angles of the poles of linear prediction are raised
to a power (resonances by themselves), after McAdams as in the second baseline of the VoicePrivacy challenge:
Patino, Tomashenko, Todisco, Nautsch, Evans, "Speaker anonymisation using the McAdams coefficient", 2021.
What was drawn is not kept, so that the way back is not simply computed. But it is made to deceive the ear:
experts who have other recordings of a person may still find them, by machines or by the way they talk.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.derivatives.hushing import Samples

ORDER = 18  # poles: two for each resonance below 8 kHz, and some
BAND = 8000  # Hz: nothing above is kept; it tells more of a voice than of its words
GRAIN = 0.040  # seconds of sound in a grain
SEEK = 0.008  # seconds by which a grain is moved to fit the one before
FRAME = 0.032  # seconds of sound whose resonances are moved together
STEP = 4  # frames in which each moment is contained
LOUDEST = 15.0  # times: no part of the spectrum is raised by more
DEEPER = ((0.80, 0.88), (1.12, 1.22))  # pitch, and the power of the poles' angles: all becomes lower ...
HIGHER = ((1.14, 1.26), (0.76, 0.86))  # ... or higher
SWAY = 0.04  # how far both sway from there
WAVE = (0.7, 2.5)  # seconds between two turns of the sway


Numbers = NDArray[np.float64]
Poles = NDArray[np.complex128]


class Disguise:
    """One recording's disguise, fed block by block: as many samples come out as went in, and none is shifted.

    Blocks are float32, channels by time; all channels are given one and the same voice.
    """

    def __init__(self, rate: int) -> None:
        chance = np.random.default_rng()  # from the system's entropy
        pitch, angle = (DEEPER, HIGHER)[int(chance.integers(2))]
        self._steps = (
            _Pitch(rate, _Sway(chance, pitch)),
            _Resonances(rate, _Sway(chance, angle)),
        )
        self._channels = 1

    def feed(self, samples: Samples) -> Samples:
        """The next samples; some are held back."""
        self._channels = samples.shape[0]
        told: Samples = samples.mean(axis=0)
        for step in self._steps:
            told = step.feed(told)
        return self._all_channels(told)

    def finish(self) -> Samples:
        """What was held back."""
        first, second = self._steps
        return self._all_channels(np.concatenate([second.feed(first.finish()), second.finish()]))

    def _all_channels(self, told: Samples) -> Samples:
        return np.repeat(told[None, :], self._channels, axis=0)


class _Sway:
    """A number that wanders about one drawn by lot."""

    def __init__(self, chance: np.random.Generator, among: tuple[float, float]) -> None:
        self._chance, self._base = chance, float(chance.uniform(*among))
        self._times, self._values = [0.0], [self._turn()]

    def _turn(self) -> float:
        return self._base * (1 + float(self._chance.uniform(-SWAY, SWAY)))

    def at(self, seconds: Numbers) -> Numbers:
        """Its values at moments, none of which is earlier than those asked for before."""
        while self._times[-1] < seconds[-1]:
            self._times.append(self._times[-1] + float(self._chance.uniform(*WAVE)))
            self._values.append(self._turn())
        values = np.interp(seconds, self._times, self._values)
        past = max(0, int(np.searchsorted(self._times, seconds[0])) - 1)
        del self._times[:past], self._values[:past]
        return values


class _Held:
    """Sound that waits to be worked on, and how far it has come."""

    def __init__(self, before: int) -> None:
        self.waiting = np.zeros(before, np.float32)  # begins ``before`` samples ahead of the first one
        self.taken = self.given = 0

    def take(self, samples: Samples) -> None:
        self.taken += len(samples)
        self.waiting = np.concatenate([self.waiting, samples.astype(np.float32)])

    def give(self, samples: Samples, skip: int) -> Samples:
        """Of what was made, that which belongs to the recording: ``skip`` lie before its start."""
        samples = samples[max(0, skip) : max(0, skip) + self.taken - self.given]
        self.given += len(samples)
        return samples


class _Pitch:
    """Grains half over one another, each read at another speed and moved to where it fits the one before."""

    def __init__(self, rate: int, ratio: _Sway) -> None:
        self.rate, self.ratio = rate, ratio
        self.hop = int(GRAIN * rate / 2)
        self.seek = int(SEEK * rate)
        self.window = np.hanning(2 * self.hop + 1)[:-1].astype(np.float32)
        self.reach = int(self.hop * 1.5) + self.seek + 2  # samples on each side of a grain's middle
        self.held = _Held(self.reach)
        self.tail = np.zeros(self.hop, np.float32)  # of the last grain, as it would go on
        self.grains = 0

    def feed(self, samples: Samples) -> Samples:
        self.held.take(samples)
        return self._made()

    def finish(self) -> Samples:
        held = self.held
        held.waiting = np.concatenate([held.waiting, np.zeros(2 * self.reach + self.hop, np.float32)])
        return self._made()

    def _made(self) -> Samples:
        waiting, made, at = self.held.waiting, [], 0
        while at + 2 * self.reach <= len(waiting):  # the grain's middle is at + reach
            made.append(self._grain(waiting[at : at + 2 * self.reach]))
            at += self.hop
        self.held.waiting = waiting[at:]
        # A grain completes the half before its middle; of the first one, that lies before the start.
        skip = self.hop if made and self.grains == len(made) else 0
        return self.held.give(np.concatenate(made) if made else np.zeros(0, np.float32), skip)

    def _grain(self, around: Samples) -> Samples:
        now = self.grains * self.hop / self.rate
        ratio = float(self.ratio.at(np.array([now]))[0])
        self.grains += 1
        places = self.reach + ratio * np.arange(-self.hop, self.hop)
        shift = self._best(around, places[: self.hop])
        grain: Samples = np.interp(places + shift, np.arange(len(around)), around).astype(np.float32)
        done: Samples = self.tail * self.window[self.hop :] + grain[: self.hop] * self.window[: self.hop]
        self.tail = grain[self.hop :]
        return done

    def _best(self, around: Samples, places: NDArray[np.floating[Any]]) -> int:
        """By how many samples the grain is moved, that it goes on as the one before did."""
        thin = max(1, self.rate // 12_000)
        tail = self.tail[::thin]
        if not tail.any():
            return 0
        shifts = np.arange(-self.seek, self.seek + 1, thin)
        heads = around[np.rint(places[::thin])[None, :].astype(int) + shifts[:, None]]
        likeness = heads @ tail / (np.sqrt((heads**2).sum(axis=1)) + 1e-6)
        return int(shifts[int(likeness.argmax())])


class _Resonances:
    """Frames over one another, in each of which the poles are moved."""

    def __init__(self, rate: int, power: _Sway) -> None:
        self.rate, self.power = rate, power
        self.hop = int(FRAME * rate / STEP)
        self.size = self.hop * STEP
        window = np.hanning(self.size + 1)[:-1]
        self.window = np.sqrt(window).astype(np.float32)  # once before, once after
        self.whole = window.reshape(STEP, self.hop).sum(axis=0).mean()
        self.points = 2 * self.size
        self.kept = int(BAND * self.points / rate) + 1  # of its spectrum
        self.held = _Held(self.size - self.hop)
        self.over = np.zeros(self.size, np.float32)  # what frames done have left to add
        self.frames = 0

    def feed(self, samples: Samples) -> Samples:
        self.held.take(samples)
        return self._made()

    def finish(self) -> Samples:
        held = self.held
        held.waiting = np.concatenate([held.waiting, np.zeros(2 * self.size, np.float32)])
        return self._made()

    def _made(self) -> Samples:
        waiting = self.held.waiting
        count = max(0, (len(waiting) - self.size) // self.hop + 1)
        if not count:
            return np.zeros(0, np.float32)
        frames = np.lib.stride_tricks.sliding_window_view(waiting, self.size)[:: self.hop][:count]
        moments = (self.frames + np.arange(count)) * self.hop / self.rate
        told = self._moved(frames * self.window, self.power.at(moments)) * self.window / self.whole
        made = np.concatenate([self.over, np.zeros(count * self.hop, np.float32)])
        for number, frame in enumerate(told):
            made[number * self.hop : number * self.hop + self.size] += frame
        done = count * self.hop
        skip = self.size - self.hop - self.frames * self.hop
        self.frames += count
        self.held.waiting, self.over = waiting[done:], made[done : done + self.size]
        return self.held.give(made[:done], skip)

    def _moved(self, frames: Samples, powers: Numbers) -> Samples:
        """Frames with their resonances moved, as loud as before."""
        spectrum = np.fft.rfft(frames, self.points)[:, : min(self.kept, self.points // 2 + 1)]
        strength = np.abs(spectrum) ** 2
        poles = _poles(strength)
        angles = np.angle(poles)
        moved = np.abs(poles) * np.exp(1j * np.sign(angles) * np.abs(angles) ** powers[:, None])
        moved = np.where(np.abs(angles) > np.pi - 1e-6, poles, moved)  # what is real stays so
        gain = np.minimum(_response(poles, moved, spectrum.shape[1]), LOUDEST)
        told = spectrum * gain
        loud = np.sqrt(strength.sum(axis=1) / (np.abs(told) ** 2).sum(axis=1).clip(1e-20))
        back = np.zeros((len(frames), self.points // 2 + 1), complex)
        back[:, : told.shape[1]] = told * loud[:, None]
        return np.fft.irfft(back, self.points)[:, : self.size].astype(np.float32)


def _poles(strength: Numbers) -> Poles:
    """The poles of linear prediction (autocorrelation, Levinson and Durbin), of spectra below ``BAND``."""
    like = np.fft.irfft(strength)[:, : ORDER + 1]
    like[:, 0] = like[:, 0] * 1.0001 + 1e-9  # so that also silence and pure tones have some
    told = np.zeros((len(like), ORDER + 1))
    told[:, 0], left = 1.0, like[:, 0].copy()
    for n in range(1, ORDER + 1):
        turn = -(told[:, :n] * like[:, n:0:-1]).sum(axis=1) / left
        told[:, 1 : n + 1] += turn[:, None] * told[:, n - 1 :: -1][:, :n]
        left *= (1 - turn**2).clip(1e-9)
    companion = np.zeros((len(like), ORDER, ORDER))
    companion[:, 0] = -told[:, 1:]
    companion[:, np.arange(1, ORDER), np.arange(ORDER - 1)] = 1.0
    return np.asarray(np.linalg.eigvals(companion), np.complex128)


def _response(before: Poles, after: Poles, points: int) -> Numbers:
    """How much louder each point of the spectrum becomes when poles are moved."""
    circle = np.exp(1j * np.pi * np.arange(points) / (points - 1))
    gain = np.ones((len(before), points))
    for n in range(ORDER):
        gain *= np.abs(circle - before[:, n, None]) / np.abs(circle - after[:, n, None]).clip(1e-4)
    return gain
