"""A plot of lines on two logarithmic axes, as SVG."""

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 760, 460, 64, 16, 128, 48
COLOURS = ("#0b6e4f", "#b8430b", "#1f4e9c", "#8a2d7a", "#7a6a00", "#5a5a5a", "#00788a")


def drawn(lines: Mapping[str, Sequence[tuple[float, float]]], across: str, up: str) -> str:
    """The lines, each with its name at its end."""
    points = [point for line in lines.values() for point in line]
    if not points:
        return ""
    low_x, high_x = (log10(f(x for x, _ in points)) for f in (min, max))
    low_y, high_y = floor(log10(min(y for _, y in points))), ceil(log10(max(y for _, y in points)))

    def x(value: float) -> float:
        return LEFT + (log10(value) - low_x) / (high_x - low_x or 1) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (log10(value) - low_y) / (high_y - low_y or 1) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="12" role="img">',
        f"<title>{up} against {across}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for power in range(low_y, high_y + 1):
        here = y(10**power)
        parts.append(f'<path d="M{LEFT} {here:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{here + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    for size in sorted({size for size, _ in points}):
        parts.append(f'<path d="M{x(size):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#eee"/>')
        parts.append(
            f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{size:,}</text>'
        )
    taken: list[float] = []
    for (name, line), colour in zip(lines.items(), COLOURS, strict=False):
        path = "L".join(f"{x(size):.1f} {y(value):.1f}" for size, value in line)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        end = y(line[-1][1])
        while any(abs(end - other) < 13 for other in taken):
            end += 13
        taken.append(end)
        parts.append(f'<text x="{x(line[-1][0]) + 6:.1f}" y="{end + 4:.1f}" fill="{colour}">{name}</text>')
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{across}</text>'
    )
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(f'<text transform="translate(14 {middle}) rotate(-90)" text-anchor="middle">{up}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
