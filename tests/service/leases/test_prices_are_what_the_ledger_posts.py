"""Whatever the lease: what a way out is said to cost is, to the cent, what the ledger asks for when it is taken."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from deploy.ledger_check import check
from deploy.portfolio.months import add_months
from services.accounts.contract.portfolio import PortfolioAccount, PortfolioLease
from services.accounts.contract.terms import LeaseTerms
from services.accounts.rules.lease_yield import contract_rows
from services.accounts.rules.schedule import due_on
from services.leases.rules.base_payment import lease_payment
from services.leases.rules.state_policies import POLICIES
from tests.builders.accounts import a_lease, an_opening, ledger_of
from tests.builders.lease_house import LeaseHouse
from tests.builders.wiring import an_agent

TODAY = date(2026, 11, 23)
MADE = count()
A_DENT = {"item": "body_mark", "inches": "4.5", "count": 1}
# An example takes a second: what fails is shown as it was drawn.
A_FEW = settings(
    max_examples=12, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """A lease of any legal terms that ends within four months, as somebody might take it over."""

    record: PortfolioAccount
    terms: LeaseTerms

    @property
    def is_at_end(self) -> bool:
        return due_on(terms=self.terms, number=self.terms.term_months + 1) == TODAY


@st.composite
def leases(draw: st.DrawFn, *, at_end: bool = False) -> Drawn:
    """Cost, residual, term, money factor, tax, fees, state, what is unpaid, what was paid ahead: all as drawn."""
    cost = draw(st.integers(1_000_000, 9_000_000))
    residual = cost * draw(st.integers(20, 80)) // 100
    months = draw(st.integers(12, 60))
    payment = lease_payment(
        gross_capitalized_cost_cents=cost, capitalized_cost_reduction_cents=0, residual_cents=residual,
        term_months=months, money_factor=draw(st.decimals("0.0001", "0.0049", places=5)),
        tax_percent=draw(st.decimals("0", "10", places=3)),
    )  # fmt: skip
    left = 0 if at_end else draw(st.integers(1, 3))
    ends_on = TODAY if at_end else add_months(on=TODAY, months=left - 1) + timedelta(days=draw(st.integers(1, 20)))
    ends_on = ends_on if ends_on.day <= 28 else ends_on.replace(day=28)
    first_due_on = add_months(on=ends_on, months=-months)
    terms = LeaseTerms(
        adjusted_capitalized_cost_cents=cost, residual_cents=residual, term_months=months,
        base_payment_cents=payment.base_payment_cents, tax_cents=payment.tax_cents, first_due_on=first_due_on,
        due_day=first_due_on.day, grace_days=10,
    )  # fmt: skip
    ahead = (number for number in range(1, months + 1) if due_on(terms=terms, number=number) > TODAY)
    unpaid = max(2, next(ahead, months + 1) - draw(st.integers(0, 2)))
    opening = an_opening(
        principal_cents=contract_rows(terms=terms)[unpaid - 2].balance_cents, next_instalment_number=unpaid,
        payments_made=unpaid - 1, as_of_on=TODAY, interest_paid_through_on=TODAY,
        fees_due_cents=draw(st.sampled_from([0, 0, 2_500])), unapplied_cents=draw(st.sampled_from([0, 0, 1_000])),
    )  # fmt: skip
    details = PortfolioLease(
        mileage_allowance_miles=draw(st.integers(0, 60_000)) if at_end else None, excess_mile_cents=20,
        purchase_option_fee_cents=draw(st.sampled_from([None, 0, 30_000])),
        disposition_fee_cents=draw(st.sampled_from([None, 0, 40_000])),
    )  # fmt: skip
    record = a_lease(
        source_ref=f"drawn/{next(MADE)}", terms=terms, opening=opening, lease=details,
        state=draw(st.sampled_from(sorted(POLICIES))),
    )  # fmt: skip
    return Drawn(record=record, terms=terms)


def takes_over(house: LeaseHouse, drawn: Drawn) -> str:
    house.clock.move_to(house.clock.now(), today=TODAY)
    return house.takes_over(replace(drawn.record, source_ref=f"drawn/{next(MADE)}"))


def lines_of(price: dict[str, Any]) -> dict[str, int]:
    return {line["code"]: line["amount_cents"] for line in price["lines"]}


def posted(house: LeaseHouse, account_id: str, *accounts: str) -> int:
    books = ledger_of(house.accounts.store, account_id=account_id)
    return -sum(books.get(name, 0) for name in accounts)


def buy_and_compare(house: LeaseHouse, drawn: Drawn) -> None:
    account_id = takes_over(house, drawn)
    shown = next(
        each for each in house.asks("get_lease_end", account_id)["options"] if each["option"] == "buyout"
    )["price"]  # fmt: skip
    buyout = house.asks("start_buyout", account_id, key=f"buy-{account_id}", good_through=TODAY.isoformat())
    price = buyout["price"]
    assert (buyout["payoff_cents"], price["lines"]) == (price["total_cents"], shown["lines"])
    house.pays(account_id, amount_cents=buyout["payoff_cents"], quote_id=buyout["quote_id"])
    view, lines = house.standing(account_id), lines_of(price)
    assert (view["status"], view["fees_due_cents"], view["unapplied_cents"]) == ("paid_off", 0, 0)
    books = ledger_of(house.accounts.store, account_id=account_id)
    assert books.get("clearing", 0) == buyout["payoff_cents"]
    assert posted(house, account_id, "official_fees_payable") == lines.get("official_fees", 0)
    assert posted(house, account_id, "lease_end_income") == lines.get("purchase_option_fee", 0)
    assert [due for due in house.told("refund_due") if due["account_id"] == account_id] == []
    assert check(house.accounts.store) == []


@A_FEW
@given(drawn=leases())
def test_a_purchase_before_the_end(house: LeaseHouse, drawn: Drawn) -> None:
    buy_and_compare(house, drawn)


@A_FEW
@given(drawn=leases(at_end=True))
def test_a_purchase_at_the_end(house: LeaseHouse, drawn: Drawn) -> None:
    assert drawn.is_at_end
    buy_and_compare(house, drawn)


@A_FEW
@given(drawn=st.one_of(leases(), leases(at_end=True)), miles=st.integers(0, 90_000), dents=st.integers(0, 2))
def test_a_return(house: LeaseHouse, drawn: Drawn, miles: int, dents: int) -> None:
    account_id = takes_over(house, drawn)
    findings = [{**A_DENT, "count": dents}] if dents else []
    house.asks("record_odometer_reading", account_id, miles=miles)
    turn_in = house.asks(
        "schedule_turn_in", account_id, key=f"turn-in-{account_id}", dealer_name="Plano Kia",
        appointment_on=TODAY.isoformat(), wear=findings,
    )  # fmt: skip
    staff = {"option_id": turn_in["id"], "context": an_agent()}
    back = {"returned_on": TODAY.isoformat(), "miles": miles}
    house.asks("receive_vehicle", account_id, key=f"return-{account_id}", **staff, **back)
    report = {"findings": findings, "has_next_vehicle": False}
    house.asks("inspect_vehicle", account_id, key=f"inspection-{account_id}", **staff, **report)
    view = house.standing(account_id)
    assert (view["fees_due_cents"], view["principal_balance_cents"]) == (turn_in["estimate"]["total_cents"], 0)


@A_FEW
@given(drawn=leases(), value_share=st.integers(50, 130))
def test_an_early_end(house: LeaseHouse, drawn: Drawn, value_share: int) -> None:
    account_id = takes_over(house, drawn)
    value_cents = drawn.terms.residual_cents * value_share // 100
    quote = house.asks("get_early_termination_quote", account_id, realized_value_cents=value_cents)
    house.asks(
        "end_early", account_id, key=f"early-{account_id}", context=an_agent(), returned_on=TODAY.isoformat(),
        miles=30_000, realized_value_cents=value_cents, value_source="auction", is_servicemember=False,
    )  # fmt: skip
    view = house.standing(account_id)
    assert (view["fees_due_cents"], view["principal_balance_cents"]) == (quote["charge_cents"], 0)


@A_FEW
@given(drawn=leases(), months=st.integers(1, 6))
def test_an_extension(house: LeaseHouse, drawn: Drawn, months: int) -> None:
    opening = drawn.record.opening
    assume(due_on(terms=drawn.terms, number=opening.next_instalment_number) > TODAY)
    account_id = takes_over(house, drawn)
    shown = next(
        each for each in house.asks("get_lease_end", account_id)["options"] if each["option"] == "extension"
    )["price"]  # fmt: skip
    extension = house.asks("request_extension", account_id, key=f"extend-{account_id}", months=months)
    house.asks("accept_extension", account_id, key=f"accept-{account_id}", option_id=extension["id"])
    assert house.asks("get_extension", account_id, option_id=extension["id"])["status"] == "active"
    terms, lines = extension["terms"], lines_of(shown)
    assert terms["total_cents"] == months * lines["extension_instalments"] == months * drawn.terms.payment_cents
    until = date.fromisoformat(terms["ends_on"])
    assert house.standing(account_id)["maturity_on"] == until.isoformat()
    house.clock.move_to(house.clock.now(), today=until)
    total_cents = shown["total_cents"] + (months - 1) * lines["extension_instalments"]
    view = house.standing(account_id)
    assert view["amount_due_cents"] + view["fees_due_cents"] == total_cents
    house.pays(account_id, amount_cents=total_cents, effective_on=until)
    view = house.standing(account_id)
    assert (view["amount_due_cents"], view["unapplied_cents"], view["next_due_on"]) == (0, 0, None)
    assert view["principal_balance_cents"] == drawn.terms.residual_cents
