"""Schedule AL (exhibit EX-102) as a stream: one record at a time, in memory that does not grow with the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLPullParser

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from deploy.portfolio.errors import MalformedPortfolio, OnRefusal, Place, stop_at
from deploy.portfolio.records import Placed
from deploy.portfolio.schedule_al_fields import Record
from deploy.portfolio.schedule_al_leases import lease_account
from deploy.portfolio.schedule_al_loans import loan_account
from services.accounts.contract.portfolio import PortfolioAccount

_NAMESPACES: dict[str, Literal["loan", "lease"]] = {
    "http://www.sec.gov/edgar/document/absee/autoloan/assetdata": "loan",
    "http://www.sec.gov/edgar/document/absee/autolease/assetdata": "lease",
}
# The longer of the two schemas has 72 elements, four of them repeatable.
_ELEMENTS_MAX = 300
_TEXT_MAX = 500
_FED_BYTES = 65_536


def read_schedule_al(path: Path, *, pool: str, refused: OnRefusal = stop_at) -> Iterator[Placed]:
    """The loans or leases of one EX-102 file; `pool` becomes part of each source_ref.

    A record that cannot be serviced is refused by its line and element. Raises MalformedPortfolio for a file that is
    no Schedule AL, also for one that declares a document type or entities.
    """
    with path.open("rb") as stream:
        for record in _records(stream, path=path):
            try:
                account = _account(record, pool=pool)
            except MalformedPortfolio as refusal:
                refused(refusal)
                continue
            yield Placed(record.place, account)


def _account(record: Record, *, pool: str) -> PortfolioAccount:
    for name, texts in record.values.items():
        if max(map(len, texts)) > _TEXT_MAX:
            record.refuse(name[:60], f"The value is longer than {_TEXT_MAX} characters.")
    try:
        return loan_account(record, pool=pool) if record.product == "loan" else lease_account(record, pool=pool)
    except (ValueError, ArithmeticError) as beyond:
        # Each value is one that its element can have; a year 9999 has no day after it all the same.
        sentence = f"Its dates or amounts, taken together, cannot be reckoned with: {beyond}."
        raise MalformedPortfolio(place=record.place, sentence=sentence) from beyond


@dataclass(slots=True)
class _Reading:
    """Where the reader is: how deep, in which record that began on which line, after how many of its elements."""

    path: Path
    product: Literal["loan", "lease"]
    line: int = 0
    record: int = 0
    depth: int = 0
    elements: int = 0

    @property
    def place(self) -> Place:
        return Place(self.path, line=self.line, record=self.record or None)

    def enter(self, element: Element, *, line: int) -> None:
        self.depth += 1
        if self.depth == 2:
            self.record, self.elements, self.line = self.record + 1, 0, line
            if _local(element) != "assets":
                self.refuse(f"Expected an assets element, found {_local(element)[:40]!r}.")
        if self.depth == 3:
            self.elements += 1
        if self.depth > 3 or self.elements > _ELEMENTS_MAX:
            self.refuse("The record has more elements than Schedule AL knows.")

    def refuse(self, sentence: str) -> None:
        raise MalformedPortfolio(place=self.place, sentence=sentence)


def _records(stream: IO[bytes], *, path: Path) -> Iterator[Record]:
    place = Place(path)
    try:
        events = _events(stream)
        _, root, _ = next(events)
        reading = _Reading(path=path, product=_product(root, place=place), depth=1)
        for event, element, line in events:
            if event == "start":
                reading.enter(element, line=line)
                continue
            if reading.depth == 2:
                yield _record(element, reading=reading)
                root.clear()
            reading.depth -= 1
    except DefusedXmlException as danger:
        sentence = "The file declares a document type or entities, which Schedule AL files never do."
        raise MalformedPortfolio(place=place, sentence=sentence) from danger
    except (ParseError, StopIteration) as broken:
        at = broken.position[0] if isinstance(broken, ParseError) else None
        raise MalformedPortfolio(
            place=Place(path, line=at), sentence="The file is not well-formed XML; it may have been cut off."
        ) from broken


def _events(stream: IO[bytes]) -> Iterator[tuple[str, Element, int]]:
    """Each start and end of an element with its line: the parser is given one line at a time, and no endless one."""
    # The defused parser refuses entities; the pull parser has no public way to be given it.
    parser: Any = XMLPullParser(("start", "end"), _parser=DefusedXMLParser(target=TreeBuilder(), forbid_dtd=True))
    line = 1
    while text := stream.readline(_FED_BYTES):
        parser.feed(text)
        yield from ((event, element, line) for event, element in parser.read_events())
        line += text.endswith(b"\n")
    parser.close()
    yield from ((event, element, line) for event, element in parser.read_events())


def _record(element: Element, *, reading: _Reading) -> Record:
    values: dict[str, tuple[str, ...]] = {}
    for child in element:
        name, text = _local(child), (child.text or "").strip()
        values[name] = (*values.get(name, ()), text[: _TEXT_MAX + 1])
    return Record(place=reading.place, product=reading.product, values=values)


def _product(root: Element, *, place: Place) -> Literal["loan", "lease"]:
    namespace, _, name = root.tag.removeprefix("{").rpartition("}")
    if name != "assetData" or namespace not in _NAMESPACES:
        raise MalformedPortfolio(
            place=place, sentence="The root element is not assetData of the Schedule AL loan or lease namespace."
        )
    return _NAMESPACES[namespace]


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]
