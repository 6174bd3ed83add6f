"""To be written: the panel of tags."""


def panel(identifier: str) -> dict[str, object]:
    """What the panel shows."""
    return {}
