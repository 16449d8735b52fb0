"""Values of leases that the examples of the documentation share: one lease near its end, and its ways out."""

from typing import Any

from gateway.api.examples import ACCOUNT_ID, EVENT_ID, OPTION_ID, QUOTE_ID

LEASE: dict[str, Any] = {
    "account_id": ACCOUNT_ID,
    "term_months": 36,
    "gross_capitalized_cost_cents": 3415000,
    "capitalized_cost_reduction_cents": 200000,
    "adjusted_capitalized_cost_cents": 3215000,
    "residual_cents": 1980000,
    "purchase_option_cents": 2010000,
    "purchase_option_fee_cents": 30000,
    "disposition_fee_cents": 40000,
    "dates": {"first_due_on": "2024-01-15", "ends_on": "2027-01-15"},
    "payment": {
        "base_payment_cents": 44873, "tax_cents": 3702, "payment_cents": 48575, "depreciation_cents": 34306,
        "rent_charge_cents": 10567,
    },
    "totals": {
        "depreciation_cents": 1235000, "rent_charge_cents": 380428, "base_payments_cents": 1615428,
        "tax_cents": 133272, "payments_cents": 1748700,
    },
    "mileage": {"allowance_miles": 36000, "excess_mile_cents": 20},
    "vehicle": {
        "vin": "KNDPU3DF9R7000042", "year": 2024, "make": "Kia", "model": "Sorento",
        "gross_weight_rating_pounds": 5357,
    },
}  # fmt: skip

ODOMETER_READING: dict[str, Any] = {
    "id": "0193584d-4c20-7a1b-b2c3-4d5e6f7a8b9c",
    "miles": 31240,
    "read_on": "2026-11-20",
    "source": "customer",
    "is_plausible": True,
    "recorded_at": "2026-11-23T15:30:02.000Z",
}

ODOMETER_STATEMENT: dict[str, Any] = {
    "id": "0193584d-5f40-7d3e-b4c5-7f8a9b0c1d2e",
    "printed_name": "Jane Driver",
    "miles": 31310,
    "certification": "actual",
    "lessee_address": "1 Elm St., Plano, TX 75023",
    "lessor_name": "Kia Finance America",
    "lessor_address": "1501 North Plano Rd., Suite 100, Richardson, TX 75081",
    "vin": "KNDPU3DF9R7000042",
    "year": 2024,
    "make": "Kia",
    "model": "Sorento",
    "body_type": None,
    "notice": "The law requires you to state the mileage when ownership passes; a false statement is punishable.",
    "notice_on": "2026-11-23",
    "received_on": "2026-11-23",
    "signed_at": "2026-11-23T15:30:02.000Z",
}

BUYING_PRICE: dict[str, Any] = {
    "on": "2026-12-03",
    "total_cents": 2202775,
    "lines": [
        {
            "code": "vehicle_price", "amount_cents": 2043900,
            "description": "Adjusted lease balance, for which the vehicle is sold",
        },
        {"code": "purchase_option_fee", "amount_cents": 30000, "description": "Purchase option fee"},
        {"code": "official_fees", "amount_cents": 3300, "description": "Title fee"},
        {
            "code": "sales_tax", "amount_cents": 125575,
            "description": "Sales tax of 6.25% on the price and the option fee (TX)",
        },
    ],
    "notes": ["You pay for no miles and no wear."],
}  # fmt: skip

BUYOUT_PREVIEW: dict[str, Any] = {
    "account_id": ACCOUNT_ID,
    "buyer": "lessee",
    "good_through": "2026-12-03",
    "price": BUYING_PRICE,
}

BUYOUT: dict[str, Any] = {
    "id": OPTION_ID,
    "account_id": ACCOUNT_ID,
    "status": "quoted",
    "buyer": "lessee",
    "quote_id": QUOTE_ID,
    "payoff_cents": 2202775,
    "good_through": "2026-12-03",
    "price": BUYING_PRICE,
    "opened_at": "2026-11-23T15:30:02.000Z",
    "closed_at": None,
    "odometer_statement_required": True,
    "odometer_notice": ODOMETER_STATEMENT["notice"],
    "odometer_statement": None,
    "title_steps": [
        {"code": "money_received", "detail": "The price has come in.", "done_on": None},
        {"code": "odometer_statement", "detail": "You sign the odometer statement.", "done_on": None},
        {"code": "money_settled", "detail": "The money has settled.", "done_on": None},
        {"code": "title_released", "detail": "The title goes to the buyer.", "done_on": None},
    ],
}

TURN_IN: dict[str, Any] = {
    "id": OPTION_ID,
    "account_id": ACCOUNT_ID,
    "status": "scheduled",
    "dealer_name": "Plano Kia",
    "appointment_on": "2027-01-12",
    "returned_on": None,
    "opened_at": "2026-11-23T15:30:02.000Z",
    "closed_at": None,
    "steps": [
        {"code": "return", "detail": "Hand the vehicle over at the dealer.", "on": "2027-01-12", "done_on": None}
    ],
    "documents": ["All keys and remotes", "Owner's manual"],
    "wear": [
        {
            "item": "body_mark", "inches": "4.5", "count": 1, "is_normal": False, "charge_cents": 15000,
            "words": "Dents and scratches under 4 inches are normal.",
        }
    ],
    "estimate": {
        "on": "2026-11-23", "total_cents": 55000,
        "lines": [
            {"code": "excess_wear", "description": "Wear beyond what is normal", "amount_cents": 15000},
            {"code": "disposition_fee", "description": "Disposition fee", "amount_cents": 40000},
        ],
        "notes": ["An estimate: the inspection after the return decides."],
    },
    "end_bill": None,
    "dispute_until_on": None,
    "disputes": [],
    "odometer_statement_required": True,
    "odometer_notice": ODOMETER_STATEMENT["notice"],
    "odometer_statement": None,
}  # fmt: skip

EXTENSION: dict[str, Any] = {
    "id": OPTION_ID,
    "account_id": ACCOUNT_ID,
    "status": "offered",
    "terms": {
        "months": 3, "starts_on": "2027-01-15", "ends_on": "2027-04-15", "instalment_cents": 48575,
        "total_cents": 145725, "added_miles": 3000, "extended_months_so_far": 0, "new_disclosure": False,
        "disclosure": "The lease goes on from 2027-01-15 to 2027-04-15: 3 payments of $485.75, $1,457.25 in all.",
        "disclosures": [], "renews": False,
    },
    "offered_until_on": "2026-11-28",
    "must_accept": ["borrower"],
    "have_accepted": [],
    "reason": None,
    "opened_at": "2026-11-23T15:30:02.000Z",
    "closed_at": None,
}  # fmt: skip

WORK_ITEM: dict[str, Any] = {
    "kind": "extension_to_decide", "account_id": ACCOUNT_ID, "option_id": OPTION_ID, "option": "extension",
    "status": "requested", "opened_at": "2026-11-23T15:30:02.000Z", "due_on": "2027-01-15",
    "words": "3 months more are asked for, after 6 already.",
}  # fmt: skip

AUTOPAY: dict[str, Any] = {"autopay_enabled": True}

RENEWAL: dict[str, Any] = {
    "extension_id": OPTION_ID,
    "account_id": ACCOUNT_ID,
    "status": "running",
    "agreed_on": "2026-11-23",
    "months": 2,
    "lease_ends_on": "2027-03-15",
    "renews_on": "2027-03-01",
    "ended_on": None,
    "ended_because": None,
}
RENEWAL_ENDED = {"status": "ended", "renews_on": None, "ended_on": "2027-02-20", "ended_because": "notice"}

EARLY_TERMINATION: dict[str, Any] = {
    "account_id": ACCOUNT_ID,
    "on": "2026-11-23",
    "adjusted_lease_balance_cents": 2472291,
    "past_due_cents": 44979,
    "fees_cents": 39500,
    "taxes_cents": 0,
    "owed_before_value_cents": 2556770,
    "realized_value_cents": 2050000,
    "credit_cents": 0,
    "charge_cents": 506770,
    "servicemember_cents": 11994,
    "servicemember_refund_cents": 0,
    "method": ["The method is the constant yield method (Regulation M, 12 CFR 1013, comment 4(g))."],
    "appraisal": "You may have the vehicle appraised by an independent third party (12 CFR 1013.4(l)).",
    "servicemembers": "A servicemember may end the lease without a charge for it (50 USC 3955).",
    "is_servicemember_on_record": False,
}

SERVICEMEMBER_NOTICE: dict[str, Any] = {
    "id": OPTION_ID,
    "account_id": ACCOUNT_ID,
    "status": "noticed",
    "basis": "deployed",
    "orders_on": "2026-11-01",
    "noticed_on": "2026-11-23",
    "evidence": "a message to the desk, sent today",
    "return_on": "2026-12-01",
    "return_by_on": "2026-12-08",
    "opened_at": "2026-11-23T15:30:02.000Z",
    "closed_at": None,
}
WITHDRAWN = {"status": "withdrawn", "closed_at": "2026-11-24T09:12:40.000Z"}

EARLY_END: dict[str, Any] = {
    "id": OPTION_ID,
    "account_id": ACCOUNT_ID,
    "status": "billed",
    "returned_on": "2026-11-23",
    "realized_value_cents": 2050000,
    "value_source": "highest offer at auction",
    "is_servicemember": False,
    "orders": None,
    "charges": {
        "on": "2026-11-23", "total_cents": 40000,
        "lines": [{"code": "disposition_fee", "description": "Disposition fee", "amount_cents": 40000}],
        "notes": ["The lease balance beyond the vehicle's value, and what was due, come on top."],
    },
    "opened_at": "2026-11-23T15:30:02.000Z",
    "closed_at": None,
}  # fmt: skip

LEASE_END: dict[str, Any] = {
    "account_id": ACCOUNT_ID,
    "ends_on": "2027-01-15",
    "days_left": 53,
    "options": [
        {
            "option": "buyout", "eligible": True, "reasons": [],
            "price": BUYING_PRICE, "option_id": None,
        },
        {
            "option": "extension", "eligible": False,
            "reasons": [
                {
                    "code": "past_due", "detail": "An instalment is past due.",
                    "what_would_change_it": "Pay the past-due amount.",
                }
            ],
            "price": None, "option_id": None,
        },
        {
            "option": "turn_in", "eligible": True, "reasons": [], "option_id": None,
            "price": {
                "on": "2026-11-23", "total_cents": 137150,
                "lines": [
                    {
                        "code": "instalments_to_come", "amount_cents": 97150,
                        "description": "Instalments still to come: 2",
                    },
                    {"code": "disposition_fee", "amount_cents": 40000, "description": "Disposition fee"},
                ],
                "notes": ["Wear beyond what is normal comes on top: the self-check of a turn-in estimates it."],
            },
        },
    ],
    "evaluated_at": "2026-11-23T15:30:02.000Z",
    "evaluated_because": EVENT_ID,
    "mileage": {
        "start_miles": 0, "last_miles": 31240, "last_read_on": "2026-11-20", "miles_per_day": "30.0",
        "projected_miles": 32920, "allowed_miles": 36000, "excess_miles": 0, "excess_cents": 0,
        "explanation": "31,240 miles on 2026-11-20 are 30.0 a day since 2024-01-15.",
    },
    "dates": [{"code": "lease_ends", "on": "2027-01-15", "detail": "Return, buy or extend by this day."}],
    "policies": [{"subject": "Sales tax and official fees by state", "source": "sample policy"}],
    "renewal": None,
}  # fmt: skip
