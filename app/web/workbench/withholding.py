"""To be written: the panel of withholding."""


def panel(identifier: str) -> dict[str, object]:
    """What the panel shows."""
    return {}
