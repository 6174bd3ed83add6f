"""To be written: the panel of trail."""


def panel(identifier: str) -> dict[str, object]:
    """What the panel shows."""
    return {}
