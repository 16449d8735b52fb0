"""The door of notifications: what may be asked of it, what it listens to, and who answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.context import AGENT, ANONYMOUS, CUSTOMER, SERVICE
from chassis.doors import Call, ErrandCall, EventCall, Service, command, errand, query, reaction, timer
from chassis.doors.call import Question
from chassis.keys import FieldCipher
from chassis.schemas import Nothing
from services.accounts.contract import events as accounts_events
from services.notifications import operations, queries
from services.notifications.contract import choices, conversations, events, schemas
from services.notifications.contract.hours import Hours
from services.notifications.operations import conversations as conversing
from services.notifications.providers.channels import Mail, Text
from services.notifications.providers.figures import show_unsettled
from services.notifications.providers.reports import InboundTexts, MailReports, TextReports
from services.notifications.providers.wiring import (
    BrandProvider,
    CipherProvider,
    HoursProvider,
    InboundTextsProvider,
    MailProvider,
    MailReportsProvider,
    TextProvider,
    TextReportsProvider,
    WordingProvider,
)
from services.notifications.providers.wording import Wording
from services.notifications.queries import conversations as conversed
from services.notifications.service.hearing import Hearing

PARTIES = (CUSTOMER, AGENT)

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


def _inbound_text(service: "NotificationsService", question: Question) -> Mapping[str, Any]:
    """What somebody texted, once Twilio's signature holds."""
    return {"text": service.inbound_texts.read(**question.request)}


class NotificationsService(Hearing):
    """Asks nobody: what it must know is pushed to it."""

    name = "notifications"
    cipher: FieldCipher = CipherProvider()
    hours: Hours = HoursProvider()
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
            call.transaction, now=self.clock.now(), cipher=self.cipher, wording=self.wording,
            cause=call.answers["cause"], **call.request,
        )  # fmt: skip

    @command(
        takes=schemas.SendSecureText, gives=schemas.QueuedMessage, may=(SERVICE,), asks=_cause, idempotent=True
    )  # fmt: skip
    def send_secure_text(self, call: Call) -> Any:
        return operations.send_secure_text(
            call.transaction, now=self.clock.now(), cipher=self.cipher, wording=self.wording,
            cause=call.answers["cause"], **call.request,
        )  # fmt: skip

    @command(takes=schemas.RecordMailEvents, gives=Nothing, may=(ANONYMOUS,), asks=_mail_reports)
    def record_mail_events(self, call: Call) -> None:
        self._record(call)

    @command(takes=schemas.RecordTextStatus, gives=Nothing, may=(ANONYMOUS,), asks=_text_reports)
    def record_text_status(self, call: Call) -> None:
        self._record(call)

    @command(takes=schemas.RecordInboundText, gives=Nothing, may=(ANONYMOUS,), asks=_inbound_text)
    def record_inbound_text(self, call: Call) -> None:
        operations.take_inbound_text(
            call.transaction, now=self.clock.now(), cipher=self.cipher, wording=self.wording,
            text=call.answers["text"],
        )  # fmt: skip

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
            call.transaction, now=self.clock.now(), caller=call.context, cipher=self.cipher, wording=self.wording,
            **call.request,
        )  # fmt: skip

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

    @command(takes=conversations.OpenConversation, gives=conversations.OpenedConversation, may=(CUSTOMER,))
    def open_conversation(self, call: Call) -> Any:
        return conversing.open_conversation(
            call.transaction, now=self.clock.now(), cipher=self.cipher, caller=call.context, **call.request
        )

    @command(takes=conversations.BeginConversation, gives=conversations.OpenedConversation, may=(AGENT,))
    def begin_conversation(self, call: Call) -> Any:
        return conversing.begin_conversation(
            call.transaction, now=self.clock.now(), cipher=self.cipher, caller=call.context, **call.request
        )

    @command(takes=conversations.WriteMessage, gives=conversations.WrittenMessage, may=PARTIES)
    def write_message(self, call: Call) -> Any:
        return conversing.write_message(
            call.transaction, now=self.clock.now(), cipher=self.cipher, caller=call.context, **call.request
        )

    @command(takes=conversations.AddAttachment, gives=conversations.AddedAttachment, may=PARTIES)
    def add_attachment(self, call: Call) -> Any:
        return conversing.add_attachment(
            call.transaction, now=self.clock.now(), cipher=self.cipher, caller=call.context, **call.request
        )

    @command(takes=conversations.OneMessage, gives=Nothing, may=PARTIES)
    def mark_conversation_read(self, call: Call) -> None:
        conversing.mark_read(call.transaction, now=self.clock.now(), caller=call.context, **call.request)

    @command(takes=conversations.HandOver, gives=Nothing, may=(AGENT,))
    def hand_over_conversation(self, call: Call) -> None:
        conversing.hand_over(call.transaction, now=self.clock.now(), caller=call.context, **call.request)

    @command(takes=conversations.OneConversation, gives=Nothing, may=PARTIES)
    def close_conversation(self, call: Call) -> None:
        conversing.close_conversation(call.transaction, now=self.clock.now(), caller=call.context, **call.request)

    @command(takes=conversations.OneConversation, gives=Nothing, may=PARTIES)
    def reopen_conversation(self, call: Call) -> None:
        conversing.reopen_conversation(call.transaction, now=self.clock.now(), caller=call.context, **call.request)

    @query(takes=conversations.ListConversations, gives=conversations.Conversations, may=(CUSTOMER,))
    def list_conversations(self, call: Call) -> Any:
        return conversed.list_conversations(call.transaction, **self._seen(call), **call.request)

    @query(takes=conversations.SearchConversations, gives=conversations.Conversations, may=(AGENT,))
    def search_conversations(self, call: Call) -> Any:
        return conversed.search_conversations(call.transaction, **self._seen(call), **call.request)

    @query(takes=conversations.OneConversation, gives=conversations.Conversation, may=PARTIES)
    def get_conversation(self, call: Call) -> Any:
        return conversed.get_conversation(call.transaction, **self._seen(call), **call.request)

    @query(takes=conversations.OneConversation, gives=conversations.ExportedConversation, may=PARTIES)
    def export_conversation(self, call: Call) -> Any:
        return conversed.export_conversation(call.transaction, **self._seen(call), **call.request)

    @query(
        takes=conversations.ListConversationMessages, gives=conversations.ConversationMessages, may=PARTIES
    )  # fmt: skip
    def list_conversation_messages(self, call: Call) -> Any:
        return conversed.list_conversation_messages(
            call.transaction, cipher=self.cipher, caller=call.context, **call.request
        )

    @query(takes=conversations.OneMessage, gives=conversations.ConversationMessage, may=PARTIES)
    def get_conversation_message(self, call: Call) -> Any:
        return conversed.get_conversation_message(
            call.transaction, cipher=self.cipher, caller=call.context, **call.request
        )

    @query(takes=conversations.OneAttachment, gives=conversations.AttachmentShown, may=PARTIES)
    def describe_attachment(self, call: Call) -> Any:
        return conversed.describe_attachment(call.transaction, cipher=self.cipher, caller=call.context, **call.request)

    @query(takes=conversations.OneAttachment, gives=conversations.AttachmentContent, may=PARTIES)
    def get_attachment(self, call: Call) -> Any:
        return conversed.get_attachment(call.transaction, cipher=self.cipher, caller=call.context, **call.request)

    @query(takes=conversations.OneConversation, gives=conversations.Hearer, may=PARTIES)
    def find_hearer(self, call: Call) -> Any:
        return conversed.find_hearer(call.transaction, caller=call.context, **call.request)

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
    def every_minute_lay_leftovers(self) -> None:
        operations.lay_leftovers(self.store, now=self.clock.now(), cipher=self.cipher, wording=self.wording)

    @timer(every_seconds=60)
    def every_minute_print_numbers(self) -> None:
        operations.print_numbers(self.store, cipher=self.cipher)

    @timer(every_seconds=60)
    def every_minute_count_unsettled(self) -> None:
        with self.store.reading() as transaction:
            show_unsettled(queries.count_unsettled(transaction, now=self.clock.now()))

    @timer(every_seconds=3600)
    def every_hour_forget_unsent_files(self) -> None:
        conversing.forget_unsent(self.store, now=self.clock.now())

    def _seen(self, call: Call) -> Mapping[str, Any]:
        """What a conversation is shown by."""
        return {"cipher": self.cipher, "hours": self.hours, "now": self.clock.now(), "caller": call.context}

    def _send(self, calls: Sequence[ErrandCall]) -> Mapping[str, Exception]:
        return operations.send_messages(
            self.store, clock=self.clock, calls=calls, cipher=self.cipher, wording=self.wording, mail=self.mail,
            texts=self.texts,
        )  # fmt: skip

    def _record(self, call: Call) -> None:
        operations.record_reports(
            call.transaction, now=self.clock.now(), cipher=self.cipher, reports=call.answers["reports"]
        )
