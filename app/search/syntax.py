"""The tree a query is read into. It knows words, not indexes, and nothing of Whoosh."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One word as typed, to be found in any inflected form.

    It is one word with the ``others`` that stand for the same: they are found, counted and ranked together.
    It also finds passages in which somebody speaks who has one of the folded names of ``voices``.
    """

    surface: str
    others: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()

    @property
    def surfaces(self) -> tuple[str, ...]:
        """The word as typed, and the others."""
        return (self.surface, *self.others)


@dataclass(frozen=True, slots=True)
class Exact:
    """Words in this order, side by side in one utterance; each slot holds the folded forms that fit."""

    slots: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """Folded words that begin with ``start``."""

    start: str


@dataclass(frozen=True, slots=True)
class Facet:
    """A value of the named facet holds these folded words side by side (the last may be a beginning)."""

    name: str
    words: tuple[str, ...]
    open_end: bool = False


@dataclass(frozen=True, slots=True)
class Years:
    """The named facet holds a whole number from ``low`` to ``high``, both inclusive, None for no bound."""

    name: str
    low: int | None
    high: int | None

    @classmethod
    def between(cls, name: str, one: int | None, other: int | None) -> "Years":
        """The years between two, whichever of them was typed first."""
        return cls(name, other, one) if one and other and other < one else cls(name, one, other)


@dataclass(frozen=True, slots=True)
class All:
    """Every one of these."""

    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of these; each that matches adds to the score."""

    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of these, which are the same thing said differently: the best one gives the score."""

    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """Everything without this."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class Plus:
    """Must match, wherever it stands among words that need not."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class Loose:
    """Words side by side: what is required, what is welcome, what is banned.

    Without a required word one of the optional ones must match; a required facet alone does not excuse them.
    """

    required: "tuple[Node, ...]" = ()
    optional: "tuple[Node, ...]" = ()
    banned: "tuple[Node, ...]" = ()


Node = Word | Exact | Prefix | Facet | Years | All | Some | Either | Not | Plus | Loose
Leaf = Word | Exact | Prefix


def leaves(node: Node) -> Iterator[Leaf]:
    """The words, phrases and beginnings that are looked for, in order; not what is banned."""
    match node:
        case Word() | Exact() | Prefix():
            yield node
        case All(nodes) | Some(nodes) | Either(nodes):
            for child in nodes:
                yield from leaves(child)
        case Plus(child):
            yield from leaves(child)
        case Loose(required, optional, _):
            for child in (*required, *optional):
                yield from leaves(child)
        case _:
            return


def in_a_row(node: Node) -> list[Word | None]:
    """The words typed side by side, as they were typed; None for whatever else stands between them."""
    if not isinstance(node, Loose):
        return []
    first = (child.nodes[0] if isinstance(child, Either) else child for child in node.optional)
    return [child if isinstance(child, Word) else None for child in first]


def about_words(node: Node) -> bool:
    """Whether a node asks for words at all, not only for facets."""
    return next(leaves(node), None) is not None
