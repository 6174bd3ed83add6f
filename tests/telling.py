"""An account as a teller gives it and an archivist takes it in: for tests of what follows."""

from app.archive import Archive
from app.cli.base import OPERATOR
from app.services import submitting
from app.services.steps import USES

SAID = {
    "speaker": {"whose": ["own"]},
    "account": {"text": ["We heard the bells at midnight. Then the road was full.\n\nNobody slept."]},
    "when": {"when": ["about ten days later"]},
    "naming": {"naming": ["other"], "name": ["Mara of the Mill"]},
    "uses": {u: ["yes" if u in ("reading", "quoting") else "no"] for u in USES},
    "readers": {"access": ["public"]},
    "opening": {"opening": ["now"]},
}


def tell(archive: Archive, **changes: dict[str, list[str]]) -> str:
    """A draft with every question answered."""
    with archive.writing():
        identifier = submitting.begin(f"ticket {changes}", "en")
    for step, given in (SAID | changes).items():
        with archive.writing():
            submitting.answer(identifier, step, given)
    return identifier


def send(archive: Archive, **changes: dict[str, list[str]]) -> tuple[str, str]:
    """An account that was sent, and its six words."""
    identifier = tell(archive, **changes)
    with archive.writing():
        return identifier, submitting.send(identifier)


def accept(archive: Archive, identifier: str, **decided: object) -> str:
    """The testimony an account became, open to readers as far as its teller allows."""
    from app.services import reviewing

    given = {
        "collection": "Given",
        "title": "The bells",
        "kind": "written account",
        "with_places": True,
        "with_people": False,
        "publish": True,
    }
    with archive.writing():
        return reviewing.accept(identifier, OPERATOR, **(given | decided))  # type: ignore[arg-type]
