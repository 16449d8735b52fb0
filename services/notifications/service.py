"""The door of notifications: what may be asked of it, what it listens to, and who answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.context import AGENT, ANONYMOUS, SERVICE
from chassis.doors import Call, ErrandCall, EventCall, Service, command, errand, query, reaction, timer
from chassis.doors.call import Question
from chassis.keys import FieldCipher
from chassis.schemas import Nothing
from services.accounts.contract import events as accounts_events
from services.notifications import operations, queries
from services.notifications.contract import events, schemas
from services.notifications.providers.channels import Mail, Text
from services.notifications.providers.figures import show_unsettled
from services.notifications.providers.reports import MailReports, TextReports
from services.notifications.providers.wiring import (
    CipherProvider,
    MailProvider,
    MailReportsProvider,
    TextProvider,
    TextReportsProvider,
    WordingProvider,
)
from services.notifications.providers.wording import Wording
from services.payments.contract import events as payments_events

# Messages that the broker sends ahead, by channel: two handfuls are with a vendor, as many come in meanwhile.
SENT_AHEAD = 40


def _cause(_: Service, question: Question) -> Mapping[str, Any]:
    """The caller and its key: what makes a commanded message the only one of its cause."""
    return {"cause": f"{question.context.subject}:{question.key}"}


def _mail_reports(service: "NotificationsService", question: Question) -> Mapping[str, Any]:
    """What SendGrid reports, once its signature holds."""
    return {"reports": service.mail_reports.read(**question.request, now=service.clock.now())}


def _text_reports(service: "NotificationsService", question: Question) -> Mapping[str, Any]:
    """What Twilio reports, once its signature holds."""
    return {"reports": service.text_reports.read(**question.request)}


class NotificationsService(Service):
    """Asks nobody: what it must know is pushed to it."""

    name = "notifications"
    cipher: FieldCipher = CipherProvider()
    wording: Wording = WordingProvider()
    mail: Mail = MailProvider()
    texts: Text = TextProvider()
    mail_reports: MailReports = MailReportsProvider()
    text_reports: TextReports = TextReportsProvider()

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
            call.transaction, now=self.clock.now(), cipher=self.cipher, cause=str(call.event.id), payment=call.data,
            root_id=str(call.event.root_id),
        )  # fmt: skip

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

    @errand(events.mail_queued, at_once=True, limit=SENT_AHEAD)
    def on_mail_queued(self, calls: Sequence[ErrandCall]) -> Mapping[str, Exception]:
        return self._send(calls)

    @errand(events.text_queued, at_once=True, limit=SENT_AHEAD)
    def on_text_queued(self, calls: Sequence[ErrandCall]) -> Mapping[str, Exception]:
        return self._send(calls)

    @timer(every_seconds=60)
    def every_minute_release_waiting(self) -> None:
        operations.release_waiting(self.store, now=self.clock.now())

    @timer(every_seconds=60)
    def every_minute_count_unsettled(self) -> None:
        with self.store.reading() as transaction:
            show_unsettled(queries.count_unsettled(transaction, now=self.clock.now()))

    def _send(self, calls: Sequence[ErrandCall]) -> Mapping[str, Exception]:
        return operations.send_messages(
            self.store, clock=self.clock, calls=calls, cipher=self.cipher, wording=self.wording, mail=self.mail,
            texts=self.texts,
        )  # fmt: skip

    def _record(self, call: Call) -> None:
        operations.record_reports(
            call.transaction, now=self.clock.now(), cipher=self.cipher, reports=call.answers["reports"]
        )
