"""Letters over HTTP: those without an address stay out of batches, and a batch goes to the print shop as one file."""

import csv
from base64 import b64encode
from io import BytesIO, StringIO
from itertools import chain, repeat
from os import urandom
from typing import Any, ClassVar
from zipfile import BadZipFile, ZipFile

import pytest

from chassis.bus.rpc import Reply
from chassis.clock import FixedClock
from chassis.errors import NeighbourFailed, NeighbourSilent
from gateway.api import examples, paper_examples
from gateway.api.letters import letters_of
from gateway.api.staff_paper import ROUNDS_MAX
from services.accounts.contract.errors import DocumentTooLong
from tests.unit.gateway.builders import A_KEY, A_PRINTED_DOCUMENT, Gateway, HttpAnswer, a_gateway

BATCHES = "/v1/staff/paper-batches"
ANOTHER_ACCOUNT = "01900000-0000-7000-8000-000000000bad"
ANOTHER_STATEMENT = "01900000-0000-7000-8000-0000000000cd"
MAILED_STATEMENT = "01900000-0000-7000-8000-0000000000ce"
LONG_STATEMENT = "01900000-0000-7000-8000-0000000000cf"
NO_LETTERS: dict[str, Any] = {"next": [], "aside": []}


def by_agent(gateway: Gateway, method: str, path: str, body: Any = None) -> HttpAnswer:
    token = gateway.token(roles=["agent"], sub="01900000-0000-7000-8000-0000000000aa", accounts=[])
    return gateway.send(method, path, json=body, token=token, headers=A_KEY if method == "POST" else {})


class TestLettersWithoutAnAddress:
    NOWHERE: ClassVar = {"statement_id": ANOTHER_STATEMENT, "account_id": ANOTHER_ACCOUNT}
    LATER: ClassVar = {"statement_id": paper_examples.LETTER["statement_id"], "account_id": examples.ACCOUNT_ID}

    def asked(self, clock: FixedClock, *found: Any) -> list[Any]:
        """What accounts is told when a batch is taken while it finds these letters, one answer after the other."""
        gateway = a_gateway(
            clock=clock, answers={"accounts.find_unaddressed": chain(found, repeat(NO_LETTERS)).__next__}
        )
        assert by_agent(gateway, "POST", BATCHES, {"limit": 50}).status_code == 200
        # The key is that of the batch: whoever used it before would be refused there.
        keys = {asked.method: asked.key for asked in gateway.neighbours.asked}
        assert gateway.neighbours.asked[-1].method == "accounts.take_paper_batch"
        assert (keys["accounts.take_paper_batch"], keys["accounts.set_letters_aside"]) == ("first-try", None)
        return gateway.neighbours.requests("accounts.set_letters_aside")

    def test_are_set_aside_before_a_batch_is_taken_and_those_behind_them_looked_at_too(self, clock: FixedClock) -> None:
        first, then = {"next": [self.NOWHERE], "aside": []}, {"next": [self.LATER], "aside": [self.NOWHERE]}
        assert self.asked(clock, first, then) == [
            {"without_address": [ANOTHER_STATEMENT], "with_address": []},
            {"without_address": [], "with_address": [self.LATER["statement_id"]]},
        ]

    def test_come_back_once_their_holder_has_told_us_one(self, clock: FixedClock) -> None:
        assert self.asked(clock, {"next": [], "aside": [self.LATER]}) == [
            {"without_address": [], "with_address": [self.LATER["statement_id"]]}
        ]

    def test_are_not_looked_for_without_end(self, clock: FixedClock) -> None:
        endless = {"next": [self.NOWHERE], "aside": []}
        assert len(self.asked(clock, *[endless] * 50)) == ROUNDS_MAX

    @pytest.mark.parametrize(
        "answers",
        [
            {
                "accounts.find_unaddressed": {"next": [NOWHERE], "aside": []},
                "identity.list_mailing_addresses": NeighbourSilent("identity"),
            },
            {"accounts.find_unaddressed": NeighbourFailed("accounts failed: MethodNotFound")},
        ],
        ids=("identity is down", "accounts is of an older release"),
    )
    def test_keep_nobody_from_taking_a_batch_while_they_cannot_be_found(
        self, clock: FixedClock, answers: dict[str, Any]
    ) -> None:
        gateway = a_gateway(clock=clock, answers=answers)
        assert by_agent(gateway, "POST", BATCHES, {"limit": 50}).status_code == 200
        assert gateway.neighbours.asked[-1].method == "accounts.take_paper_batch"
        assert gateway.neighbours.requests("accounts.set_letters_aside") == []


class TestTheArchiveOfABatch:
    LETTERS = f"{BATCHES}/{paper_examples.BATCH_ID}/letters"

    def gateway(self, clock: FixedClock, letters: list[Any], **answers: Any) -> Gateway:
        batch = {**paper_examples.TAKEN, "letters": letters}
        return a_gateway(clock=clock, answers={"accounts.get_paper_batch": batch, **answers})

    def archive(self, clock: FixedClock, letters: list[Any], **answers: Any) -> tuple[ZipFile, list[dict[str, str]]]:
        answer = by_agent(self.gateway(clock, letters, **answers), "GET", self.LETTERS)
        assert (answer.status_code, answer.content_type) == (200, "application/zip")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="letters-{paper_examples.BATCH_ID}.zip"'
        archive = ZipFile(BytesIO(answer.data))
        assert archive.testzip() is None
        return archive, list(csv.DictReader(StringIO(archive.read("letters.csv").decode(), newline="")))

    def test_holds_each_letter_and_a_list_of_where_they_go(self, clock: FixedClock) -> None:
        archive, (row,) = self.archive(clock, [paper_examples.LETTER])
        assert row["file"] == f"001-{paper_examples.LETTER['statement_id']}.pdf"
        assert archive.namelist() == [row["file"], "letters.csv"]
        assert archive.read(row["file"]) == b"%PDF-1.7"
        assert (row["name"], row["line_1"], row["postal_code"]) == ("Maria Alvarez", "1200 Elm Street", "75201")
        assert row["not_printed_because"] == ""

    def test_lets_no_customer_write_a_formula_into_the_list(self, clock: FixedClock) -> None:
        address = {**paper_examples.HOLDERS_ADDRESS["mailing_address"], "line_1": '=HYPERLINK("//evil")'}
        told = {"data": [{**paper_examples.HOLDERS_ADDRESS, "mailing_address": address}]}
        _, (row,) = self.archive(clock, [paper_examples.LETTER], **{"identity.list_mailing_addresses": told})
        assert row["line_1"] == '\'=HYPERLINK("//evil")'

    def test_says_which_letters_are_not_in_it_and_why(self, clock: FixedClock) -> None:
        nowhere = {**paper_examples.LETTER, "statement_id": ANOTHER_STATEMENT, "account_id": ANOTHER_ACCOUNT}
        too_long = {"accounts.print_letter": DocumentTooLong()}
        archive, rows = self.archive(clock, [paper_examples.LETTER, nowhere], **too_long)
        assert archive.namelist() == ["letters.csv"]
        assert [row["not_printed_because"] for row in rows] == ["document_too_long", "no_address"]
        assert [row["file"] for row in rows] == ["", ""]

    def test_does_not_hold_what_was_mailed_before(self, clock: FixedClock) -> None:
        mailed = {**paper_examples.LETTER, **paper_examples.MAILED, "statement_id": ANOTHER_STATEMENT}
        archive, rows = self.archive(clock, [mailed, paper_examples.LETTER])
        assert [(row["file"], row["not_printed_because"]) for row in rows] == [
            ("", "already_mailed"), (f"002-{paper_examples.LETTER['statement_id']}.pdf", ""),
        ]  # fmt: skip
        assert archive.namelist() == [rows[1]["file"], "letters.csv"]

    def test_is_remembered_with_what_is_in_it(self, clock: FixedClock) -> None:
        nowhere = {**paper_examples.LETTER, "statement_id": ANOTHER_STATEMENT, "account_id": ANOTHER_ACCOUNT}
        mailed = {**paper_examples.LETTER, **paper_examples.MAILED, "statement_id": MAILED_STATEMENT}
        too_long = {**paper_examples.LETTER, "statement_id": LONG_STATEMENT}
        answers = {"accounts.print_letter": iter([A_PRINTED_DOCUMENT, DocumentTooLong()]).__next__}
        gateway = self.gateway(clock, [paper_examples.LETTER, nowhere, mailed, too_long], **answers)
        assert ZipFile(BytesIO(by_agent(gateway, "GET", self.LETTERS).data)).testzip() is None
        assert gateway.neighbours.requests("accounts.note_paper_batch_printed") == [
            {
                "batch_id": paper_examples.BATCH_ID, "statement_ids": [paper_examples.LETTER["statement_id"]],
                "without_address": [ANOTHER_STATEMENT],
            }
        ]  # fmt: skip

    def test_has_no_end_unless_it_is_remembered(self) -> None:
        def ask(service: str, method: str, **_: Any) -> Any:
            if method == "note_paper_batch_printed":
                raise NeighbourSilent(service)
            return Reply(A_PRINTED_DOCUMENT)

        pieces: list[bytes] = []
        with pytest.raises(NeighbourSilent):
            pieces.extend(letters_of(paper_examples.BATCH, ask=ask))
        with pytest.raises(BadZipFile):
            ZipFile(BytesIO(b"".join(pieces)))

    def test_has_one_letter_in_memory_at_a_time(self, clock: FixedClock) -> None:
        printed: list[str] = []

        def ask(service: str, method: str, **request: Any) -> Any:
            if method == "note_paper_batch_printed":
                return Reply(paper_examples.TAKEN)
            printed.append(request["statement_id"])
            return Reply({**A_PRINTED_DOCUMENT, "content_base64": b64encode(urandom(100_000)).decode()})

        letter = {**paper_examples.BATCH["letters"][0]}
        letters = [{**letter, "statement_id": str(number)} for number in range(50)]
        pieces = letters_of({**paper_examples.TAKEN, "letters": letters}, ask=ask)
        for number in range(1, 51):
            assert len(next(pieces)) < 110_000
            assert len(printed) == number

    def test_is_for_staff_alone(self, clock: FixedClock) -> None:
        gateway = a_gateway(clock=clock)
        assert gateway.send("GET", self.LETTERS, token=gateway.token(roles=["customer"])).status_code == 403
