"""A gateway without bus and database: neighbours answer by their contracts, tokens are really signed."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from joserfc import jwt
from joserfc.jwk import OKPKey
from marshmallow import Schema
from werkzeug.test import Client, TestResponse

from chassis import schemas
from chassis.bus.rpc import Asks, Reply, encode
from chassis.clock import FixedClock
from chassis.context import NOBODY, CallContext
from chassis.schemas import Nothing
from chassis.settings import EVERY_PROCESS, Settings
from chassis.store import Database
from gateway.admission import Admission
from gateway.api import alerts as alert_routes
from gateway.api import approvals as approval_routes
from gateway.api import change_examples as of_change
from gateway.api import (
    conversation_examples,
    examples,
    lease_examples,
    paper_examples,
    staff_messages,
    staff_payments,
    staff_receipts,
    staff_webhooks,
    statement_examples,
)
from gateway.api import passkeys as passkey_routes
from gateway.api import second_factors as factor_routes
from gateway.api import staff_examples as of_staff
from gateway.app import Application
from gateway.auth import Keyring
from gateway.routing import Dependencies, Route
from gateway.settings import DECLARED
from gateway.stream.feed import Feed
from gateway.table import ROUTES
from services.accounts.contract import approvals as account_approvals
from services.accounts.contract import (
    changes,
    files,
    flags,
    furnishing,
    paper,
    paperless,
    payoff,
    statements,
    titles,
    work_items,
)  # fmt: skip
from services.accounts.contract import schemas as accounts
from services.identity.contract import passkeys, recovery, second_factors, staff
from services.identity.contract import schemas as identity
from services.leases.contract import approvals, early_ends, extensions, lease_end, options, turn_ins, work
from services.leases.contract import schemas as leases
from services.notifications.contract import choices, conversations
from services.notifications.contract import schemas as notifications
from services.payments.contract import autopay, notices, receipts
from services.payments.contract import schemas as payments

ISSUER = "http://127.0.0.1:8000"
A_KEY = {"Idempotency-Key": "first-try"}
NEIGHBOURS = ("identity", "accounts", "payments", "notifications", "leases")
Answer = Any
# These stand on the gateway's own database, which is there in tests/service/gateway.
ON_DATABASE = {"openStream", *(declared.operation for declared in staff_webhooks.ROUTES)}

A_PRINTED_DOCUMENT = {
    "file_name": "monthly-2026-11-14.pdf", "media": "application/pdf", "content_base64": "JVBERi0xLjc=",
}  # fmt: skip
A_PROFILE = {**examples.ME, "version": 7}
THE_ALERTS = {**alert_routes.ALERTS, "version": 4}
AN_AUTOPAY = {**examples.AUTOPAY, "version": 3}
DECIDED_CHANGE = {"id": of_change.APPROVAL["id"], "kind": "due_date_change", "status": "accepted"}
NO_SESSIONS: dict[str, Any] = {"data": [], "next_cursor": None}
NO_FACTORS: dict[str, Any] = {"mfa_enabled": False, "factors": [], "recovery_codes_left": 0}
A_RESET = {"factors_removed": 1, "passkeys_removed": 0, "sessions_ended": 2}
NOTHING_PENDING: dict[str, Any] = {"data": [], "autopay_account_ids": []}

A_CONVERSATION = conversation_examples.OF_DESK
AN_ANSWER = conversation_examples.ANSWER

# Each method's request and reply by contract, and what it answers unless a test says otherwise.
CONTRACT: dict[str, tuple[type[Schema], type[Schema], Answer]] = {
    "identity.get_signing_keys": (Nothing, identity.SigningKeys, None),
    "identity.register": (identity.Register, identity.Registration, {"status": "check_your_mail"}),
    "identity.verify_email": (identity.VerifyEmail, Nothing, {}),
    "identity.open_session": (identity.OpenSession, second_factors.SignIn, examples.SESSION_TOKENS),
    "identity.refresh_session": (identity.RefreshSession, identity.OpenedSession, examples.SESSION_TOKENS),
    "identity.close_session": (identity.CloseSession, Nothing, {}),
    "identity.request_password_reset": (
        recovery.RequestPasswordReset, recovery.Recovery, {"status": "check_your_mail"},
    ),
    "identity.request_user_id_reminder": (
        recovery.RequestUserIdReminder, recovery.Recovery, {"status": "check_your_mail"},
    ),
    "identity.reset_password": (recovery.ResetPassword, Nothing, {}),
    "identity.judge_password": (
        recovery.JudgePassword, recovery.JudgedPassword,
        {"is_acceptable": True, "strength": "strong", "code": None, "detail": None},
    ),
    "identity.change_password": (recovery.ChangePassword, Nothing, {}),
    "identity.list_sessions": (identity.ListSessions, identity.Sessions, {"data": [], "next_cursor": None}),
    "identity.get_me": (Nothing, identity.Me, A_PROFILE),
    "identity.update_me": (identity.UpdateMe, identity.Me, {**A_PROFILE, "version": 8}),
    "identity.pass_challenge": (second_factors.PassChallenge, identity.OpenedSession, examples.SESSION_TOKENS),
    "identity.text_challenge": (second_factors.TextChallenge, second_factors.Texted, factor_routes.TEXTED),
    "identity.text_code": (Nothing, second_factors.Texted, factor_routes.TEXTED),
    "identity.step_up": (second_factors.StepUp, second_factors.SteppedUp, factor_routes.ACCESS_TOKEN),
    "identity.add_factor": (
        second_factors.AddFactor, second_factors.FactorAdded, factor_routes.add_factor.example,
    ),
    "identity.confirm_factor": (
        second_factors.ConfirmFactor, second_factors.RecoveryCodes, factor_routes.RECOVERY_CODES,
    ),
    "identity.remove_factor": (second_factors.RemoveFactor, Nothing, {}),
    "identity.renew_recovery_codes": (Nothing, second_factors.RecoveryCodes, factor_routes.RECOVERY_CODES),
    "identity.list_second_factors": (
        Nothing, second_factors.SecondFactors, factor_routes.list_second_factors.example,
    ),
    "identity.list_passkeys": (Nothing, passkeys.Passkeys, {"data": [passkey_routes.PASSKEY]}),
    "identity.begin_adding_passkey": (Nothing, passkeys.Ceremony, passkey_routes.begin_adding_passkey.example),
    "identity.add_passkey": (passkeys.AddPasskey, passkeys.Passkey, passkey_routes.PASSKEY),
    "identity.remove_passkey": (passkeys.RemovePasskey, Nothing, {}),
    "identity.begin_passkey_session": (Nothing, passkeys.Ceremony, passkey_routes.begin_passkey_session.example),
    "identity.open_passkey_session": (passkeys.UsePasskey, identity.OpenedSession, examples.SESSION_TOKENS),
    "identity.prove_phone": (identity.ProveCode, Nothing, {}),
    "identity.link_account": (
        identity.LinkAccount, identity.LinkedAccount,
        {"id": examples.ACCOUNT_ID, "role": "borrower", "account_last4": "0001"},
    ),
    "accounts.list_accounts": (accounts.ListAccounts, accounts.Accounts, None),
    "accounts.get_account": (accounts.GetAccount, accounts.Account, None),
    "accounts.list_transactions": (
        accounts.ListTransactions, accounts.Transactions, examples.page_of(examples.TRANSACTION),
    ),
    "accounts.get_schedule": (accounts.GetSchedule, accounts.Schedule, examples.SCHEDULE),
    "accounts.get_payoff_preview": (payoff.GetPayoffPreview, payoff.PayoffPreview, examples.PAYOFF_PREVIEW),
    "accounts.issue_payoff_quote": (payoff.IssuePayoffQuote, payoff.PayoffQuote, examples.PAYOFF_QUOTE),
    "accounts.get_payoff_quote": (payoff.GetPayoffQuote, payoff.PayoffQuote, examples.PAYOFF_QUOTE),
    "accounts.list_payment_addresses": (
        payoff.ListPaymentAddresses, payoff.PostalAddresses, examples.PAYMENT_ADDRESSES,
    ),
    "accounts.list_statements": (
        statements.ListStatements, statements.IssuedStatements, examples.page_of(statement_examples.ISSUED),
    ),
    "accounts.get_statement": (statements.GetStatement, statements.Statement, statement_examples.STATEMENT),
    "accounts.print_statement": (statements.GetStatement, statements.PrintedDocument, A_PRINTED_DOCUMENT),
    "accounts.get_paperless": (
        paperless.GetPaperless, paperless.Paperless, {**statement_examples.PAPERLESS, "version": 3},
    ),
    "accounts.print_disclosure": (paperless.GetPaperless, statements.PrintedDocument, A_PRINTED_DOCUMENT),
    "accounts.put_paperless": (
        paperless.PutPaperless, paperless.Paperless, {**statement_examples.PAPERLESS, "version": 4},
    ),
    "payments.list_pending_payments": (payments.ListPendingPayments, payments.PendingPayments, NOTHING_PENDING),
    "accounts.preview_due_date_change": (
        changes.PreviewDueDateChange, changes.ScheduleChange, of_change.DUE_DATE_CHANGE,
    ),
    "accounts.change_due_date": (changes.ChangeDueDate, changes.ScheduleChange, of_change.DUE_DATE_CHANGE),
    "accounts.preview_deferment": (changes.PreviewDeferment, changes.ScheduleChange, of_change.DEFERMENT),
    "accounts.defer_payments": (changes.DeferPayments, changes.ScheduleChange, of_change.DEFERMENT),
    "accounts.list_approvals": (Nothing, account_approvals.AwaitedChanges, {"data": [of_change.APPROVAL]}),
    "accounts.accept_change": (account_approvals.DecideChange, account_approvals.DecidedChange, DECIDED_CHANGE),
    "accounts.decline_change": (account_approvals.DecideChange, account_approvals.DecidedChange, DECIDED_CHANGE),
    "accounts.search_accounts": (files.SearchAccounts, files.FoundAccounts, {"data": [of_staff.FOUND_ACCOUNT]}),
    "accounts.get_account_file": (files.GetAccountFile, files.AccountFile, None),
    "accounts.list_account_flags": (flags.ListAccountFlags, flags.AccountFlags, {"data": [of_staff.ACCOUNT_FLAG]}),
    "accounts.set_account_flag": (flags.SetAccountFlag, flags.FlaggedAccount, of_staff.FLAGGED_ACCOUNT),
    "accounts.clear_account_flag": (flags.ClearAccountFlag, flags.FlaggedAccount, of_staff.FLAGGED_ACCOUNT),
    "accounts.list_work_items": (work_items.ListWorkItems, work_items.WorkItems, examples.page_of(of_staff.WORK_ITEM)),
    "accounts.close_work_item": (work_items.CloseWorkItem, work_items.WorkItem, of_staff.WORK_ITEM),
    "accounts.list_title_releases": (
        titles.ListTitleReleases, titles.TitleReleases, examples.page_of(of_staff.TITLE_RELEASE),
    ),
    "accounts.list_furnishing": (
        furnishing.ListFurnishing, furnishing.Furnishing, {"data": [of_staff.FURNISHING_FACTS]},
    ),
    "accounts.correct_furnishing": (
        furnishing.CorrectFurnishing, furnishing.FurnishingFacts, of_staff.FURNISHING_FACTS,
    ),
    "accounts.record_title_release": (titles.RecordTitleRelease, titles.TitleRelease, of_staff.TITLE_RELEASE),
    "accounts.reverse_payment": (accounts.ReversePayment, accounts.ChangedAccount, of_staff.CHANGED_ACCOUNT),
    "accounts.assess_late_fee": (accounts.AssessLateFee, accounts.ChangedAccount, of_staff.CHANGED_ACCOUNT),
    "accounts.assess_fee": (accounts.AssessFee, accounts.ChangedAccount, of_staff.CHANGED_ACCOUNT),
    "accounts.waive_fee": (accounts.WaiveFee, accounts.ChangedAccount, of_staff.CHANGED_ACCOUNT),
    "accounts.change_rate": (accounts.ChangeRate, accounts.ChangedAccount, of_staff.CHANGED_ACCOUNT),
    "accounts.accelerate_balance": (accounts.AccelerateBalance, accounts.ChangedAccount, of_staff.CHANGED_ACCOUNT),
    "accounts.charge_off": (accounts.ChargeOffAccount, accounts.ChangedAccount, of_staff.CHANGED_ACCOUNT),
    "identity.list_customer_sessions": (staff.ListCustomerSessions, identity.Sessions, NO_SESSIONS),
    "identity.list_customer_factors": (staff.OneCustomer, second_factors.SecondFactors, NO_FACTORS),
    "identity.end_customer_sessions": (staff.EndSessions, staff.EndedSessions, {"ended": 2}),
    "identity.reset_second_factor": (staff.ResetSecondFactor, staff.SecondFactorReset, A_RESET),
    "identity.find_agent": (staff.FindAgent, staff.FoundAgent, {"agent_id": conversation_examples.AGENT_ID}),
    "identity.list_account_holders": (
        identity.ListAccountHolders, identity.AccountHolders, {"data": [of_staff.ACCOUNT_HOLDER]},
    ),
    "identity.list_mailing_addresses": (
        identity.ListMailingAddresses, identity.HoldersAddresses, {"data": [paper_examples.HOLDERS_ADDRESS]},
    ),
    "accounts.list_paper_mailings": (
        paper.ListPaperMailings, paper.PaperMailings, examples.page_of(paper_examples.MAILING),
    ),
    "accounts.note_paper_mailing": (paper.NotePaperMailing, paper.PaperMailing, paper_examples.MAILED),
    "accounts.find_unaddressed": (paper.FindUnaddressed, paper.UnaddressedLetters, {"next": [], "aside": []}),
    "accounts.set_letters_aside": (paper.SetLettersAside, paper.LettersSetAside, {"without_address_count": 0}),
    "accounts.print_letter": (paper.PrintLetter, statements.PrintedDocument, A_PRINTED_DOCUMENT),
    "accounts.take_paper_batch": (paper.TakePaperBatch, paper.TakenPaperBatch, paper_examples.TAKEN),
    "accounts.get_paper_batch": (
        paper.OnePaperBatch, paper.PaperBatch, {**paper_examples.TAKEN, "letters": [paper_examples.LETTER]},
    ),
    "accounts.note_paper_batch_printed": (paper.NotePaperBatchPrinted, paper.TakenPaperBatch, paper_examples.TAKEN),
    "accounts.note_paper_batch": (paper.NotePaperBatch, paper.TakenPaperBatch, paper_examples.ALL_MAILED),
    "payments.record_processor_events": (payments.RecordProcessorEvents, Nothing, {}),
    "payments.refund_payment": (payments.RefundPayment, payments.PaymentRefund, examples.PAYMENT_REFUND),
    "payments.list_work_items": (
        payments.ListPaymentWorkItems, payments.PaymentWorkItems, examples.page_of(examples.PAYMENT_WORK_ITEM),
    ),
    "payments.close_work_item": (payments.ClosePaymentWorkItem, Nothing, {}),
    "payments.submit_payment": (payments.SubmitPayment, payments.Payment, examples.PAYMENT),
    "payments.cancel_payment": (
        payments.CancelPayment, payments.Payment,
        {**examples.PAYMENT, "status": "cancelled", "message": "No: $412.35 was not charged. You cancelled it."},
    ),
    "payments.get_payment": (payments.GetPayment, payments.Payment, examples.PAYMENT),
    "payments.list_payments": (payments.ListPayments, payments.Payments, examples.page_of(examples.PAYMENT)),
    "payments.list_unmatched_receipts": (
        receipts.ListUnmatchedReceipts, receipts.Receipts, examples.page_of(staff_receipts.RECEIPT),
    ),
    "payments.resolve_receipt": (receipts.ResolveReceipt, receipts.Receipt, staff_receipts.RECEIPT),
    "payments.send_receipt_back": (receipts.SendReceiptBack, receipts.Receipt, staff_receipts.RECEIPT),
    "payments.add_payment_method": (payments.AddPaymentMethod, payments.PaymentMethod, examples.PAYMENT_METHOD),
    "payments.list_payment_methods": (
        payments.ListPaymentMethods, payments.PaymentMethods,
        {**examples.page_of(examples.PAYMENT_METHOD), "consent_offer": examples.CONSENT_TO_METHOD},
    ),
    "payments.get_autopay": (autopay.GetAutopay, autopay.Autopay, AN_AUTOPAY),
    "payments.put_autopay": (autopay.PutAutopay, autopay.Autopay, {**AN_AUTOPAY, "version": 4}),
    "payments.remove_autopay": (autopay.RemoveAutopay, autopay.Autopay, {**AN_AUTOPAY, "version": 5}),
    "payments.stop_draft": (autopay.StopDraft, autopay.Autopay, {**AN_AUTOPAY, "version": 6}),
    "payments.get_payment_options": (payments.GetPaymentOptions, payments.PaymentOptions, examples.PAYMENT_OPTIONS),
    "payments.list_ach_notices": (
        notices.ListAchNotices, notices.AchNotices, examples.page_of(staff_payments.NOTICE),
    ),
    "payments.close_ach_notice": (notices.CloseAchNotice, Nothing, {}),
    "payments.skip_draft": (autopay.SkipDraft, autopay.Autopay, {**AN_AUTOPAY, "version": 6}),
    "payments.remove_payment_method": (payments.RemovePaymentMethod, Nothing, {}),
    "leases.get_lease": (leases.OneLease, leases.Lease, lease_examples.LEASE),
    "leases.get_lease_end": (leases.OneLease, leases.LeaseEnd, lease_examples.LEASE_END),
    "leases.get_lease_calendar": (lease_end.GetLeaseCalendar, lease_end.LeaseCalendar, {"text": "BEGIN:VCALENDAR\r\n"}),
    "leases.list_odometer_readings": (
        lease_end.ListOdometerReadings, lease_end.OdometerReadings, {"data": [lease_examples.ODOMETER_READING]},
    ),
    "leases.record_odometer_reading": (
        lease_end.RecordOdometerReading, lease_end.OdometerReading, lease_examples.ODOMETER_READING,
    ),
    "leases.get_buyout_quote": (options.GetBuyoutQuote, options.BuyoutPreview, lease_examples.BUYOUT_PREVIEW),
    "leases.start_buyout": (options.StartBuyout, options.Buyout, lease_examples.BUYOUT),
    "leases.get_buyout": (options.GetOption, options.Buyout, lease_examples.BUYOUT),
    "leases.cancel_buyout": (options.GetOption, options.Buyout, lease_examples.BUYOUT),
    "leases.schedule_turn_in": (turn_ins.ScheduleTurnIn, turn_ins.TurnIn, lease_examples.TURN_IN),
    "leases.get_turn_in": (options.GetOption, turn_ins.TurnIn, lease_examples.TURN_IN),
    "leases.cancel_turn_in": (options.GetOption, turn_ins.TurnIn, lease_examples.TURN_IN),
    "leases.receive_vehicle": (turn_ins.ReceiveVehicle, turn_ins.TurnIn, lease_examples.TURN_IN),
    "leases.inspect_vehicle": (turn_ins.InspectVehicle, turn_ins.TurnIn, lease_examples.TURN_IN),
    "leases.dispute_end_bill": (turn_ins.DisputeEndBill, turn_ins.TurnIn, lease_examples.TURN_IN),
    "leases.request_extension": (extensions.RequestExtension, extensions.Extension, lease_examples.EXTENSION),
    "leases.get_extension": (options.GetOption, extensions.Extension, lease_examples.EXTENSION),
    "leases.accept_extension": (options.GetOption, extensions.Extension, lease_examples.EXTENSION),
    "leases.withdraw_extension": (options.GetOption, extensions.Extension, lease_examples.EXTENSION),
    "leases.decide_extension": (extensions.DecideExtension, extensions.Extension, lease_examples.EXTENSION),
    "leases.get_renewal": (leases.OneLease, extensions.Renewal, lease_examples.RENEWAL),
    "leases.end_renewal": (leases.OneLease, extensions.Renewal, lease_examples.RENEWAL),
    "leases.decide_dispute": (turn_ins.DecideDispute, turn_ins.TurnIn, lease_examples.TURN_IN),
    "leases.list_lease_work": (
        work.ListLeaseWork, work.LeaseWork, {"data": [lease_examples.WORK_ITEM], "next_cursor": None},
    ),
    "leases.get_early_termination_quote": (
        early_ends.GetEarlyTerminationQuote, early_ends.EarlyTerminationQuote, lease_examples.EARLY_TERMINATION,
    ),
    "leases.give_servicemember_notice": (
        early_ends.GiveServicememberNotice, early_ends.ServicememberNotice, lease_examples.SERVICEMEMBER_NOTICE,
    ),
    "leases.get_servicemember_notice": (
        leases.OneLease, early_ends.ServicememberNotice, lease_examples.SERVICEMEMBER_NOTICE,
    ),
    "leases.withdraw_servicemember_notice": (
        leases.OneLease, early_ends.ServicememberNotice, lease_examples.SERVICEMEMBER_NOTICE,
    ),
    "leases.end_early": (early_ends.EndEarly, early_ends.EarlyEnd, lease_examples.EARLY_END),
    "leases.list_approvals": (Nothing, approvals.Approvals, {"data": [approval_routes.APPROVAL]}),
    "leases.sign_odometer_statement": (
        options.SignOdometerStatement, options.OdometerStatement, lease_examples.ODOMETER_STATEMENT,
    ),
    "notifications.list_conversations": (
        conversations.ListConversations, conversations.Conversations, examples.page_of(A_CONVERSATION),
    ),
    "notifications.search_conversations": (
        conversations.SearchConversations, conversations.Conversations, examples.page_of(A_CONVERSATION),
    ),
    "notifications.open_conversation": (
        conversations.OpenConversation, conversations.OpenedConversation,
        {"conversation_id": conversation_examples.CONVERSATION_ID},
    ),
    "notifications.begin_conversation": (
        conversations.BeginConversation, conversations.OpenedConversation,
        {"conversation_id": conversation_examples.CONVERSATION_ID},
    ),
    "notifications.get_conversation": (conversations.OneConversation, conversations.Conversation, A_CONVERSATION),
    "notifications.list_conversation_messages": (
        conversations.ListConversationMessages, conversations.ConversationMessages, examples.page_of(AN_ANSWER),
    ),
    "notifications.get_conversation_message": (conversations.OneMessage, conversations.ConversationMessage, AN_ANSWER),
    "notifications.write_message": (
        conversations.WriteMessage, conversations.WrittenMessage, {"message_id": conversation_examples.ANSWER_ID},
    ),
    "notifications.add_attachment": (
        conversations.AddAttachment, conversations.AddedAttachment,
        {"attachment_id": conversation_examples.ATTACHMENT_ID},
    ),
    "notifications.describe_attachment": (
        conversations.OneAttachment, conversations.AttachmentShown, conversation_examples.ATTACHMENT,
    ),
    "notifications.get_attachment": (
        conversations.OneAttachment, conversations.AttachmentContent,
        {**conversation_examples.ATTACHMENT, "name": "Öl \"1\".png", "content_base64": "iVBORw=="},
    ),
    "notifications.mark_conversation_read": (conversations.OneMessage, Nothing, {}),
    "notifications.hand_over_conversation": (conversations.HandOver, Nothing, {}),
    "notifications.close_conversation": (conversations.OneConversation, Nothing, {}),
    "notifications.reopen_conversation": (conversations.OneConversation, Nothing, {}),
    "notifications.export_conversation": (
        conversations.OneConversation, conversations.ExportedConversation,
        {**conversation_examples.DESK_EXPORT, "conversation": A_CONVERSATION, "messages": [AN_ANSWER]},
    ),
    "notifications.find_hearer": (
        conversations.OneConversation, conversations.Hearer, {"hearer_id": None, "author": "staff"},
    ),
    "notifications.record_mail_events": (notifications.RecordMailEvents, Nothing, {}),
    "notifications.record_text_status": (notifications.RecordTextStatus, Nothing, {}),
    "notifications.record_inbound_text": (notifications.RecordInboundText, Nothing, {}),
    "notifications.get_alerts": (Nothing, choices.Alerts, THE_ALERTS),
    "notifications.put_alerts": (choices.PutAlertsOfVersion, choices.Alerts, THE_ALERTS),
    "notifications.test_alerts": (choices.TestAlerts, choices.TestedAlerts, alert_routes.test_alerts.example),
    "notifications.list_consents": (choices.ListMine, choices.Consents, alert_routes.list_consents.example),
    "notifications.give_consent": (choices.GiveConsent, choices.Consent, alert_routes.CONSENT),
    "notifications.list_inbox": (choices.ListMine, choices.Inbox, alert_routes.list_inbox.example),
    "notifications.read_inbox_item": (choices.ReadInboxItem, choices.InboxItem, alert_routes.ITEM),
    "notifications.list_messages": (
        notifications.ListMessages, notifications.Messages, staff_messages.list_customer_messages.example,
    ),
}  # fmt: skip

OF_HTTP = {"autopay_enabled", "pending_payments", "amount_due_after_pending_cents"}
ACCOUNT_VIEW = {name: value for name, value in examples.ACCOUNT.items() if name not in OF_HTTP}


@dataclass(frozen=True)
class Asked:
    """One question that reached a neighbour."""

    method: str
    request: dict[str, Any]
    context: CallContext
    key: str | None


@dataclass
class Neighbourhood:
    """All neighbours: requests are loaded and answers checked by the contract, as the real doors do."""

    answers: dict[str, Answer] = field(default_factory=dict)
    replayed: bool = False
    asked: list[Asked] = field(default_factory=list)

    def of(self, service: str) -> "Neighbour":
        return Neighbour(self, service)

    def answer(self, method: str, request: Mapping[str, Any], context: CallContext, key: str | None) -> Reply:
        takes, gives, usual = CONTRACT[method]
        travelled = json.loads(encode(request))
        self.asked.append(Asked(method, travelled, context, key))
        schemas.load(takes, travelled)
        found = self.answers.get(method, usual)
        if callable(found):
            found = found()
        if isinstance(found, BaseException):
            raise found
        assert gives().validate(cast(dict[str, Any], found)) == {}, f"the test's answer of {method} breaks the contract"
        return Reply(found, replayed=self.replayed)

    def requests(self, method: str) -> list[dict[str, Any]]:
        return [asked.request for asked in self.asked if asked.method == method]


@dataclass(frozen=True)
class Neighbour:
    all: Neighbourhood
    service: str

    def ask(
        self, method: str, *, request: Mapping[str, Any], context: CallContext, key: str | None = None,
        timeout_seconds: float | None = None,
    ) -> Reply:  # fmt: skip
        return self.all.answer(f"{self.service}.{method}", request, context, key)


class HttpAnswer(TestResponse):
    """An answer whose body a test may look into without asking first whether it is JSON."""

    @property
    def json(self) -> Any:
        return self.get_json()


@dataclass
class Gateway:
    """A gateway under test, with what stands behind it."""

    client: Client
    neighbours: Neighbourhood
    clock: FixedClock
    key: OKPKey
    feed: Feed
    pauses: list[float]

    def get(self, path: str, **options: Any) -> HttpAnswer:
        return self.send("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> HttpAnswer:
        return self.send("POST", path, json=body, **options)

    def send(
        self, method: str, path: str, *, token: str | None = "", headers: Mapping[str, str] | None = None, **rest: Any
    ) -> HttpAnswer:
        """With a customer's token, unless `token` is another one, or None for none."""
        sent = dict(headers or {})
        if token is not None:
            sent.setdefault("Authorization", f"Bearer {token or self.token()}")
        return cast(HttpAnswer, self.client.open(path, method=method, headers=sent, **rest))

    def token(self, *, header: Mapping[str, Any] | None = None, key: Any = None, **changed: Any) -> str:
        """A token as identity signs it, with claims changed; a claim changed to None is left out."""
        made = {"alg": "Ed25519", "typ": "at+jwt", "kid": self.key.kid, **(header or {})}
        claims = {**self.claims(), **changed}
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(made, kept, key or self.key, algorithms=[made["alg"]])

    def claims(self) -> dict[str, Any]:
        now = int(self.clock.now().timestamp())
        return {
            "iss": ISSUER, "aud": "captive", "sub": examples.USER_ID, "roles": ["customer"], "iat": now,
            "exp": now + 300, "sid": examples.SESSION_ID, "auth_time": now,
            "accounts": [{"id": examples.ACCOUNT_ID, "role": "borrower"}],
        }  # fmt: skip


def a_gateway(
    *, clock: FixedClock, answers: Mapping[str, Answer] | None = None, settings: Mapping[str, Any] | None = None,
    routes: tuple[Route, ...] = ROUTES, store: Database | None = None, is_ready: bool = True,
    real: Mapping[str, Asks] | None = None, admission: Admission | None = None,
) -> Gateway:  # fmt: skip
    """A gateway whose neighbours answer as usual, but for `answers`, and for those that are `real`."""
    key = OKPKey.generate_key("Ed25519", {"kid": "the-newest", "use": "sig", "alg": "Ed25519"})
    published = {"keys": [key.as_dict(private=False)]}
    usual = {
        "identity.get_signing_keys": published,
        "accounts.get_account": ACCOUNT_VIEW,
        "accounts.list_accounts": {"data": [ACCOUNT_VIEW]},
        "accounts.get_account_file": {**of_staff.ACCOUNT_FILE, "account": ACCOUNT_VIEW},
    }
    neighbours = Neighbourhood({**usual, **(answers or {})})
    values = {setting.name: setting.default for setting in (*EVERY_PROCESS, *DECLARED)}
    feed, pauses = Feed(), list[float]()
    house = Dependencies(
        neighbours={**{name: neighbours.of(name) for name in NEIGHBOURS}, **(real or {})},
        settings=Settings(values | dict(settings or {})), clock=clock, store=cast(Database, store), feed=feed,
        keyring=a_keyring(neighbours, now=clock.now), is_ready=lambda: is_ready,
        pause=lambda seconds: _pass(clock, seconds, pauses), admission=admission or Admission(),
    )  # fmt: skip
    return Gateway(Client(Application(routes, house), HttpAnswer), neighbours, clock, key, feed, pauses)


def a_keyring(neighbours: Neighbourhood, *, now: Callable[[], datetime]) -> Keyring:
    identity_service = neighbours.of("identity")
    return Keyring(
        fetch=lambda: identity_service.ask("get_signing_keys", request={}, context=NOBODY).data, now=now
    )  # fmt: skip


def _pass(clock: FixedClock, seconds: float, pauses: list[float]) -> None:
    pauses.append(seconds)
    clock.move_to(clock.now() + timedelta(seconds=seconds))
