"""That a dossier was made stands in the trail, with the sum that stands for all of it."""

from app.formats.dossier import Dossier
from app.policy import Actor
from app.services import auditing


def note(made: Dossier, seal: str, actor: Actor) -> None:
    """Write down that a dossier was made: whoever holds one can ask whether its sum is one of ours."""
    auditing.note(
        actor,
        "dossier.make",
        f"{made.kind}:{made.identifier}",
        audience=made.audience,
        passages=len(made.passages),
        sha256=seal,
    )
