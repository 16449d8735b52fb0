"""The door of notifications: what may be asked of it, what it listens to, and who answers."""

from collections.abc import Mapping
from typing import Any

from chassis.context import AGENT, ANONYMOUS, CUSTOMER, SERVICE
from chassis.doors import Call, ErrandCall, EventCall, Service, command, errand, query, reaction, timer
from chassis.doors.call import Question
from chassis.keys import FieldCipher
from chassis.schemas import Nothing
from services.accounts.contract import events as accounts_events
from services.notifications import operations, queries
from services.notifications.contract import choices, events, schemas
from services.notifications.providers.channels import Mail, Text
from services.notifications.providers.figures import show_unsettled
from services.notifications.providers.reports import InboundTexts, MailReports, TextReports
from services.notifications.providers.wiring import (
    BrandProvider,
    CipherProvider,
    InboundTextsProvider,
    MailProvider,
    MailReportsProvider,
    TextProvider,
    TextReportsProvider,
    WordingProvider,
)
from services.notifications.providers.wording import Wording
from services.payments.contract import events as payments_events


def _cause(_: Service, question: Question) -> Mapping[str, Any]:
    """The caller and its key: what makes a commanded message the only one of its cause."""
    return {"cause": f"{question.context.subject}:{question.key}"}


def _mail_reports(service: "NotificationsService", question: Question) -> Mapping[str, Any]:
    """What SendGrid reports, once its signature holds."""
    return {"reports": service.mail_reports.read(**question.request, now=service.clock.now())}


def _text_reports(service: "NotificationsService", question: Question) -> Mapping[str, Any]:
    """What Twilio reports, once its signature holds."""
    return {"reports": service.text_reports.read(**question.request)}


def _inbound_text(service: "NotificationsService", question: Question) -> Mapping[str, Any]:
    """What somebody texted, once Twilio's signature holds."""
    return {"text": service.inbound_texts.read(**question.request)}


class NotificationsService(Service):
    """Asks nobody: what it must know is pushed to it."""

    name = "notifications"
    cipher: FieldCipher = CipherProvider()
    wording: Wording = WordingProvider()
    mail: Mail = MailProvider()
    texts: Text = TextProvider()
    mail_reports: MailReports = MailReportsProvider()
    text_reports: TextReports = TextReportsProvider()
    inbound_texts: InboundTexts = InboundTextsProvider()
    brand: str = BrandProvider()

    @command(takes=schemas.PutContact, gives=Nothing, may=(SERVICE,))
    def put_contact(self, call: Call) -> None:
        operations.put_contact(call.transaction, now=self.clock.now(), cipher=self.cipher, **call.request)

    @command(
        takes=schemas.SendSecureMail, gives=schemas.QueuedMessage, may=(SERVICE,), asks=_cause, idempotent=True
    )  # fmt: skip
    def send_secure_mail(self, call: Call) -> Any:
        return operations.send_secure_mail(
            call.transaction, now=self.clock.now(), cipher=self.cipher, cause=call.answers["cause"], **call.request
        )

    @command(
        takes=schemas.SendSecureText, gives=schemas.QueuedMessage, may=(SERVICE,), asks=_cause, idempotent=True
    )  # fmt: skip
    def send_secure_text(self, call: Call) -> Any:
        return operations.send_secure_text(
            call.transaction, now=self.clock.now(), cipher=self.cipher, cause=call.answers["cause"], **call.request
        )

    @command(takes=schemas.RecordMailEvents, gives=Nothing, may=(ANONYMOUS,), asks=_mail_reports)
    def record_mail_events(self, call: Call) -> None:
        self._record(call)

    @command(takes=schemas.RecordTextStatus, gives=Nothing, may=(ANONYMOUS,), asks=_text_reports)
    def record_text_status(self, call: Call) -> None:
        self._record(call)

    @command(takes=schemas.RecordInboundText, gives=Nothing, may=(ANONYMOUS,), asks=_inbound_text)
    def record_inbound_text(self, call: Call) -> None:
        operations.take_inbound_text(
            call.transaction, now=self.clock.now(), cipher=self.cipher, text=call.answers["text"]
        )

    @query(takes=Nothing, gives=choices.Alerts, may=(CUSTOMER,))
    def get_alerts(self, call: Call) -> Any:
        return queries.get_alerts(call.transaction, caller=call.context, cipher=self.cipher, brand=self.brand)

    @command(takes=choices.PutAlertsOfVersion, gives=choices.Alerts, may=(CUSTOMER,))
    def put_alerts(self, call: Call) -> Any:
        return operations.put_alerts(
            call.transaction, now=self.clock.now(), caller=call.context, cipher=self.cipher, brand=self.brand,
            **call.request,
        )  # fmt: skip

    @command(takes=choices.TestAlerts, gives=choices.TestedAlerts, may=(CUSTOMER,))
    def test_alerts(self, call: Call) -> Any:
        return operations.test_alerts(
            call.transaction, now=self.clock.now(), caller=call.context, cipher=self.cipher, **call.request
        )

    @query(takes=choices.ListMine, gives=choices.Consents, may=(CUSTOMER,))
    def list_consents(self, call: Call) -> Any:
        return queries.list_consents(call.transaction, caller=call.context, **call.request)

    @command(takes=choices.GiveConsent, gives=choices.Consent, may=(CUSTOMER,))
    def give_consent(self, call: Call) -> Any:
        return operations.give_consent(
            call.transaction, now=self.clock.now(), caller=call.context, cipher=self.cipher, brand=self.brand,
            **call.request,
        )  # fmt: skip

    @query(takes=choices.ListMine, gives=choices.Inbox, may=(CUSTOMER,))
    def list_inbox(self, call: Call) -> Any:
        return queries.list_inbox(call.transaction, caller=call.context, cipher=self.cipher, **call.request)

    @command(takes=choices.ReadInboxItem, gives=choices.InboxItem, may=(CUSTOMER,))
    def read_inbox_item(self, call: Call) -> Any:
        return operations.read_inbox_item(
            call.transaction, now=self.clock.now(), caller=call.context, cipher=self.cipher, **call.request
        )

    @query(takes=schemas.ListMessages, gives=schemas.Messages, may=(SERVICE, AGENT))
    def list_messages(self, call: Call) -> Any:
        return queries.list_messages(call.transaction, **call.request)

    @reaction(payments_events.payment_posted)
    def on_payment_posted(self, call: EventCall) -> None:
        operations.tell_payment_received(
            call.transaction, now=self.clock.now(), cipher=self.cipher, cause=str(call.event.id), payment=call.data
        )

    @reaction(payments_events.payment_declined)
    def on_payment_declined(self, call: EventCall) -> None:
        operations.tell_payment_declined(
            call.transaction, now=self.clock.now(), cipher=self.cipher, cause=str(call.event.id), payment=call.data
        )

    @reaction(accounts_events.account_flagged)
    def on_account_flagged(self, call: EventCall) -> None:
        operations.note_flag(
            call.transaction, sequence=call.event.sequence, account_id=call.data["account_id"], kind=call.data["kind"],
            stands=True,
        )  # fmt: skip

    @reaction(accounts_events.account_unflagged)
    def on_account_unflagged(self, call: EventCall) -> None:
        operations.note_flag(
            call.transaction, sequence=call.event.sequence, account_id=call.data["account_id"], kind=call.data["kind"],
            stands=False,
        )  # fmt: skip

    @reaction(payments_events.payment_returned)
    def on_payment_returned(self, call: EventCall) -> None:
        operations.tell_payment_returned(
            call.transaction, now=self.clock.now(), cipher=self.cipher, cause=str(call.event.id), payment=call.data
        )

    @reaction(accounts_events.statement_issued)
    def on_statement_issued(self, call: EventCall) -> None:
        operations.tell_statement_ready(
            call.transaction, now=self.clock.now(), cipher=self.cipher, cause=str(call.event.id), statement=call.data
        )

    @reaction(payments_events.autopay_enrolled)
    def on_autopay_enrolled(self, call: EventCall) -> None:
        operations.tell_autopay_enrolled(
            call.transaction, now=self.clock.now(), cipher=self.cipher, cause=str(call.event.id), enrolled=call.data
        )

    @reaction(payments_events.autopay_draft_upcoming)
    def on_autopay_draft_upcoming(self, call: EventCall) -> None:
        operations.tell_draft_upcoming(
            call.transaction, now=self.clock.now(), cipher=self.cipher, cause=str(call.event.id), draft=call.data
        )

    @reaction(payments_events.autopay_paused)
    def on_autopay_paused(self, call: EventCall) -> None:
        operations.tell_autopay_paused(
            call.transaction, now=self.clock.now(), cipher=self.cipher, cause=str(call.event.id), paused=call.data
        )

    @reaction(events.inbox_queued)
    def on_inbox_queued(self, call: EventCall) -> None:
        operations.lay_into_inbox(
            call.transaction, now=self.clock.now(), cipher=self.cipher, wording=self.wording,
            message_id=call.data["message_id"],
        )  # fmt: skip

    @errand(events.message_queued)
    def on_message_queued(self, call: ErrandCall) -> None:
        operations.send_message(
            call.store, clock=self.clock, cause=call.cause, message_id=call.data["message_id"], cipher=self.cipher,
            wording=self.wording, mail=self.mail, texts=self.texts,
        )  # fmt: skip

    @timer(every_seconds=60)
    def every_minute_release_waiting(self) -> None:
        operations.release_waiting(self.store, now=self.clock.now())

    @timer(every_seconds=60)
    def every_minute_print_numbers(self) -> None:
        operations.print_numbers(self.store, cipher=self.cipher)

    @timer(every_seconds=60)
    def every_minute_count_unsettled(self) -> None:
        with self.store.reading() as transaction:
            show_unsettled(queries.count_unsettled(transaction, now=self.clock.now()))

    def _record(self, call: Call) -> None:
        operations.record_reports(
            call.transaction, now=self.clock.now(), cipher=self.cipher, reports=call.answers["reports"]
        )
