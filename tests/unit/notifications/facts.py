"""Facts for every template, as its event brings them; a template is shown with these in its golden files."""

from typing import Any

from services.notifications.providers.wording import Brand

BRAND = Brand(
    name="Kia Finance America", phone="1-855-885-7600", portal_url="https://portal.example",
    address="P.O. Box 650805, Dallas, TX 75265-0805",
)  # fmt: skip

MONEY = {"amount_cents": 41_237}
METHOD = {"method_type": "bank_account", "method_last4": "6789"}
DRAFT = {"draft_on": "2026-12-04", "due_on": "2026-12-05", "amount_cents": 41_237}
QUOTE = {"payoff_cents": 1_830_841, "good_through": "2026-12-10"}
LATE = {**MONEY, "due_on": "2026-11-05"}

FACTS_OF: dict[str, dict[str, Any]] = {
    "payment_received": {**MONEY, "effective_on": "2026-11-03", "method_type": "bank_account"},
    "payment_scheduled": {**MONEY, **METHOD, "effective_on": "2026-12-05"},
    "payment_cancelled": {
        **MONEY, "effective_on": "2026-12-05", "reason_code": "by_customer", "reason": "You cancelled it.",
    },
    "payment_declined": {
        **MONEY, "reason_code": "insufficient_funds", "decline_reason": "The card has not enough money on it.",
    },
    "payment_returned": {
        **MONEY, **METHOD, "effective_on": "2026-11-03", "return_code": "R02", "return_reason": "the account is closed",
        "next_step": "Please add another bank account or card, and pay with that.", "will_be_presented_again": False,
        "present_again_on": None,
    },
    "payment_reversed": {**MONEY, "effective_on": "2026-11-03", "reversed_on": "2026-11-20"},
    "payment_disputed": {**MONEY, "disputed_on": "2026-11-20"},
    "payment_refunded": {**MONEY, "refunded_on": "2026-11-20"},
    "refund_paid": {**MONEY, "paid_on": "2026-11-20"},
    "refund_failed": {**MONEY, "failed_on": "2026-11-20", "was_paid": True},
    "autopay_enrolled": {
        "consent_text": "I authorize my lender to draw each instalment. I chose: what is due, on the due date.",
        "drafts": [DRAFT, {"draft_on": "2027-01-05", "due_on": "2027-01-05", "amount_cents": 41_237}],
    },
    "autopay_cancelled": {"reason_code": "by_customer", "reason": "You switched autopay off."},
    "autopay_paused": {
        "reason_code": "draft_declined", "pause_reason": "The last draft was declined and nothing was taken.",
        "resumes_on": None,
    },
    "autopay_resumed": METHOD,
    "autopay_draft_upcoming": {**DRAFT, **METHOD, "stop_through_on": "2026-12-01"},
    "payment_due_soon": {"amount_due_cents": 41_237, "due_on": "2026-12-05", "days_before": 7},
    "payment_past_due": {"past_due_cents": 41_237, "due_on": "2026-10-24", "days_past_due": 30},
    "late_fee_assessed": {**LATE, "assessed_on": "2026-11-16"},
    "late_fee_reversed": LATE,
    "fee_waived": {**MONEY, "kind": "late_fee"},
    "fee_forgiven": {**MONEY, "kind": "late_fee", "was_paid_cents": 41_237},
    "statement_ready": {
        "kind": "monthly", "statement_on": "2026-11-23", "amount_due_cents": 41_237, "due_on": "2026-12-05",
    },
    "paperless_changed": {"enabled": False, "reason": "mail_bounced"},
    "payoff_quote_issued": {**QUOTE, "kind": "payoff", "per_diem_cents": 312},
    "payoff_quote_withdrawn": {
        **QUOTE, "reason_code": "drift_beyond_limit", "reason": "We found that more is owed than we had told you.",
    },
    "account_paid_off": {},
    "account_closed": {"closed_on": "2026-11-20"},
    "account_reopened": {"next_due_on": "2026-12-05"},
    "title_released": {"released_on": "2026-11-20"},
    "schedule_changed": {
        "reason": "due_date_change", "effective_on": "2026-11-20", "maturity_on": "2030-03-20",
        "next_due_on": "2026-12-20",
    },
    "lease_end_approaching": {"ends_on": "2027-02-18", "milestone_days": 90, "days_left": 90},
    "option_closed": {"option": "buyout", "outcome": "lapsed", "closed_on": "2026-11-20"},
    "extension_requested": {"months": 3},
    "extension_decided": {"decision": "offered", "reason": None, "ends_on": "2027-05-18"},
    "lease_extended": {"months": 3, "maturity_on": "2027-05-18"},
    "extension_disclosed": {
        "month_number": 7, "disclosed_on": "2027-05-18", "months": 3, "instalment_cents": 48_240,
        "total_cents": 144_720, "starts_on": "2027-06-18", "ends_on": "2027-09-18",
    },
    "renewal_ended": {"lease_ends_on": "2027-05-18"},
    "buyout_completed": {"buyer": "lessee", "payoff_cents": 1_830_841, "completed_on": "2026-11-20"},
    "turn_in_scheduled": {"dealer_name": "Plano Kia", "appointment_on": "2027-02-15"},
    "vehicle_returned": {
        "way": "return", "returned_on": "2027-02-15", "due_through_on": "2027-02-18", "miles": 31_204,
    },
    "conversation_replied": {},
    "conversation_begun": {},
    "verify_email": {},
    "already_registered": {},
    "reset_password": {},
    "user_id_reminder": {"about": "ada.lovelace"},
    "password_changed": {},
    "new_sign_in": {},
    "confirm_new_email": {},
    "approve_contact_change": {"about": "your e-mail address"},
    "contact_changed": {"about": "your telephone number"},
    "second_factor_changed": {"about": "a passkey was added."},
    "approval_asked": {"about": "your lease to go on through 2027-05-18."},
    "approval_decided": {
        "about": "Everybody has agreed, and it is made. Your due date moves to the 15th, first on 2027-01-15.",
    },
    "security_code": {"code": "204816"},
    "test_message": {},
    "texts_stopped": {},
    "texts_started": {},
    "texts_help": {},
}  # fmt: skip


def facts_of(template: str, **differences: Any) -> dict[str, Any]:
    """What a message of this template says; a link and the ending of the account are there for those that take them."""
    common = {"greeting_name": "Ada", "account_last4": "4821", "link": "https://portal.example/verify?token=t0ken&a=1"}
    return {**common, **FACTS_OF[template], **differences}
