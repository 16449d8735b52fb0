"""The part of the door that is about statements: how they are issued and read, and what of them goes out on paper."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis.context import AGENT, CUSTOMER, SERVICE
from chassis.doors import Call, EventCall, Service, command, query, reaction, timer
from chassis.keys import FieldCipher
from services.accounts import operations, queries
from services.accounts.contract import events, paperless, statements
from services.accounts.contract import paper as mailings
from services.accounts.providers.paper import Paper
from services.accounts.providers.wiring import PaperProvider
from services.notifications.contract import events as notifications_events

HOUR_SECONDS = 3600
PERSONS = (CUSTOMER, AGENT)
STAFF = (AGENT,)


class Papers(Service):
    """Statements, consents to do without paper, and paper."""

    cipher: FieldCipher
    paper: Paper = PaperProvider()

    @query(takes=statements.ListStatements, gives=statements.IssuedStatements, may=PERSONS)
    def list_statements(self, call: Call) -> Any:
        return queries.list_statements(call.transaction, caller=call.context, **call.request)

    @query(takes=statements.GetStatement, gives=statements.Statement, may=PERSONS)
    def get_statement(self, call: Call) -> Any:
        return queries.get_statement(call.transaction, caller=call.context, **call.request)

    @query(takes=statements.GetStatement, gives=statements.PrintedDocument, may=PERSONS)
    def print_statement(self, call: Call) -> Any:
        return queries.print_statement(
            call.transaction, caller=call.context, cipher=self.cipher, printer=self.paper.printer, **call.request
        )

    @query(takes=mailings.PrintLetter, gives=statements.PrintedDocument, may=STAFF)
    def print_letter(self, call: Call) -> Any:
        return queries.print_letter(
            call.transaction, caller=call.context, cipher=self.cipher, printer=self.paper.printer, **call.request
        )

    @command(takes=statements.IssueStatement, gives=statements.IssuedStatement, may=(SERVICE,), idempotent=True)
    def issue_statement(self, call: Call) -> Any:
        return operations.issue_statement(
            call.transaction, caller=call.context, letterhead=self.paper.letterhead, now=self.clock.now(),
            today=self.clock.today(), **call.request,
        )  # fmt: skip

    @command(
        takes=statements.IssueInterestSummary, gives=statements.IssuedStatement, may=(AGENT, SERVICE), idempotent=True
    )
    def issue_interest_summary(self, call: Call) -> Any:
        return operations.issue_interest_summary(
            call.transaction, caller=call.context, letterhead=self.paper.letterhead, now=self.clock.now(),
            today=self.clock.today(), **call.request,
        )  # fmt: skip

    @query(takes=paperless.GetPaperless, gives=paperless.Paperless, may=PERSONS)
    def get_paperless(self, call: Call) -> Any:
        return queries.get_paperless(
            call.transaction, caller=call.context, disclosures=self.paper.disclosures, **call.request
        )

    @query(takes=paperless.GetPaperless, gives=statements.PrintedDocument, may=(CUSTOMER,))
    def print_disclosure(self, call: Call) -> Any:
        return queries.print_disclosure(
            call.transaction, caller=call.context, disclosures=self.paper.disclosures, printer=self.paper.printer,
            secret=self.paper.secret, **call.request,
        )  # fmt: skip

    @command(takes=paperless.PutPaperless, gives=paperless.Paperless, may=(CUSTOMER,))
    def put_paperless(self, call: Call) -> Any:
        return operations.put_paperless(
            call.transaction, caller=call.context, disclosures=self.paper.disclosures, secret=self.paper.secret,
            now=self.clock.now(), today=self.clock.today(), **call.request,
        )  # fmt: skip

    @reaction(events.bill_issued, at_once=True)
    def on_bill_issued(self, calls: Sequence[EventCall]) -> set[UUID]:
        return operations.issue_billed_statements(calls, letterhead=self.paper.letterhead, now=self.clock.now())

    @reaction(notifications_events.notification_failed)
    def on_notification_failed(self, call: EventCall) -> None:
        operations.go_back_to_paper(call.transaction, failed=call.data, now=self.clock.now(), today=self.clock.today())

    @query(takes=mailings.ListPaperMailings, gives=mailings.PaperMailings, may=STAFF)
    def list_paper_mailings(self, call: Call) -> Any:
        return queries.list_paper_mailings(call.transaction, **call.request)

    @query(takes=mailings.FindUnaddressed, gives=mailings.UnaddressedLetters, may=STAFF)
    def find_unaddressed(self, call: Call) -> Any:
        return queries.find_unaddressed(call.transaction, **call.request)

    @command(takes=mailings.SetLettersAside, gives=mailings.LettersSetAside, may=STAFF)
    def set_letters_aside(self, call: Call) -> Any:
        return operations.set_letters_aside(call.transaction, now=self.clock.now(), **call.request)

    @command(takes=mailings.TakePaperBatch, gives=mailings.TakenPaperBatch, may=STAFF, idempotent=True)
    def take_paper_batch(self, call: Call) -> Any:
        return operations.take_paper_batch(
            call.transaction, caller=call.context, now=self.clock.now(), **call.request
        )  # fmt: skip

    @query(takes=mailings.OnePaperBatch, gives=mailings.PaperBatch, may=STAFF)
    def get_paper_batch(self, call: Call) -> Any:
        return queries.get_paper_batch(call.transaction, cipher=self.cipher, **call.request)

    @command(takes=mailings.NotePaperBatchPrinted, gives=mailings.TakenPaperBatch, may=STAFF)
    def note_paper_batch_printed(self, call: Call) -> Any:
        return operations.note_paper_batch_printed(call.transaction, now=self.clock.now(), **call.request)

    @command(takes=mailings.NotePaperBatch, gives=mailings.TakenPaperBatch, may=STAFF)
    def note_paper_batch(self, call: Call) -> Any:
        return operations.note_paper_batch(
            call.transaction, caller=call.context, now=self.clock.now(), **call.request
        )  # fmt: skip

    @command(takes=mailings.NotePaperMailing, gives=mailings.PaperMailing, may=STAFF)
    def note_paper_mailing(self, call: Call) -> Any:
        return operations.note_paper_mailing(
            call.transaction, caller=call.context, now=self.clock.now(), **call.request
        )  # fmt: skip

    @timer(every_seconds=HOUR_SECONDS)
    def every_hour_issue_interest_summaries(self) -> None:
        operations.issue_interest_summaries(
            self.store, letterhead=self.paper.letterhead, now=self.clock.now(), today=self.clock.today()
        )
