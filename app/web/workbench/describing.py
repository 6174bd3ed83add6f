"""To be written: the panel of describing."""


def panel(identifier: str) -> dict[str, object]:
    """What the panel shows."""
    return {}
