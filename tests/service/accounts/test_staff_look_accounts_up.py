"""Staff find accounts, see them whole and close what waits for a person; every look is in the audit log."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from chassis.clock import FixedClock
from chassis.context import as_service
from chassis.doors import Outcome
from chassis.errors import Forbidden, InvalidRequest, NotFound
from chassis.tables import audit_log
from services.accounts.contract.errors import WorkItemClosed
from services.accounts.contract.files import FOUND_MAX
from services.accounts.contract.work_items import WORK_REASONS
from services.accounts.models import work_items
from services.accounts.operations import naming
from services.accounts.service import AccountsService
from tests.builders.accounts import (
    A_BORROWER,
    A_CO_BORROWER,
    A_VEHICLE,
    a_closed_loan,
    a_lease,
    a_loan,
    an_account,
    payment_posted,
    rows_of,
    take_over,
)
from tests.builders.wiring import a_customer, an_agent, call, deliver

NOBODYS_ID = "01900000-0000-7000-8000-000000000404"


def search(service: AccountsService, **sought: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call(service.search_accounts, request=sought, context=an_agent())["data"]
    return found


def file_of(service: AccountsService, account_id: str) -> Any:
    return call(service.get_account_file, request={"account_id": account_id}, context=an_agent())


class TestASearch:
    def test_finds_by_number_vehicle_and_source_and_names_who_owes(self, service: AccountsService) -> None:
        record = a_loan(account_number="KFA1000017", parties=(A_CO_BORROWER, A_BORROWER))
        account_id = an_account(service, record)
        an_account(service, a_lease(vehicle=replace(A_VEHICLE, vin=None)))
        for sought in (
            {"account_number": " kfa1000017 "}, {"vin": str(A_VEHICLE.vin).lower()}, {"source_ref": record.source_ref},
        ):  # fmt: skip
            (found,) = search(service, **sought)
            assert (found["id"], found["status"]) == (account_id, "open")
            assert [(party["role"], party["last_name"]) for party in found["parties"]] == [
                ("borrower", "De La Cruz"), ("co_borrower", "Whitfield"),
            ]  # fmt: skip
            assert "4417" not in str(found["parties"])

    def test_of_a_vehicle_financed_twice_gives_both_newest_first(self, service: AccountsService) -> None:
        ids = [an_account(service, a_loan(source_ref=ref)) for ref in ("first", "second")]
        assert {found["id"] for found in search(service, vin=A_VEHICLE.vin)} == set(ids)

    @pytest.mark.parametrize("sought", [{"account_number": "1"}, {"vin": "1"}, {"source_ref": "%"}])
    def test_by_a_part_finds_nothing(self, service: AccountsService, sought: dict[str, str]) -> None:
        an_account(service, a_loan())
        assert search(service, **sought) == []

    @pytest.mark.parametrize("sought", [{}, {"account_number": "1", "vin": "2"}])
    def test_asks_for_exactly_one_thing(self, service: AccountsService, sought: dict[str, str]) -> None:
        with pytest.raises(InvalidRequest):
            search(service, **sought)

    def test_is_staffs_alone(self, service: AccountsService) -> None:
        for context in (a_customer(), as_service("payments")):
            with pytest.raises(Forbidden):
                call(service.search_accounts, request={"vin": "1"}, context=context)


class TestASearchByName:
    @pytest.mark.parametrize("written", ["De La Cruz", "de la cruz", " DELACRUZ ", "De-La Crúz"])
    def test_finds_who_is_called_so_however_it_is_written(self, service: AccountsService, written: str) -> None:
        account_id = an_account(service, a_loan(parties=(A_CO_BORROWER, A_BORROWER)))
        an_account(service, a_loan(source_ref="another's", parties=(A_CO_BORROWER,)))
        assert [found["id"] for found in search(service, last_name=written)] == [account_id]

    def test_finds_every_account_of_a_name_newest_first_and_co_borrowers_too(
        self, service: AccountsService, clock: FixedClock
    ) -> None:
        ids = []
        for record in (a_loan(), a_loan(source_ref="second"), a_lease(parties=(A_BORROWER, A_CO_BORROWER))):
            ids.append(an_account(service, record))
            clock.move_to(clock.now() + timedelta(seconds=1))
        assert [found["id"] for found in search(service, last_name="de la cruz")] == ids[::-1]
        assert [found["id"] for found in search(service, last_name="whitfield")] == ids[2:]

    def test_leaves_no_name_in_the_audit_log(self, service: AccountsService) -> None:
        search(service, last_name="De La Cruz", first_name="Dana")
        (looked,) = rows_of(service.store, audit_log)
        assert looked["method"] == "accounts.search_accounts"
        assert not {"Dana", "Cruz"} & set(str(looked["request"]).replace("'", " ").split())

    def test_is_narrowed_by_the_beginning_of_the_first_name(self, service: AccountsService) -> None:
        dana = an_account(service, a_loan(source_ref="dana"))
        ruben = replace(A_BORROWER, first_name="Rubén")
        an_account(service, a_loan(source_ref="ruben", parties=(ruben,)))
        assert [found["id"] for found in search(service, last_name="De La Cruz", first_name="D")] == [dana]
        assert len(search(service, last_name="De La Cruz", first_name="ruben")) == 1
        assert search(service, last_name="De La Cruz", first_name="Vera") == []

    @pytest.mark.parametrize("part", ["De La", "Cruz", "%", "-"])
    def test_by_a_part_of_a_name_finds_nothing(self, service: AccountsService, part: str) -> None:
        an_account(service, a_loan())
        assert search(service, last_name=part) == []

    def test_of_a_first_name_alone_is_refused(self, service: AccountsService) -> None:
        with pytest.raises(InvalidRequest):
            search(service, first_name="Dana", vin="1")

    def test_looks_at_the_name_and_not_at_its_print_alone(self, service: AccountsService) -> None:
        an_account(service, a_loan())
        prints = {"print": service.cipher.print_of("whitfield")}
        with service.store.writing() as transaction:
            transaction.run(text("UPDATE account_parties SET last_name_print = :print"), prints)
        assert search(service, last_name="Whitfield") == []

    def test_finds_those_whom_an_earlier_release_took_over(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        with service.store.writing() as transaction:
            transaction.run(text("UPDATE account_parties SET last_name_print = NULL"))
        assert search(service, last_name="De La Cruz") == []
        service.every_minute_print_names()
        assert [found["id"] for found in search(service, last_name="De La Cruz")] == [account_id]

    def test_finds_all_of_them_at_once_however_many_they_are(
        self, service: AccountsService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(naming, "PRINTED_AT_ONCE_MAX", 2)
        take_over(service, *(a_loan(source_ref=f"old/{number}") for number in range(5)))
        with service.store.writing() as transaction:
            transaction.run(text("UPDATE account_parties SET last_name_print = NULL"))
        service.every_minute_print_names()
        assert len(search(service, last_name="De La Cruz")) == 5

    def test_passes_over_whom_no_key_opens_any_more(
        self, service: AccountsService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(naming, "PRINTED_AT_ONCE_MAX", 1)
        gone, kept = (an_account(service, a_loan(source_ref=ref)) for ref in ("old/gone", "old/kept"))
        seal = "overlay(last_name_sealed placing :unknown from 1 for 36)"
        with service.store.writing() as transaction:
            sealed = text(f"UPDATE account_parties SET last_name_sealed = {seal} WHERE account_id = :gone")
            transaction.run(sealed, {"unknown": NOBODYS_ID, "gone": gone})
        # The one that was printed while its key was there is met by its print.
        assert [found["id"] for found in search(service, last_name="De La Cruz")] == [kept]
        with service.store.writing() as transaction:
            transaction.run(text("UPDATE account_parties SET last_name_print = NULL"))
        service.every_minute_print_names()
        assert [found["id"] for found in search(service, last_name="De La Cruz")] == [kept]

    def test_of_a_common_name_gives_a_page_and_no_more(self, service: AccountsService) -> None:
        take_over(service, *(a_loan(source_ref=f"many/{number}") for number in range(FOUND_MAX + 2)))
        assert len(search(service, last_name="De La Cruz")) == FOUND_MAX


class TestAFile:
    def test_holds_the_customers_view_and_what_only_staff_see(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        request = {"account_id": account_id, "kind": "dispute", "from_on": date(2026, 11, 1), "note": "letter"}
        call(service.set_account_flag, request=request, context=an_agent(), key="flag")
        file = file_of(service, account_id)
        view = call(service.get_account, request={"account_id": account_id}, context=an_agent())
        assert file["account"] == view
        assert [flag["kind"] for flag in file["flags"]] == ["dispute"]
        assert (file["annual_rate_percent"], file["opened_on"], file["title"]) == ("6.49", "2025-12-05", None)
        assert (file["charged_off_cents"], file["recovered_cents"], file["is_accelerated"]) == (0, 0, False)

    def test_shows_the_rate_in_force_and_what_was_recovered(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        request = {"account_id": account_id, "kind": "servicemember", "from_on": date(2026, 11, 5), "note": "orders"}
        call(service.set_account_flag, request=request, context=an_agent(), key="flag")
        owed = call(service.get_account, request={"account_id": account_id}, context=an_agent())["payoff_ceiling_cents"]
        charged_off = {"account_id": account_id, "balance_cents": owed, "reason": "default"}
        call(service.charge_off, request=charged_off, context=an_agent(), key="off")
        paid = payment_posted(service, account_id=account_id, amount_cents=10_000, effective_on=date(2026, 11, 24))
        assert deliver(service.on_payment_posted, paid) == Outcome.DONE
        file = file_of(service, account_id)
        assert (file["annual_rate_percent"], file["recovered_cents"]) == ("6.00", 10_000)
        assert file["charged_off_cents"] == 1_825_000 + 5_400

    def test_of_no_account_is_not_found_and_a_customer_has_none(self, service: AccountsService) -> None:
        for account_id in (NOBODYS_ID, "x"):
            with pytest.raises(NotFound):
                file_of(service, account_id)
        account_id = an_account(service, a_loan())
        with pytest.raises(Forbidden):
            call(
                service.get_account_file, request={"account_id": account_id},
                context=a_customer(accounts=(account_id,)),
            )  # fmt: skip


class TestWhatWaits:
    def held(self, service: AccountsService, *, count: int = 1) -> str:
        """Money on a closed account waits for a person."""
        account_id = an_account(service, a_closed_loan())
        for _ in range(count):
            paid = payment_posted(service, account_id=account_id, amount_cents=5_000)
            assert deliver(service.on_payment_posted, paid) == Outcome.DONE
        return account_id

    def listed(self, service: AccountsService, **asked: Any) -> Any:
        return call(service.list_work_items, request=asked, context=an_agent())

    def close(self, service: AccountsService, item_id: str, *, key: str = "done") -> Any:
        request = {"work_item_id": item_id, "note": "refunded by check 1042"}
        return call(service.close_work_item, request=request, context=an_agent(), key=key)

    def test_is_listed_until_it_is_closed_with_a_note(self, service: AccountsService) -> None:
        account_id = self.held(service)
        (item,) = self.listed(service)["data"]
        assert (item["account_id"], item["reason"], item["closed_at"]) == (account_id, "account_not_open", None)
        done = self.close(service, item["id"])
        assert (done["closed_by"], done["closing_note"]) == (an_agent().subject, "refunded by check 1042")
        assert self.listed(service)["data"] == []
        with pytest.raises(WorkItemClosed):
            self.close(service, item["id"], key="again")

    def test_is_given_in_pages_and_by_reason_or_account(self, service: AccountsService) -> None:
        account_id = self.held(service, count=3)
        seen, page = [], self.listed(service, limit=2)
        seen += page["data"]
        page = self.listed(service, limit=2, cursor=page["next_cursor"])
        seen += page["data"]
        assert (len({item["id"] for item in seen}), page["next_cursor"]) == (3, None)
        assert len(self.listed(service, account_id=account_id)["data"]) == 3
        assert self.listed(service, account_id=NOBODYS_ID)["data"] == []
        assert self.listed(service, reason="refund_due")["data"] == []
        with pytest.raises(InvalidRequest):
            self.listed(service, cursor="é")

    def test_is_asked_for_by_a_reason_that_there_is(self, service: AccountsService) -> None:
        with pytest.raises(InvalidRequest) as refused:
            self.listed(service, reason="nope")
        (wrong,) = refused.value.errors
        assert wrong.pointer == "/reason"
        assert all(reason in wrong.detail for reason in WORK_REASONS)

    def test_has_no_reason_that_cannot_be_asked_for(self, service: AccountsService) -> None:
        of_table = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ck_work_items_reason'"
        with service.store.reading() as transaction:
            known = transaction.value(text(of_table))
        assert sorted(re.findall(r"'(\w+)'", known)) == sorted(WORK_REASONS)

    def test_of_no_item_is_not_found(self, service: AccountsService) -> None:
        for item_id in (NOBODYS_ID, "x"):
            with pytest.raises(NotFound):
                self.close(service, item_id, key=item_id)

    def test_is_staffs(self, service: AccountsService) -> None:
        self.held(service)
        with pytest.raises(Forbidden):
            call(service.list_work_items, request={}, context=a_customer())
        (row,) = rows_of(service.store, work_items)
        request = {"work_item_id": str(row["id"]), "note": "x"}
        with pytest.raises(Forbidden):
            call(service.close_work_item, request=request, context=a_customer(), key="mine")


def test_every_look_of_staff_is_on_record_before_it_is_answered(service: AccountsService) -> None:
    account_id = an_account(service, a_loan())
    search(service, vin=A_VEHICLE.vin)
    file_of(service, account_id)
    for method in (service.list_transactions, service.get_schedule, service.list_account_flags):
        call(method, request={"account_id": account_id}, context=an_agent())
    call(service.list_work_items, request={}, context=an_agent())
    call(service.list_title_releases, request={}, context=an_agent())
    with pytest.raises(NotFound):
        file_of(service, NOBODYS_ID)
    logged = [(row["method"].split(".")[1], row["actor"]) for row in rows_of(service.store, audit_log)]
    assert sorted(logged) == sorted(
        (method, an_agent().subject)
        for method in (
            "search_accounts", "get_account_file", "list_transactions", "get_schedule", "list_account_flags",
            "list_work_items", "list_title_releases", "get_account_file",
        )
    )  # fmt: skip
