"""OHMS XML, parsed safely: no document type, no entities, no network, no file of unreasonable size."""

from collections.abc import Iterator

from lxml import etree

from app.errors import Invalid
from app.formats.base import check_size, clean_text


def records(data: bytes) -> list[etree._Element]:
    """The ``record`` elements of an OHMS file. Raises Invalid for anything else."""
    check_size(data)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        line = getattr(error, "lineno", None)
        raise Invalid(f"not well-formed XML: {error}", line or None) from None
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise Invalid("a document type (DOCTYPE) is not accepted: it can reach files and exhaust memory")
    found = list(children(root, "record"))
    if name(root) != "ROOT" or not found:
        raise Invalid(f"not an OHMS file: <{name(root)}> in place of <ROOT><record>")
    return found


def name(element: etree._Element) -> str:
    """The local name: exports differ in the namespace they give, and some give none."""
    return str(element.tag).rpartition("}")[2]


def children(element: etree._Element, tag: str) -> Iterator[etree._Element]:
    """The child elements called ``tag``."""
    return (child for child in element if name(child) == tag)


def text(element: etree._Element, tag: str) -> str:
    """The trimmed text of the first child called ``tag``; "" without one."""
    return raw(element, tag).strip()


def raw(element: etree._Element, tag: str) -> str:
    """As ``text``, untrimmed: the rows of a transcript are counted from its first."""
    child = next(children(element, tag), None)
    return "" if child is None else clean_text(_all_text(child))


def texts(element: etree._Element, tag: str) -> tuple[str, ...]:
    """The trimmed texts of all children called ``tag`` that have any."""
    found = (clean_text(_all_text(child)).strip() for child in children(element, tag))
    return tuple(value for value in found if value)


def _all_text(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext())
