"""What a program that reads aloud finds in our PDFs (ISO 14289-1), seen by a reader that did not write them."""

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pdfplumber
import pytest

from chassis.clock import FixedClock
from chassis.context import as_service
from chassis.ids import new_id
from services.accounts.service import AccountsService
from tests.builders.accounts import a_lease, a_loan, an_account, an_opening
from tests.builders.wiring import a_customer, an_agent, call
from tests.service.accounts.test_statements import on, pay

HEADINGS = {"H1", "H2"}
# The lender and its number, and the page: what a reader is spared on every page.
FOOTER = "Kia Finance America · 1-855-885-7600Page 1 of 1"


@dataclass
class Part:
    """An element of the structure tree: its own words, and the elements in it."""

    kind: str
    words: str
    attributes: dict[str, Any]
    parts: list["Part"] = field(default_factory=list)

    @property
    def all_words(self) -> str:
        return self.words + "".join(part.all_words for part in self.parts)

    def find(self, *kinds: str) -> Iterator["Part"]:
        if self.kind in kinds:
            yield self
        for part in self.parts:
            yield from part.find(*kinds)


@dataclass
class Read:
    """A document as it is read: title and language, its tree, and the words that are in no element."""

    title: str
    shows_title: bool
    language: str
    is_marked: bool
    tree: Part
    unread: str

    def outline(self) -> list[str]:
        return [part.all_words for part in self.tree.find(*HEADINGS)]

    def table_after(self, heading: str) -> Part:
        """The element that follows a heading."""
        names = [part.all_words if part.kind in HEADINGS else None for part in self.tree.parts]
        return self.tree.parts[names.index(heading) + 1]


def read(content: bytes) -> Read:
    with pdfplumber.open(BytesIO(content)) as document:
        words: dict[tuple[int, int | None], str] = {}
        for page in document.pages:
            for letter in page.chars:
                place = (page.page_number, letter.get("mcid"))
                words[place] = words.get(place, "") + letter["text"]
        (root,) = document.structure_tree
        catalog = document.doc.catalog
        return Read(
            title=document.metadata["Title"],
            shows_title=catalog["ViewerPreferences"]["DisplayDocTitle"],
            language=catalog["Lang"].decode(),
            is_marked=catalog["MarkInfo"]["Marked"],
            tree=part_of(root, words=words),
            unread="".join(text for (_, mark), text in words.items() if mark is None),
        )


def part_of(node: dict[str, Any], *, words: dict[tuple[int, int | None], str]) -> Part:
    own = "".join(words.get((node.get("page_number", 1), mark), "") for mark in node.get("mcids", ()))
    parts = [part_of(child, words=words) for child in node.get("children", ())]
    return Part(node["type"], own, {**node.get("attributes", {}), "id": node.get("id")}, parts)


def cells(row: Part, kind: str) -> list[str]:
    return [cell.all_words for cell in row.find(kind)]


@pytest.fixture(params=["loan", "lease"])
def statement(request: pytest.FixtureRequest, service: AccountsService, clock: FixedClock) -> Read:
    """The second statement, of an account with something in every part of it."""
    record = a_lease() if request.param == "lease" else a_loan(opening=an_opening(fees_due_cents=2_500))
    account_id = an_account(service, record)
    issue(service, account_id)
    on(clock, clock.today().replace(month=12))
    pay(service, account_id, amount_cents=10_000, effective_on=clock.today().replace(month=11, day=20))
    pay(service, account_id, amount_cents=60_000)
    return printed(service, account_id, issue(service, account_id))


def issue(service: AccountsService, account_id: str) -> str:
    key, request = str(new_id(at=service.clock.now())), {"account_id": account_id}
    issued: str = call(service.issue_statement, request=request, context=as_service("accounts"), key=key)["id"]
    return issued


def printed(service: AccountsService, account_id: str, statement_id: str) -> Read:
    request = {"account_id": account_id, "statement_id": statement_id}
    found = call(service.print_statement, request=request, context=a_customer(accounts=(account_id,)))
    return read(b64decode(found["content_base64"]))


class TestAStatement:
    def test_says_what_it_is_and_in_which_language(self, statement: Read) -> None:
        assert (statement.title, statement.shows_title) == ("Statement of December 23, 2026", True)
        assert (statement.language, statement.is_marked) == ("en-US", True)

    def test_is_read_from_what_is_due_to_how_to_pay_it(self, statement: Read) -> None:
        expected = [
            "Statement of December 23, 2026", "What is due", "Balance on November 23, 2026", "What happened since",
            "Adjustments to earlier periods", "Balance on December 23, 2026", "Paying it off", "Paid in the year",
            "Payments by mail",
        ]  # fmt: skip
        assert statement.outline() == [name for name in expected if name in statement.outline()]
        assert set(expected) - set(statement.outline()) <= {"Paying it off"}
        levels = [part.kind for part in statement.tree.find(*HEADINGS)]
        assert levels == ["H1", *["H2"] * (len(levels) - 1)]

    def test_names_the_columns_of_every_table_and_every_cell_points_to_its_column(self, statement: Read) -> None:
        tables = list(statement.tree.find("Table"))
        assert len(tables) >= 5
        for table in tables:
            head, *rows = table.find("TR")
            named = [cell.attributes for cell in head.find("TH")]
            assert {each["Scope"] for each in named} == {"Column"}
            assert all(cells(head, "TH")), "a column without a name"
            for row in rows:
                pointed = [cell.attributes["Headers"] for cell in row.find("TD")]
                assert pointed == [[each["id"].encode()] for each in named]

    def test_reads_a_table_row_by_row(self, statement: Read) -> None:
        head, *rows = statement.table_after("What happened since").find("TR")
        assert cells(head, "TH") == ["Effective", "What happened", "Amount", "Change of balance"]
        shown = [cells(row, "TD") for row in rows]
        effective, told, *_ = next(row for row in shown if row[2] == "$600.00")
        assert effective == "12/23/2026"
        assert told.startswith("Of the $600.00 received for December 23, 2026")
        balances = [cells(row, "TD") for row in statement.table_after("Balance on December 23, 2026").find("TR")][1:]
        assert [label for label, _ in balances][-3:] == ["Fees", "Your credit", "Total"]

    def test_leaves_nothing_unread_but_the_foot_of_each_page(self, statement: Read) -> None:
        assert statement.unread.replace("2 of 2", "1 of 1").replace("1 of 2", "1 of 1") in (FOOTER, FOOTER * 2)


def test_sentences_of_a_statement_keep_their_signs(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    found = printed(service, account_id, issue(service, account_id))
    hint = found.table_after("Paying it off").all_words
    assert hint.startswith("$18,308.41 would have paid the account off on November 23, 2026; each day after that adds")


def test_the_interest_of_a_year_is_read_by_its_headings_too(service: AccountsService, clock: FixedClock) -> None:
    account_id = an_account(service, a_loan())
    pay(service, account_id)
    on(clock, clock.today().replace(year=2027, month=1, day=2))
    request = {"account_id": account_id, "year": 2026}
    issued = call(service.issue_interest_summary, request=request, context=an_agent(), key="summary")
    found = printed(service, account_id, issued["id"])
    assert found.outline() == ["Interest paid in 2026", "Paid from November 5, 2026 to December 31, 2026"]
    rows = [cells(row, "TD") for row in found.table_after("Paid from November 5, 2026 to December 31, 2026").find("TR")]
    assert rows[1] == ["Interest", "$58.41"]
    assert found.title == "Interest paid in 2026"


def test_a_disclosure_and_its_code_are_read(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    context = a_customer(accounts=(account_id,))
    printed = call(service.print_disclosure, request={"account_id": account_id}, context=context)
    found = read(b64decode(printed["content_base64"]))
    assert (found.outline(), found.language) == (["Statements without paper", "Your code"], "en-US")
    assert len(found.table_after("Your code").all_words.replace("-", "")) >= 8
