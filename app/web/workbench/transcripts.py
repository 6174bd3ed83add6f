"""To be written: the panel of transcripts."""


def panel(identifier: str) -> dict[str, object]:
    """What the panel shows."""
    return {}
