"""Statements on paper: staff see what waits, take it in batches with its addresses, and note what was mailed."""

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any

import pdfplumber
import pytest
from sqlalchemy import text

from chassis.clock import FixedClock
from chassis.context import as_service
from chassis.errors import ConstraintViolated, Forbidden, InvalidRequest, NotFound
from chassis.tables import audit_log
from services.accounts.contract.errors import BatchNotPrinted, NothingToMail
from services.accounts.contract.portfolio import PortfolioMailingAddress
from services.accounts.models import account_parties, paper_mailings
from services.accounts.operations import take_paper_batch
from services.accounts.service import AccountsService
from tests.builders.accounts import A_BORROWER, A_CO_BORROWER, a_loan, an_account, rows_of
from tests.builders.wiring import a_customer, an_agent, ask_door, call

ELM_STREET = PortfolioMailingAddress(
    line_1="1200 Elm Street", line_2="Apt 4", city="Dallas", state="TX", postal_code="75201"
)
PARTY_AT_ELM_STREET = replace(A_BORROWER, mailing_address=ELM_STREET)
OTHER_CLERK = "01900000-0000-7000-8000-0000000000ab"
NO_BATCH = "01900000-0000-7000-8000-000000000bad"


def billed(
    service: AccountsService, clock: FixedClock, count: int = 1, ref: str = "paper", **record: Any
) -> list[str]:  # fmt: skip
    """Accounts whose statement of today has to go out on paper, the oldest first."""
    ids = [an_account(service, a_loan(source_ref=f"{ref}/{number}", **record)) for number in range(count)]
    for account_id in ids:
        clock.move_to(clock.now() + timedelta(seconds=1))
        issued = {"account_id": account_id}
        call(service.issue_statement, request=issued, context=as_service("accounts"), key=f"issue {account_id}")
    return ids


def waiting(service: AccountsService, **request: Any) -> Any:
    return call(service.list_paper_mailings, request=request, context=an_agent())


def take(service: AccountsService, *, key: str = "take", **request: Any) -> Any:
    return call(service.take_paper_batch, request=request, context=an_agent(), key=key)


def batch(service: AccountsService, batch_id: str) -> Any:
    return call(service.get_paper_batch, request={"batch_id": batch_id}, context=an_agent())


def note(service: AccountsService, batch_id: str, *, left: Sequence[str] = ()) -> Any:
    request = {"batch_id": batch_id, "left_statement_ids": list(left)}
    return call(service.note_paper_batch, request=request, context=an_agent())


def print_batch(
    service: AccountsService, batch_id: str, letters: Sequence[str], *, without: Sequence[str] = ()
) -> Any:  # fmt: skip
    """An archive of the batch was made with these letters in it."""
    request = {"batch_id": batch_id, "statement_ids": list(letters), "without_address": list(without)}
    return call(service.note_paper_batch_printed, request=request, context=an_agent())


def mail(service: AccountsService, batch_id: str) -> Any:
    """All letters of the batch are printed and mailed."""
    print_batch(service, batch_id, all_of(service, batch_id))
    return note(service, batch_id)


def all_of(service: AccountsService, batch_id: str) -> list[str]:
    return ids_of(batch(service, batch_id)["letters"])


class TestWhatWaits:
    def test_is_listed_page_by_page_until_it_is_mailed(self, service: AccountsService, clock: FixedClock) -> None:
        ids = billed(service, clock, count=3)
        page = waiting(service, limit=2)
        rest = waiting(service, limit=2, cursor=page["next_cursor"])
        assert [row["account_id"] for row in (*page["data"], *rest["data"])] == ids
        assert {row["reason"] for row in page["data"]} == {"no_paperless_consent"}
        mail(service, take(service, limit=2)["id"])
        assert [row["account_id"] for row in waiting(service)["data"]] == ids[2:]
        with pytest.raises(InvalidRequest):
            waiting(service, cursor="first")

    def test_and_its_batches_are_staffs_alone(self, service: AccountsService, clock: FixedClock) -> None:
        for context in (a_customer(), as_service("payments")):
            for door, request in (
                (service.list_paper_mailings, {}), (service.take_paper_batch, {}),
                (service.get_paper_batch, {"batch_id": NO_BATCH}), (service.note_paper_batch, {"batch_id": NO_BATCH}),
                (service.note_paper_batch_printed, {"batch_id": NO_BATCH, "statement_ids": []}),
            ):  # fmt: skip
                with pytest.raises(Forbidden):
                    call(door, request=request, context=context, key="mine")


class TestABatch:
    def test_shows_each_letter_with_who_it_goes_to_the_borrower_first(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        (account_id,) = billed(service, clock, parties=(A_CO_BORROWER, PARTY_AT_ELM_STREET), account_number="KFA-7")
        taken = take(service)
        found = batch(service, taken["id"])
        (letter,) = found["letters"]
        assert (letter["account_id"], letter["account_number"], letter["kind"]) == (account_id, "KFA-7", "monthly")
        assert letter["addressees"] == [
            {
                "role": "borrower", "name": "Dana De La Cruz",
                "mailing_address": {
                    "line_1": "1200 Elm Street", "line_2": "Apt 4", "city": "Dallas", "state": "TX",
                    "postal_code": "75201",
                },
            },
            {"role": "co_borrower", "name": "Sam Whitfield", "mailing_address": None},
        ]  # fmt: skip
        assert (found["letters_count"], found["mailed_count"], found["taken_by"]) == (1, 0, an_agent().subject)

    def test_leaves_no_address_readable_where_it_lies(self, service: AccountsService, clock: FixedClock) -> None:
        billed(service, clock, parties=(PARTY_AT_ELM_STREET,))
        (party,) = rows_of(service.store, account_parties)
        assert "Elm" not in str(party)

    def test_takes_the_oldest_and_nothing_twice(self, service: AccountsService, clock: FixedClock) -> None:
        ids = billed(service, clock, count=3)
        first, second = take(service, limit=2), take(service, key="again", limit=2)
        letters = [*batch(service, first["id"])["letters"], *batch(service, second["id"])["letters"]]
        assert [letter["account_id"] for letter in letters] == ids
        with pytest.raises(NothingToMail):
            take(service, key="third")

    def test_is_the_same_one_when_it_is_asked_for_twice(self, service: AccountsService, clock: FixedClock) -> None:
        billed(service, clock, count=2)
        first, again = (
            ask_door(service.take_paper_batch, request={"limit": 1}, context=an_agent(), key="one") for _ in range(2)
        )
        assert (first.data, again.replayed) == (again.data, True)
        assert [row["batch_id"] for row in waiting(service)["data"]].count(None) == 1

    def test_is_different_letters_for_two_who_take_at_the_same_time(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        billed(service, clock, count=4)
        with service.store.writing() as one, service.store.writing() as other:
            taken = [
                take_paper_batch(transaction, limit=2, caller=an_agent(), now=clock.now())["id"]
                for transaction in (one, other)
            ]
        letters = [letter["statement_id"] for each in taken for letter in batch(service, str(each))["letters"]]
        assert (len(letters), len(set(letters))) == (4, 4)

    def test_that_nobody_took_is_not_found(self, service: AccountsService, clock: FixedClock) -> None:
        for wrong in (NO_BATCH, "first"):
            for act in (batch, note, partial(print_batch, letters=())):
                with pytest.raises(NotFound):
                    act(service, wrong)


class TestMailedLetters:
    def test_are_noted_once_with_who_and_when_and_the_notes_stay(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        billed(service, clock, count=2)
        taken = take(service)
        one = batch(service, taken["id"])["letters"][0]["statement_id"]
        call(service.note_paper_mailing, request={"statement_id": one}, context=an_agent(user_id=OTHER_CLERK))
        first = rows_of(service.store, paper_mailings)
        print_batch(service, taken["id"], all_of(service, taken["id"]))
        clock.move_to(clock.now() + timedelta(minutes=5))
        assert [note(service, taken["id"])["mailed_count"] for _ in range(2)] == [2, 2]
        rows = {str(row["statement_id"]): row for row in rows_of(service.store, paper_mailings)}
        assert rows[one] == next(row for row in first if str(row["statement_id"]) == one)
        assert sorted(row["mailed_by"] for row in rows.values()) == sorted([OTHER_CLERK, an_agent().subject])

    def test_are_those_of_the_archive_and_the_next_batch_takes_the_others(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        billed(service, clock, count=3)
        taken = take(service)
        first, second, third = all_of(service, taken["id"])
        assert print_batch(service, taken["id"], [first, third])["printed_at"] is not None
        # Another archive of it: now one letter could not be printed that was printed before.
        print_batch(service, taken["id"], [first])
        noted = [note(service, taken["id"]) for _ in range(2)]
        assert [(each["letters_count"], each["mailed_count"]) for each in noted] == [(1, 1), (1, 1)]
        assert [(row["statement_id"], row["batch_id"]) for row in waiting(service)["data"]] == [
            (second, None), (third, None),
        ]  # fmt: skip
        assert all_of(service, take(service, key="next")["id"]) == [second, third]

    def test_that_were_left_go_into_another_batch_too(self, service: AccountsService, clock: FixedClock) -> None:
        billed(service, clock)
        taken = take(service)
        print_batch(service, taken["id"], all_of(service, taken["id"]))
        noted = note(service, taken["id"], left=all_of(service, taken["id"]))
        assert (noted["letters_count"], noted["mailed_count"]) == (0, 0)
        (row,) = waiting(service)["data"]
        assert (row["batch_id"], row["printed_at"]) == (None, None)

    def test_are_not_those_of_a_batch_that_nobody_has_printed(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        billed(service, clock)
        taken = take(service)
        (letter,) = all_of(service, taken["id"])
        with pytest.raises(BatchNotPrinted):
            note(service, taken["id"])
        assert [row["batch_id"] for row in waiting(service)["data"]] == [taken["id"]]
        call(service.note_paper_mailing, request={"statement_id": letter}, context=an_agent())
        assert note(service, taken["id"])["mailed_count"] == 1

    def test_stay_as_they_were_noted_whatever_is_printed_after(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        billed(service, clock)
        taken = take(service)
        mail(service, taken["id"])
        before = rows_of(service.store, paper_mailings)
        clock.move_to(clock.now() + timedelta(minutes=5))
        print_batch(service, taken["id"], [])
        assert rows_of(service.store, paper_mailings) == before

    def test_are_in_one_batch_that_unmailed_ones_may_only_leave(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        billed(service, clock, count=2)
        first, second = (take(service, key=key, limit=1)["id"] for key in ("first", "second"))
        for change in (f"batch_id = '{second}'", "batch_id = NULL, mailed_at = now(), mailed_by = 'me'"):
            with pytest.raises(ConstraintViolated), service.store.writing() as transaction:
                transaction.run(text(f"UPDATE paper_mailings SET {change} WHERE batch_id = '{first}'"))

    def test_are_on_record_in_the_audit_log(self, service: AccountsService, clock: FixedClock) -> None:
        billed(service, clock)
        taken = take(service)
        mail(service, taken["id"])
        methods = sorted(row["method"] for row in rows_of(service.store, audit_log))
        assert methods == [
            "accounts.get_paper_batch", "accounts.note_paper_batch", "accounts.note_paper_batch_printed",
            "accounts.take_paper_batch",
        ]  # fmt: skip

    @pytest.mark.parametrize("change", ["mailed_at = NULL, mailed_by = NULL", "batch_id = NULL", "mailed_by = 'me'"])
    def test_stay_mailed_whoever_tries_to_change_that(
        self, service: AccountsService, clock: FixedClock, change: str
    ) -> None:
        billed(service, clock)
        mail(service, take(service)["id"])
        with pytest.raises(ConstraintViolated), service.store.writing() as transaction:
            transaction.run(text(f"UPDATE paper_mailings SET {change}"))


class TestLettersWithoutAnAddress:
    def found(self, service: AccountsService, limit: int = 50) -> tuple[list[str], list[str]]:
        """The letters whose contract names no address: among the next ones, and aside."""
        found = call(service.find_unaddressed, request={"limit": limit}, context=an_agent())
        return ids_of(found["next"]), ids_of(found["aside"])

    def set_aside(self, service: AccountsService, *, without: Sequence[str] = (), having: Sequence[str] = ()) -> int:
        request = {"without_address": list(without), "with_address": list(having)}
        told = call(service.set_letters_aside, request=request, context=an_agent())
        count: int = told["without_address_count"]
        return count

    def open_items(self, service: AccountsService) -> list[Any]:
        items = call(service.list_work_items, request={"reason": "letter_without_address"}, context=an_agent())
        return list(items["data"])

    def test_are_those_whose_contract_names_none(self, service: AccountsService, clock: FixedClock) -> None:
        addressed = billed(service, clock, parties=(A_CO_BORROWER, PARTY_AT_ELM_STREET))
        nowhere = billed(service, clock, count=2, ref="nowhere", parties=(A_BORROWER,))
        statements = {row["account_id"]: row["statement_id"] for row in waiting(service)["data"]}
        assert self.found(service) == ([statements[account_id] for account_id in nowhere], [])
        assert self.found(service, limit=2) == ([statements[nowhere[0]]], [])
        assert addressed[0] in statements

    def test_come_into_no_batch_and_stand_in_nobodys_way(self, service: AccountsService, clock: FixedClock) -> None:
        ids = billed(service, clock, count=3)
        first, second, third = ids_of(waiting(service)["data"])
        assert self.set_aside(service, without=[first, second]) == 2
        taken = take(service, limit=2)
        assert [letter["account_id"] for letter in batch(service, taken["id"])["letters"]] == ids[2:]
        with pytest.raises(NothingToMail):
            take(service, key="again")
        assert self.found(service) == ([], [first, second])
        marked = {row["statement_id"]: row["without_address_at"] is not None for row in waiting(service)["data"]}
        assert marked == {first: True, second: True, third: False}

    def test_ask_a_person_for_an_address_once_for_each_account(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        (account_id,) = billed(service, clock)
        (letter,) = ids_of(waiting(service)["data"])
        self.set_aside(service, without=[letter])
        clock.move_to(clock.now() + timedelta(hours=1))
        self.set_aside(service, without=[letter])
        (item,) = self.open_items(service)
        assert (item["account_id"], item["details"]) == (account_id, {"statement_id": letter})

    def test_go_into_the_next_batch_once_there_is_one_and_the_question_is_closed(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        billed(service, clock)
        (letter,) = ids_of(waiting(service)["data"])
        self.set_aside(service, without=[letter])
        assert self.set_aside(service, having=[letter]) == 0
        assert self.open_items(service) == []
        taken = take(service)
        assert all_of(service, taken["id"]) == [letter]
        assert self.set_aside(service, without=[letter]) == 0
        print_batch(service, taken["id"], [], without=[letter])
        assert len(self.open_items(service)) == 1

    def test_are_looked_for_the_longest_ago_first(self, service: AccountsService, clock: FixedClock) -> None:
        billed(service, clock, count=3)
        first, second, third = ids_of(waiting(service)["data"])
        for letters in ([first, second, third], [first]):
            self.set_aside(service, without=letters)
            clock.move_to(clock.now() + timedelta(minutes=1))
        assert self.found(service, limit=2) == ([], [second, third])

    def test_that_came_into_a_batch_are_set_aside_when_it_is_printed_and_leave_it_when_it_is_mailed(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        billed(service, clock, count=2)
        taken = take(service)
        nowhere, printed = all_of(service, taken["id"])
        print_batch(service, taken["id"], [printed], without=[nowhere])
        (item,) = self.open_items(service)
        assert item["details"] == {"statement_id": nowhere}
        note(service, taken["id"])
        assert self.found(service) == ([], [nowhere])
        with pytest.raises(NothingToMail):
            take(service, key="early")
        self.set_aside(service, having=[nowhere])
        assert (self.open_items(service), all_of(service, take(service, key="next")["id"])) == ([], [nowhere])

    def test_that_are_printed_after_all_have_been_found_one(self, service: AccountsService, clock: FixedClock) -> None:
        billed(service, clock)
        taken = take(service)
        letters = all_of(service, taken["id"])
        print_batch(service, taken["id"], [], without=letters)
        print_batch(service, taken["id"], letters)
        assert self.open_items(service) == []
        assert [row["without_address_at"] for row in waiting(service)["data"]] == [None]

    def test_that_were_left_ask_for_one_too(self, service: AccountsService, clock: FixedClock) -> None:
        billed(service, clock)
        taken = take(service)
        letters = all_of(service, taken["id"])
        print_batch(service, taken["id"], letters)
        note(service, taken["id"], left=letters)
        assert [item["details"]["statement_id"] for item in self.open_items(service)] == letters

    def test_keep_the_question_open_while_another_letter_of_the_account_lacks_one(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        (account_id,) = billed(service, clock)
        clock.move_to(clock.now() + timedelta(days=1))
        request = {"account_id": account_id}
        call(service.issue_statement, request=request, context=as_service("accounts"), key="another day")
        first, second = ids_of(waiting(service)["data"])
        self.set_aside(service, without=[first, second])
        self.set_aside(service, having=[first])
        assert len(self.open_items(service)) == 1
        call(service.note_paper_mailing, request={"statement_id": first}, context=an_agent())
        assert len(self.open_items(service)) == 1
        self.set_aside(service, having=[second])
        assert self.open_items(service) == []

    def test_that_are_mailed_are_not_set_aside_any_more(self, service: AccountsService, clock: FixedClock) -> None:
        billed(service, clock)
        (letter,) = ids_of(batch(service, take(service)["id"])["letters"])
        call(service.note_paper_mailing, request={"statement_id": letter}, context=an_agent())
        assert self.set_aside(service, without=[letter]) == 0
        assert self.open_items(service) == []


class TestAPrintedLetter:
    def test_shows_in_its_window_where_it_goes(self, service: AccountsService, clock: FixedClock) -> None:
        billed(service, clock, parties=(PARTY_AT_ELM_STREET,))
        (letter,) = batch(service, take(service)["id"])["letters"]
        (party,) = letter["addressees"]
        asked = {"account_id": letter["account_id"], "statement_id": letter["statement_id"]}
        request = {**asked, "mailing_address": party["mailing_address"]}
        printed = call(service.print_letter, request=request, context=an_agent())
        statement = call(service.print_statement, request=asked, context=an_agent())
        lines = ["Dana De La Cruz", "1200 Elm Street", "Apt 4", "Dallas, TX 75201", "Statement of"]
        page = text_of(printed)
        assert [page.index(line) for line in lines] == sorted(page.index(line) for line in lines)
        assert "Elm Street" not in text_of(statement)
        with pytest.raises(Forbidden):
            call(service.print_letter, request=request, context=a_customer(accounts=(letter["account_id"],)))
        with pytest.raises(NotFound):
            call(service.print_letter, request={**request, "statement_id": NO_BATCH}, context=an_agent())


def ids_of(letters: Sequence[Any]) -> list[str]:
    return [letter["statement_id"] for letter in letters]


def text_of(document: Any) -> str:
    with pdfplumber.open(BytesIO(b64decode(document["content_base64"]))) as pages:
        return "\n".join(page.extract_text() for page in pages.pages)
