"""The ways the archive says no. Doors translate them; nobody else catches them."""

import traceback


class ArchiveError(Exception):
    """A refusal whose message may be shown to the person who asked."""

    status = 400


class NotFound(ArchiveError):
    """There is no such thing, or not for this reader: the two are told apart nowhere."""

    status = 404


class Forbidden(ArchiveError):
    """The actor is known, and may not do this."""

    status = 403


class Conflict(ArchiveError):
    """The thing is not in a state where this can be done."""

    status = 409


class Gone(ArchiveError):
    """It was here and was taken away for good."""

    status = 410


class TooSoon(ArchiveError):
    """Asked too often, or too many ask at once: it may be tried again a little later."""

    status = 429


class NoRoom(ArchiveError):
    """The disk's reserve is reached: nothing more is taken in until there is room."""

    status = 507


class Invalid(ArchiveError):
    """What was handed in cannot be read or kept.

    ``line`` is the one-based line of the file at fault, where there is one.
    """

    status = 422

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.line = line


def traced(error: BaseException) -> str:
    """What went wrong and where, for a log: types, files, lines and functions.

    Never a message: a database quotes what it was given, and that may be somebody's account.
    """
    told, seen, fault = [], set[int](), error
    while id(fault) not in seen:
        seen.add(id(fault))
        reason = f" ({fault.errno})" if isinstance(fault, OSError) else ""
        told.append(f"{type(fault).__module__}.{type(fault).__qualname__}{reason}")
        told += [
            f"  {frame.f_code.co_filename}:{line}:{frame.f_code.co_name}"
            for frame, line in traceback.walk_tb(fault.__traceback__)
        ]
        before = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
        fault = before or fault
    return "\n".join(told)
