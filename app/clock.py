"""What time it is: one clock for the whole house, which a test may set and which never goes back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime


class _Clock:
    def __init__(self) -> None:
        self.source: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.latest = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        # Embargo and consent are weighed against this: a system clock set back must not reopen what closed.
        self.latest = max(self.latest, self.source())
        return self.latest


_clock = _Clock()


def now() -> datetime:
    """The present moment, UTC; never earlier than the moment it said before."""
    return _clock.now()


def today() -> date:
    """The present day, UTC."""
    return now().date()


def midnight() -> datetime:
    """The beginning of the present day, UTC: what is kept of a moment that must not be known."""
    return now().replace(hour=0, minute=0, second=0, microsecond=0)


@contextmanager
def showing(moment: datetime) -> Iterator[None]:
    """Let the clock show another moment for a while: how tests wait for an embargo to end."""
    kept, latest = _clock.source, _clock.latest
    _clock.source, _clock.latest = (lambda: moment), moment
    try:
        yield
    finally:
        _clock.source, _clock.latest = kept, latest
