"""The comparison as tables of figures and ratios (Markdown), and as a plot."""

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.peers.engines import NAMES
from tests.benchmarks.peers.plot import drawn
from tests.benchmarks.peers.questions import HARD, KINDS

OWN = "columns"
BESIDE = ("tantivy", "lucene")  # ratios are said to these
TIMES = 3  # that a question is asked in a round, at once


def at(values: Sequence[float], part: float) -> float:
    """The quantile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def rounds(said: dict[str, Any], how: str, name: str, kind: str) -> list[list[float]]:
    """An engine's times of a class, round by round; of ``all``: of every class that counts."""
    kinds = KINDS if kind == "all" else (kind,)
    spent = [said[how].get(name, {}).get(one, []) for one in kinds]
    first = [said["cold"].get(name, {}).get(one, []) for one in kinds]  # each question once
    many = sum(map(len, spent)) // (TIMES * sum(map(len, first)) or 1) if how == "warm" else 1
    return [
        [one for part in spent for one in part[turn * len(part) // many : (turn + 1) * len(part) // many]]
        for turn in range(many if any(spent) else 0)
    ]


def middle(each: Sequence[Sequence[float]], part: float) -> float:
    """The quantile of each round, in milliseconds, and of these the median."""
    return statistics.median(at(values, part) for values in each) * 1000


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def asked(said: dict[str, Any], how: str) -> str:
    """Times by class and engine, and ours as ratios."""
    names = [name for name in NAMES if name in said[how]]
    beside = [name for name in BESIDE if name in names and OWN in names]
    head = ["p50 / p95, ms", *(NAMES[name] for name in names), *(f"ours : {NAMES[name]}" for name in beside)]
    rows = []
    for kind in (*KINDS, "all", HARD):
        cells, shown = [], {}
        for name in names:
            each = rounds(said, how, name, kind)
            if kind in said["wrong"].get(name, {}):
                cells.append("wrong")
            elif not each:
                cells.append("-")
            else:
                shown[name] = middle(each, 0.5), middle(each, 0.95)
                cells.append(f"{shown[name][0]:.3f} / {shown[name][1]:.2f}")
        for name in beside:
            if OWN in shown and name in shown:
                parts = [mine / theirs for mine, theirs in zip(shown[OWN], shown[name], strict=True)]
                cells.append(f"{parts[0]:.2f} / {parts[1]:.2f}")
            else:
                cells.append("-")
        rows.append([f"**{kind}**" if kind == "all" else kind, *cells])
    return table(head, rows)


def warmed(said: dict[str, Any]) -> str:
    """How the times of all questions change from round to round, as engines keep what was asked for."""
    names = [name for name in (OWN, *BESIDE) if name in said["warm"]]
    rows = []
    for name in names:
        each = rounds(said, "warm", name, "all")
        rows.append([NAMES[name], *(f"{middle([one], 0.5):.3f} / {middle([one], 0.95):.2f}" for one in each)])
    longest = max(len(row) for row in rows)
    return table(["all, p50 / p95, ms", *(f"round {turn}" for turn in range(1, longest))], rows)


def _middle(values: Sequence[float]) -> float:
    return statistics.median(values) if values else 0.0


def built(said: dict[str, Any], count: int) -> str:
    """Building: rates, sizes, memory."""
    rows = []
    for name in NAMES:
        kept = said.get(name) or []
        if not kept:
            continue
        cells = [NAMES[name]]
        for processes in (1, 2):
            rates = [count / one["seconds"] for one in kept if one["processes"] == processes]
            spread = f" ({min(rates):,.0f} to {max(rates):,.0f})" if len(rates) > 1 else ""
            cells.append(f"{_middle(rates):,.0f}{spread}" if rates else "-")
        most = max(one["most"] for one in kept)
        rows.append([*cells, f"{kept[-1]['bytes'] / 1e6:,.0f}", f"{most:,.0f}"])
    head = ["building", "passages/s, one process or thread", "two", "index, MB", "most memory, MB"]
    return table(head, rows)


def kept(said: dict[str, Any], changes: dict[str, Any]) -> str:
    """Opening, the mix, memory, changes."""
    rows = []
    for name in NAMES:
        if name not in said["open"]:
            continue
        opened, memory = said["open"][name], said["memory"][name]
        cells = [NAMES[name], f"{opened['open'] * 1000:.1f} / {opened['first'] * 1000:.1f}"]
        cells.append(f"{_middle(said['mix'].get(name, [])):,.0f}")
        cells.append(f"{memory['all']} / {memory['own']}")
        for act in ("put", "changed", "removed"):
            values = (changes.get(name) or {}).get(act)
            cells.append(f"{at(values, 0.5) * 1000:.1f} / {at(values, 0.95) * 1000:.1f}" if values else "-")
        rows.append(cells)
    head = [
        "",
        "cold: opened / first answer, ms",
        "questions/s",
        "resident, all / own, MB",
        "100 passages put, ms",
        "changed",
        "removed",
    ]
    return table(head, rows)


def grown(results: dict[str, Any]) -> dict[str, list[tuple[int, float]]]:
    """For each engine the p95 of all questions, by number of passages."""
    lines: dict[str, list[tuple[int, float]]] = {}
    for size, said in sorted(results.get("ask", {}).items(), key=lambda one: int(one[0])):
        for name in NAMES:
            each = rounds(said, "warm", name, "all")
            if each:
                lines.setdefault(NAMES[name], []).append((int(size), middle(each, 0.95)))
    return lines


def growth(results: dict[str, Any]) -> str:
    """Our p50 and p95 by class and number of passages, and the power they grow with."""
    sizes = sorted(int(size) for size, said in results["ask"].items() if OWN in said["warm"])
    rows = []
    for kind in (*KINDS, "all", HARD):
        cells = []
        ends = []
        for size in sizes:
            each = rounds(results["ask"][str(size)], "warm", OWN, kind)
            cells.append(f"{middle(each, 0.5):.2f} / {middle(each, 0.95):.2f}" if each else "-")
            ends.append(middle(each, 0.95) if each else 0.0)
        times = ends[-1] / ends[0] if ends and ends[0] else 0.0
        rows.append([kind, *cells, f"{times:.1f}"])
    more = sizes[-1] // sizes[0] if sizes else 0
    return table(["ours, p50 / p95, ms", *(f"{size:,}" for size in sizes), f"p95 grows, of {more}"], rows)


def written(home: Path, results: dict[str, Any], sizes: Sequence[int]) -> str:
    """Write ``report.md`` and ``growth.svg``; the report."""
    parts = ["Engines: " + "; ".join(f"{NAMES[name]} ({said})" for name, said in results["versions"].items())]
    parts += [f"{NAMES[name]} was not here: {why}" for name, why in results["absent"].items() if why]
    for size in map(str, sizes):
        if size not in results.get("ask", {}):
            continue
        said = results["ask"][size]
        parts.append(
            f"## {int(size):,} passages\n\nWarm, ten hits with the exact total, the median of the rounds:\n\n"
            + asked(said, "warm")
        )
        parts.append(warmed(said))
        faults = [
            f"{NAMES[name]}, {kind}: {fault}"
            for name, kinds in said["wrong"].items()
            for kind, fault in kinds.items()
        ]
        parts.append("Wrong answers: " + ("; ".join(faults) or "none") + ".")
        parts.append(f"Cold, each question once in a new process:\n\n{asked(said, 'cold')}")
        parts.append(built(results["build"][size], int(size)))
        parts.append(kept(said, results.get("put", {}).get(size, {})))
    parts.append("## Growth\n\n" + growth(results) + "\n![p95 against passages](growth.svg)")
    text = "\n\n".join(parts) + "\n"
    (home / "report.md").write_text(text, encoding="utf-8")
    (home / "growth.svg").write_text(drawn(grown(results), "passages", "p95 of all questions, ms"))
    return text
