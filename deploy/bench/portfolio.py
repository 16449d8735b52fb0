"""An invented portfolio of any size for measurements: no two contracts alike, every fifth account a lease if asked."""

import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from deploy.portfolio.months import add_months
from deploy.portfolio.people import with_people
from services.accounts.contract.portfolio import PortfolioAccount, PortfolioLease, PortfolioVehicle
from services.accounts.contract.terms import LeaseTerms, LoanTerms, Opening
from services.accounts.rules.lease_yield import contract_rows
from services.accounts.rules.schedule import level_payment_cents

_STATES = ("CA", "TX", "FL", "NY", "OH", "PA", "KS", "NJ", "OK", "GA")
_VEHICLES = (("Kia", "Sportage"), ("Kia", "Telluride"), ("Kia", "Niro"), ("Kia", "K5"))


def invented_portfolio(
    *, name: str, loans: int, leases: int, as_of_on: date, seed: int = 1
) -> Iterator[PortfolioAccount]:
    """That many open loans, then leases, each part-way through its contract; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - figures that have to be the same each time, not secrets
    for number in range(loans):
        yield with_people(_loan(chance, ref=f"{name}/loan/{number}", as_of_on=as_of_on))
    for number in range(leases):
        yield with_people(_lease(chance, ref=f"{name}/lease/{number}", as_of_on=as_of_on))


def _loan(chance: random.Random, *, ref: str, as_of_on: date) -> PortfolioAccount:
    count = chance.choice((36, 48, 60, 72, 84))
    made = chance.randrange(1, count - 1)
    rate = Decimal(chance.randrange(199, 1999)) / 100
    amount = chance.randrange(800_000, 6_000_000)
    due_day = chance.randrange(1, 29)
    payment = level_payment_cents(principal_cents=amount, annual_rate_percent=rate, payment_count=count)
    terms = LoanTerms(
        annual_rate_percent=rate,
        day_count=chance.choice(("actual/365", "actual/actual")),
        payment_cents=payment,
        payment_count=count,
        first_due_on=add_months(on=as_of_on, months=-made, day=due_day),
        due_day=due_day,
        grace_days=10,
    )
    return _account(
        chance, ref=ref, terms=terms, opening=_opening(as_of_on, balance=amount * (count - made) // count, made=made)
    )


def _lease(chance: random.Random, *, ref: str, as_of_on: date) -> PortfolioAccount:
    months = chance.choice((24, 36, 39, 48))
    made = chance.randrange(1, months - 1)
    cost = chance.randrange(2_000_000, 6_000_000)
    residual = cost * chance.randrange(45, 70) // 100
    base = (cost - residual) // months + (cost + residual) * chance.randrange(50, 400) // 100_000
    due_day = chance.randrange(1, 29)
    terms = LeaseTerms(
        adjusted_capitalized_cost_cents=cost,
        residual_cents=residual,
        term_months=months,
        base_payment_cents=base,
        tax_cents=base * 7 // 100,
        first_due_on=add_months(on=as_of_on, months=-made, day=due_day),
        due_day=due_day,
        grace_days=10,
    )
    balance = contract_rows(terms=terms)[made - 1].balance_cents
    return _account(chance, ref=ref, terms=terms, opening=_opening(as_of_on, balance=balance, made=made))


def _opening(as_of_on: date, *, balance: int, made: int) -> Opening:
    return Opening(
        as_of_on=as_of_on,
        principal_cents=balance,
        accrued_interest_cents=0,
        interest_paid_through_on=as_of_on,
        next_instalment_number=made + 1,
        partial_paid_cents=0,
        fees_due_cents=0,
        unapplied_cents=0,
        payments_made=made,
    )


def _account(chance: random.Random, *, ref: str, terms: LoanTerms | LeaseTerms, opening: Opening) -> PortfolioAccount:
    make, model = chance.choice(_VEHICLES)
    lease = PortfolioLease(
        mileage_allowance_miles=36_000,
        excess_mile_cents=20,
        purchase_option_fee_cents=30_000,
        disposition_fee_cents=40_000,
    )
    return PortfolioAccount(
        source_ref=ref,
        account_number=ref.replace("/", "-"),
        product="loan" if isinstance(terms, LoanTerms) else "lease",
        status="open",
        state=chance.choice(_STATES),
        issuer="Invented Motor Credit",
        opened_on=add_months(on=terms.first_due_on, months=-1),
        closed_on=None,
        charged_off_cents=None,
        has_co_borrower=False,
        vehicle=PortfolioVehicle(vin=None, year=chance.randrange(2020, 2027), make=make, model=model),
        terms=terms,
        opening=opening,
        parties=(),
        lease=None if isinstance(terms, LoanTerms) else lease,
    )
