"""Paper or not: nobody goes without paper who has not shown that they can read us; a bounced mail brings it back."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from chassis.clock import FixedClock
from chassis.context import CallContext, as_service
from chassis.doors import Outcome
from chassis.errors import ConstraintViolated, Forbidden, InvalidRequest, NotFound, PreconditionFailed
from chassis.ids import new_id
from chassis.settings import SettingsInvalid
from services.accounts.contract.errors import DisclosureNotInForce, PaperlessProofWrong
from services.accounts.models import paper_mailings, paperless_consents
from services.accounts.providers.paper import Paper, read_disclosures
from services.accounts.rules.paperless import access_code
from services.accounts.service import AccountsService
from services.notifications.contract import events as notifications_events
from tests.builders.accounts import a_loan, an_account, rows_of
from tests.builders.wiring import a_customer, an_agent, an_event, call, deliver, emitted

MAIN = "01900000-0000-7000-8000-000000000001"
OTHER = "01900000-0000-7000-8000-000000000002"
VERSION = "2026-11-01"


def holder(account_id: str, *, user_id: str = MAIN) -> CallContext:
    return a_customer(user_id=user_id, accounts=(account_id,))


def preference(service: AccountsService, account_id: str) -> Any:
    return call(service.get_paperless, request={"account_id": account_id}, context=holder(account_id))


def code_of(service: AccountsService, account_id: str) -> str:
    return access_code(secret=service.paper.secret, account_id=account_id, version=VERSION)


def put(service: AccountsService, account_id: str, *, by: str = MAIN, **changed: Any) -> Any:
    request = {
        "account_id": account_id, "enabled": True, "consent_version": VERSION, "proof": code_of(service, account_id),
        "if_versions": [preference(service, account_id)["version"]],
    } | changed  # fmt: skip
    return call(service.put_paperless, request=request, context=holder(account_id, user_id=by))


def put_without(service: AccountsService, account_id: str, missing: str) -> None:
    request = {
        "account_id": account_id, "enabled": True, "consent_version": VERSION, "proof": code_of(service, account_id),
        "if_versions": [0], missing: None,
    }  # fmt: skip
    call(service.put_paperless, request=request, context=holder(account_id))


def withdraw(service: AccountsService, account_id: str) -> Any:
    return put(service, account_id, enabled=False, consent_version=None, proof=None)


def issue(service: AccountsService, account_id: str) -> Any:
    key = str(new_id(at=service.clock.now()))
    return call(service.issue_statement, request={"account_id": account_id}, context=as_service("accounts"), key=key)


def bounce(service: AccountsService, *, user_id: str | None = MAIN, channel: str = "email", later: int = 1) -> Outcome:
    """A mail that was written so many seconds from now has failed."""
    data = {
        "message_id": new_id(at=service.clock.now() + timedelta(seconds=later)), "channel": channel,
        "template": "statement_ready", "user_id": None if user_id is None else UUID(user_id),
        "reason": "sendgrid_bounce",
    }  # fmt: skip
    envelope = an_event(
        notifications_events.notification_failed, clock=service.clock, subject=user_id or "nobody", data=data
    )
    return deliver(service.on_notification_failed, envelope)


def acts(service: AccountsService) -> list[tuple[int, str]]:
    return sorted((row["number"], row["act"]) for row in rows_of(service.store, paperless_consents))


class TestConsent:
    def test_is_kept_with_version_time_and_proof(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan())
        before = preference(service, account_id)
        assert (before["enabled"], before["last_act"], before["version"]) == (False, None, 0)
        assert "right to statements on paper" in before["disclosure"]["text"]
        found = put(service, account_id)
        assert (found["enabled"], found["needs_consent"], found["version"]) == (True, False, 1)
        (row,) = rows_of(service.store, paperless_consents)
        assert (row["act"], row["version"], row["proof"]) == ("given", VERSION, code_of(service, account_id))
        assert (row["acted_by"], row["recorded_at"]) == (MAIN, clock.now())
        (told,) = emitted(service.store, name="paperless_changed")
        assert (told.data["enabled"], told.data["reason"]) == (True, None)
        account = call(service.get_account, request={"account_id": account_id}, context=holder(account_id))
        assert account["paperless"] is True

    def test_needs_the_code_of_this_account_as_the_page_shows_it(self, service: AccountsService) -> None:
        account_id, other = an_account(service, a_loan()), an_account(service, a_loan(source_ref="other"))
        for proof in (code_of(service, other), "", "yes"):
            with pytest.raises((PaperlessProofWrong, InvalidRequest)):
                put(service, account_id, proof=proof)
        code = code_of(service, account_id)
        assert put(service, account_id, proof=f"{code[:4].lower()} - {code[4:]}")["enabled"] is True

    def test_is_only_taken_for_the_disclosure_in_force(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        with pytest.raises(DisclosureNotInForce):
            put(service, account_id, consent_version="2020-01-01")
        assert acts(service) == []

    def test_needs_version_and_proof(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        for missing in ("consent_version", "proof"):
            with pytest.raises(InvalidRequest) as refused:
                put_without(service, account_id, missing)
            assert [error.pointer for error in refused.value.errors] == [f"/{missing}"]

    def test_is_given_to_the_state_that_was_read(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        put(service, account_id)
        with pytest.raises(PreconditionFailed):
            put(service, account_id, if_versions=[0])

    def test_is_the_holders_own(self, service: AccountsService) -> None:
        mine, theirs = an_account(service, a_loan()), an_account(service, a_loan(source_ref="theirs"))
        for door in (service.get_paperless, service.print_disclosure):
            with pytest.raises(NotFound):
                call(door, request={"account_id": theirs}, context=holder(mine))
        request = {
            "account_id": theirs, "enabled": True, "consent_version": VERSION, "proof": code_of(service, theirs),
            "if_versions": [0],
        }  # fmt: skip
        with pytest.raises(NotFound):
            call(service.put_paperless, request=request, context=holder(mine))
        for door in (service.put_paperless, service.print_disclosure):
            with pytest.raises(Forbidden):
                call(door, request=request if door == service.put_paperless else {"account_id": theirs},
                     context=an_agent())  # fmt: skip

    def test_rows_are_never_changed(self, service: AccountsService) -> None:
        put(service, an_account(service, a_loan()))
        for statement in ("UPDATE paperless_consents SET version = 'x'", "DELETE FROM paperless_consents"):
            with pytest.raises(ConstraintViolated), service.store.writing() as transaction:
                transaction.run(text(statement))


class TestWithdrawal:
    def test_is_kept_and_the_next_statement_comes_on_paper(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan())
        consent = put(service, account_id)
        assert consent["enabled"] is True
        assert issue(service, account_id)["delivery"] == "electronic"
        found = withdraw(service, account_id)
        assert (found["enabled"], found["last_act"]["act"], acts(service)) == (
            False, "withdrawn", [(1, "given"), (2, "withdrawn")],
        )  # fmt: skip
        clock.move_to(clock.now(), today=clock.today() + timedelta(days=30))
        assert issue(service, account_id)["delivery"] == "paper"

    def test_of_what_was_never_given_changes_nothing(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        assert withdraw(service, account_id)["version"] == 0
        assert (acts(service), emitted(service.store)) == ([], [])


class TestANewDisclosure:
    def renewed(self, service: AccountsService, *, versions: tuple[str, ...]) -> Paper:
        was = service.paper
        return Paper(
            name=was.name, phone=was.phone, addresses=was.addresses, printer=was.printer, secret=was.secret,
            disclosures=dict.fromkeys(versions, "You have the right to paper."),
        )  # fmt: skip

    def test_asks_for_a_new_consent_while_the_old_one_still_holds(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        put(service, account_id)
        service.paper = self.renewed(service, versions=(VERSION, "2027-06-01"))
        found = preference(service, account_id)
        assert (found["enabled"], found["needs_consent"], found["disclosure"]["version"]) == (True, True, "2027-06-01")
        assert issue(service, account_id)["delivery"] == "electronic"

    def test_that_replaces_the_old_one_brings_the_paper_back(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        put(service, account_id)
        service.paper = self.renewed(service, versions=("2027-06-01",))
        assert preference(service, account_id)["enabled"] is False
        assert issue(service, account_id)["delivery"] == "paper"

    def test_that_nobody_wrote_is_told_when_the_service_starts(self) -> None:
        with pytest.raises(SettingsInvalid, match="2031-01-01"):
            read_disclosures(versions="2026-11-01,2031-01-01", name="Us", phone="1")


class TestABouncedMail:
    def test_brings_paper_back_and_the_statement_itself(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        put(service, account_id)
        issued = issue(service, account_id)
        assert bounce(service) == Outcome.DONE
        found = preference(service, account_id)
        assert (found["enabled"], found["last_act"]["act"], found["last_act"]["reason"]) == (
            False, "suspended", "mail_bounced",
        )  # fmt: skip
        (mailing,) = rows_of(service.store, paper_mailings)
        assert (str(mailing["statement_id"]), mailing["reason"]) == (issued["id"], "mail_bounced")
        told = emitted(service.store, name="paperless_changed")[-1]
        assert (told.data["enabled"], told.data["reason"]) == (False, "mail_bounced")

    def test_told_again_or_of_another_mail_changes_nothing_more(self, service: AccountsService) -> None:
        account_id = an_account(service, a_loan())
        put(service, account_id)
        issue(service, account_id)
        for _ in range(2):
            bounce(service)
        assert acts(service) == [(1, "given"), (2, "suspended")]
        assert len(rows_of(service.store, paper_mailings)) == 1

    @pytest.mark.parametrize("other", [{"user_id": OTHER}, {"user_id": None}, {"channel": "sms"}, {"later": -60}])
    def test_of_another_person_a_text_or_a_mail_before_the_consent_changes_nothing(
        self, service: AccountsService, other: dict[str, Any]
    ) -> None:
        account_id = an_account(service, a_loan())
        put(service, account_id)
        assert bounce(service, **other) == Outcome.DONE
        assert preference(service, account_id)["enabled"] is True

    def test_can_be_followed_by_a_new_consent(self, service: AccountsService, clock: FixedClock) -> None:
        account_id = an_account(service, a_loan())
        put(service, account_id)
        bounce(service)
        clock.move_to(clock.now() + timedelta(hours=1))
        assert put(service, account_id)["enabled"] is True
        bounce(service, later=-1800)
        assert preference(service, account_id)["enabled"] is True

    def test_concerns_every_account_of_that_person(self, service: AccountsService) -> None:
        ids = [an_account(service, a_loan(source_ref=f"mine/{number}")) for number in range(2)]
        for account_id in ids:
            put(service, account_id)
        bounce(service)
        assert [preference(service, account_id)["enabled"] for account_id in ids] == [False, False]
