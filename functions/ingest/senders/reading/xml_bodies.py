"""XML, as far as senders send it: elements and texts, no document type, so no entities."""

from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from tocsin.domain.errors import MalformedInputError
from tocsin.lambda_runtime.strict_json import expect_size

ELEMENTS_LIMIT: Final = 20_000


class _Builder(TreeBuilder):
    """Refuses what could make a small body large, or ask for another document."""

    def __init__(self) -> None:
        super().__init__()
        self._elements = 0

    def start(self, tag: Any, attrs: Any, /) -> Any:  # noqa: ANN401 - as the base has it
        self._elements += 1
        if self._elements > ELEMENTS_LIMIT:
            raise MalformedInputError(f"The XML has more than {ELEMENTS_LIMIT} elements.")
        return super().start(tag, attrs)

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        raise MalformedInputError("The XML declares a document type; send it without.")


def read_xml(body: bytes) -> Element:
    """Read a document.

    Raises:
        MalformedInputError: It is no XML, or declares a document type.
        PayloadTooLargeError: It is over 1 MiB.
    """
    expect_size(body)
    parser = XMLParser(target=_Builder())  # noqa: S314 - without document types nothing expands
    try:
        parser.feed(body)
        document: Element = parser.close()
    except (ParseError, LookupError, ValueError) as error:
        raise MalformedInputError("The body is neither JSON nor XML.") from error
    return document


def local_name(tag: object) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def text_of(element: Element, name: str) -> str | None:
    """The text of the first descendant with this name, without regard to namespaces."""
    for descendant in element.iter():
        if local_name(descendant.tag) == name and descendant.text and descendant.text.strip():
            return descendant.text.strip()
    return None
