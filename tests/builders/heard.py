"""What other services tell of Ada's account, one fact for each event, as their contracts have it."""

from datetime import date
from typing import Any

from chassis.events import Event
from services.accounts.contract import events as accounts
from services.leases.contract import events as leases
from services.payments.contract import events as payments
from tests.builders.notifications import ACCOUNT, PAYMENT, a_declined_payment, a_posted_payment

STANDING = {
    "status": "open", "amount_due_cents": 41_237, "past_due_cents": 0, "next_due_on": date(2026, 12, 5),
    "next_instalment_number": 12, "days_past_due": 0, "payoff_ceiling_cents": 1_830_841, "payments_made": 11,
}  # fmt: skip
OPTION = "01900000-0000-7000-8000-00000000e001"
QUOTE = "01900000-0000-7000-8000-00000000c001"

_NOV, _DEC = date(2026, 11, 20), date(2026, 12, 5)
_ABOUT = {"account_id": ACCOUNT}
_STANDS = {**_ABOUT, "standing": STANDING}
_PAYMENT = {**_ABOUT, "payment_id": PAYMENT, "amount_cents": 41_237}
_METHOD = {"method_type": "bank_account", "method_last4": "6789"}
_REFUND = {**_PAYMENT, "refund_id": QUOTE}
_FEE = {
    **_STANDS, "fee_id": QUOTE, "instalment_number": 11, "due_on": date(2026, 11, 5), "assessed_on": _NOV,
    "amount_cents": 2_500,
}  # fmt: skip
_QUOTED = {
    **_STANDS, "quote_id": QUOTE, "kind": "payoff", "payoff_cents": 1_830_841, "per_diem": "3.1234",
    "good_through": date(2026, 12, 10),
}  # fmt: skip
_OPTION = {**_ABOUT, "option_id": OPTION}
_DRAFT = {"instalment_number": 12, "due_on": _DEC, "draft_on": date(2026, 12, 4), "amount_cents": 41_237}

# By event, what it says: of one that says different things, the one that a holder hears.
HEARD: dict[Event, dict[str, Any]] = {
    payments.payment_posted: a_posted_payment(),
    payments.payment_declined: a_declined_payment(),
    payments.payment_scheduled: {**_PAYMENT, **_METHOD, "effective_on": _DEC},
    payments.payment_cancelled: {
        **_PAYMENT, "effective_on": _DEC, "reason_code": "by_customer", "reason": "You cancelled it.",
    },
    payments.payment_returned: {
        **_PAYMENT, **_METHOD, "presentment_number": 1, "effective_on": _NOV, "settled_on": None, "returned_on": _NOV,
        "return_code": "R02", "reason": "the account is closed", "next_step": "Please add another bank account.",
        "will_be_presented_again": False, "present_again_on": None,
    },
    payments.payment_disputed: {
        **_PAYMENT, "presentment_number": 1, "disputed_on": _NOV, "reason_code": "not_authorized",
    },
    payments.payment_refunded: {
        **_REFUND, "presentment_number": 1, "refunded_on": _NOV, "reason": "Taken twice by us; see note 17.",
    },
    payments.refund_paid: {**_REFUND, "paid_on": _NOV},
    payments.refund_failed: {
        **_REFUND, "kind": "surplus", "failed_on": _NOV, "was_paid": False, "reason_code": "account_closed",
    },
    payments.autopay_enrolled: {
        **_ABOUT, **_METHOD, "consent_id": QUOTE, "consent_version": "autopay-2026-11",
        "consent_text": "I authorize my lender. I chose: what is due, on the due date.", "drafts": [_DRAFT],
    },
    payments.autopay_cancelled: {**_ABOUT, "reason_code": "by_customer", "reason": "You switched autopay off."},
    payments.autopay_paused: {
        **_ABOUT, "reason_code": "draft_declined", "reason": "The last draft was declined.", "resumes_on": None,
    },
    payments.autopay_resumed: {**_ABOUT, **_METHOD},
    payments.autopay_draft_upcoming: {**_ABOUT, **_METHOD, **_DRAFT, "stop_through_on": date(2026, 12, 1)},
    accounts.payment_due_soon: {
        **_STANDS, "instalment_number": 12, "due_on": _DEC, "days_before": 7, "amount_due_cents": 41_237,
    },
    accounts.payment_past_due: {
        **_STANDS, "business_on": _NOV, "instalment_number": 11, "due_on": date(2026, 11, 5), "days_past_due": 1,
        "bucket_days": 1, "past_due_cents": 41_237, "delinquent_since_on": date(2026, 11, 5),
    },
    accounts.late_fee_assessed: _FEE,
    accounts.late_fee_reversed: _FEE,
    accounts.fee_waived: {**_STANDS, "fee_id": QUOTE, "kind": "late_fee", "amount_cents": 2_500},
    accounts.payment_reversed: {
        **_STANDS, "payment_id": PAYMENT, "presentment_number": 1, "amount_cents": 41_237, "effective_on": _NOV,
        "reversed_on": _NOV, "reason": "keyed to the wrong account, see note 18", "return_code": None,
    },
    accounts.schedule_changed: {
        **_STANDS, "reason": "due_date_change", "effective_on": _NOV, "from_instalment": 12,
        "maturity_on": date(2030, 3, 20),
    },
    accounts.statement_issued: {
        **_STANDS, "statement_id": QUOTE, "kind": "monthly", "statement_on": _NOV, "period_from_on": date(2026, 10, 20),
        "period_to_on": _NOV, "delivery": "electronic", "amount_due_cents": 41_237, "due_on": _DEC,
    },
    accounts.paperless_changed: {**_STANDS, "enabled": True, "reason": None},
    accounts.payoff_quote_issued: _QUOTED,
    accounts.payoff_quote_withdrawn: {
        **_QUOTED, "reason_code": "drift_beyond_limit", "reason": "More is owed than we had told you.",
    },
    accounts.account_paid_off: {**_STANDS, "payment_id": PAYMENT},
    accounts.account_closed: {**_STANDS, "payment_id": PAYMENT, "closed_on": _NOV},
    accounts.account_reopened: {**_STANDS, "payment_id": PAYMENT},
    accounts.title_released: {**_STANDS, "released_on": _NOV},
    accounts.lease_extended: {**_STANDS, "months": 3, "from_instalment": 37, "maturity_on": date(2027, 5, 18)},
    leases.lease_end_approaching: {
        **_ABOUT, "ends_on": date(2027, 2, 18), "milestone_days": 90, "days_left": 90,
    },
    leases.option_closed: {**_OPTION, "option": "buyout", "outcome": "lapsed", "closed_on": _NOV},
    leases.extension_requested: {**_OPTION, "months": 3},
    leases.extension_decided: {**_OPTION, "decision": "offered", "reason": None, "ends_on": date(2027, 5, 18)},
    leases.extension_disclosed: {
        **_OPTION, "month_number": 7, "disclosed_on": date(2027, 5, 18), "months": 3, "instalment_cents": 48_240,
        "total_cents": 144_720, "starts_on": date(2027, 6, 18), "ends_on": date(2027, 9, 18),
    },
    leases.renewal_ended: {
        **_OPTION, "because": "notice", "lease_ends_on": date(2027, 5, 18),
        "ended_on": date(2027, 4, 20),
    },
    leases.buyout_completed: {
        **_OPTION, "quote_id": QUOTE, "buyer": "lessee", "payoff_cents": 1_830_841, "completed_on": _NOV,
    },
    leases.turn_in_scheduled: {**_OPTION, "dealer_name": "Plano Kia", "appointment_on": date(2027, 2, 15)},
    leases.vehicle_returned: {
        **_OPTION, "way": "return", "returned_on": date(2027, 2, 15), "due_through_on": date(2027, 2, 18),
        "vehicle_cents": None, "prorated_on": None, "miles": 31_204,
    },
}  # fmt: skip
