"""Schedule AL (exhibit EX-102) as a stream: one record at a time, in memory that does not grow with the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from deploy.portfolio.errors import MalformedPortfolio, Place
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


def read_schedule_al(path: Path, *, pool: str) -> Iterator[PortfolioAccount]:
    """The loans or leases of one EX-102 file; `pool` becomes part of each source_ref.

    Raises MalformedPortfolio, also for files that declare a document type or entities.
    """
    with path.open("rb") as stream:
        for record in _records(stream, path=path):
            yield loan_account(record, pool=pool) if record.product == "loan" else lease_account(record, pool=pool)


@dataclass(slots=True)
class _Reading:
    """Where the reader is: how deep, in which record, after how many of its elements."""

    path: Path
    product: Literal["loan", "lease"]
    record: int = 0
    depth: int = 0
    elements: int = 0

    def enter(self, element: Element) -> None:
        self.depth += 1
        if self.depth == 2:
            self.record, self.elements = self.record + 1, 0
            if _local(element) != "assets":
                self.refuse(f"Expected an assets element, found {_local(element)[:40]!r}.")
        if self.depth == 3:
            self.elements += 1
        if self.depth > 3 or self.elements > _ELEMENTS_MAX:
            self.refuse("The record has more elements than Schedule AL knows.")

    def refuse(self, sentence: str) -> None:
        raise MalformedPortfolio(place=Place(self.path, record=self.record or None), sentence=sentence)


def _records(stream: IO[bytes], *, path: Path) -> Iterator[Record]:
    place = Place(path)
    try:
        events = iter(iterparse(stream, events=("start", "end"), forbid_dtd=True))
        _, root = next(events)
        reading = _Reading(path=path, product=_product(root, place=place), depth=1)
        for event, element in events:
            if event == "start":
                reading.enter(element)
                continue
            if reading.depth == 2:
                yield _record(element, reading=reading)
                root.clear()
            reading.depth -= 1
    except DefusedXmlException as danger:
        sentence = "The file declares a document type or entities, which Schedule AL files never do."
        raise MalformedPortfolio(place=place, sentence=sentence) from danger
    except (ParseError, StopIteration) as broken:
        line = broken.position[0] if isinstance(broken, ParseError) else None
        raise MalformedPortfolio(
            place=Place(path, line=line), sentence="The file is not well-formed XML; it may have been cut off."
        ) from broken


def _record(element: Element, *, reading: _Reading) -> Record:
    values: dict[str, tuple[str, ...]] = {}
    for child in element:
        text = (child.text or "").strip()
        if len(text) > _TEXT_MAX:
            reading.refuse(f"The value of {_local(child)} is longer than {_TEXT_MAX} characters.")
        values[_local(child)] = (*values.get(_local(child), ()), text)
    return Record(place=Place(reading.path, record=reading.record), product=reading.product, values=values)


def _product(root: Element, *, place: Place) -> Literal["loan", "lease"]:
    namespace, _, name = root.tag.removeprefix("{").rpartition("}")
    if name != "assetData" or namespace not in _NAMESPACES:
        raise MalformedPortfolio(
            place=place, sentence="The root element is not assetData of the Schedule AL loan or lease namespace."
        )
    return _NAMESPACES[namespace]


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]
