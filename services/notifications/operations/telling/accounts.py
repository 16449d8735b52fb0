"""What holders are told of their account: what falls due, what it costs to be late, statements, and its end."""

from decimal import Decimal

from chassis.money import round_half_up_cents
from chassis.store import Transaction
from services.accounts.contract.statements import ELECTRONIC
from services.notifications.operations.telling.news import News, tell
from services.notifications.rules.kinds import Channel


def tell_payment_due_soon(transaction: Transaction, *, news: News) -> None:
    """Something falls due in so many days (accounts.payment_due_soon), for those who want to hear of it so early.

    One that was missed comes late, and to those as well who chose only an earlier one that was missed with it.
    """
    data = news.data
    tell(
        transaction, news=news, template="payment_due_soon", facts=("amount_due_cents", "due_on"),
        more={"days_before": data["days_left"] or data["days_before"]},
        days=(data["days_before"], *data["stands_for"]),
    )  # fmt: skip


def tell_payment_past_due(transaction: Transaction, *, news: News) -> None:
    """Something is late, by another step (accounts.payment_past_due)."""
    tell(transaction, news=news, template="payment_past_due", facts=("past_due_cents", "due_on", "days_past_due"))


def tell_late_fee_assessed(transaction: Transaction, *, news: News) -> None:
    """It costs a fee that something was not paid in its grace (accounts.late_fee_assessed)."""
    tell(transaction, news=news, template="late_fee_assessed", facts=("amount_cents", "due_on", "assessed_on"))


def tell_late_fee_reversed(transaction: Transaction, *, news: News) -> None:
    """A late fee stands no more (accounts.late_fee_reversed)."""
    tell(transaction, news=news, template="late_fee_reversed", facts=("amount_cents", "due_on"))


def tell_fee_waived(transaction: Transaction, *, news: News) -> None:
    """Staff gave up what was unpaid of a fee (accounts.fee_waived)."""
    tell(transaction, news=news, template="fee_waived", facts=("amount_cents", "kind"))


def tell_payment_reversed(transaction: Transaction, *, news: News) -> None:
    """Staff took a payment out of the balance (accounts.payment_reversed).

    A reversal that follows from a return or a refund is not told again: those are told, and say why.
    """
    if not news.follows:
        tell(transaction, news=news, template="payment_reversed", facts=("amount_cents", "effective_on", "reversed_on"))


def tell_schedule_changed(transaction: Transaction, *, news: News) -> None:
    """Due dates, instalments or the rate are others (accounts.schedule_changed)."""
    tell(
        transaction, news=news, template="schedule_changed", facts=("reason", "effective_on", "maturity_on"),
        more={"next_due_on": news.data["standing"]["next_due_on"]},
    )  # fmt: skip


def tell_statement_ready(transaction: Transaction, *, news: News) -> None:
    """A statement can be read (accounts.statement_issued). One that goes out on paper comes by itself."""
    tell(
        transaction, news=news, template="statement_ready",
        facts=("kind", "statement_on", "amount_due_cents", "due_on"), channels=(Channel.EMAIL, Channel.INBOX),
        on_paper=news.data["delivery"] != ELECTRONIC,
    )  # fmt: skip


def tell_paperless_changed(transaction: Transaction, *, news: News) -> None:
    """Statements come without paper, or on paper again (accounts.paperless_changed)."""
    tell(transaction, news=news, template="paperless_changed", facts=("enabled", "reason"))


def tell_payoff_quote_issued(transaction: Transaction, *, news: News) -> None:
    """What closes the account was promised (accounts.payoff_quote_issued)."""
    tell(
        transaction, news=news, template="payoff_quote_issued", facts=("kind", "payoff_cents", "good_through"),
        more={"per_diem_cents": round_half_up_cents(Decimal(news.data["per_diem"]) * 100)},
    )  # fmt: skip


def tell_payoff_quote_withdrawn(transaction: Transaction, *, news: News) -> None:
    """That promise no longer holds (accounts.payoff_quote_withdrawn), and why."""
    facts = ("payoff_cents", "good_through", "reason_code", "reason")
    tell(transaction, news=news, template="payoff_quote_withdrawn", facts=facts)


def tell_account_paid_off(transaction: Transaction, *, news: News) -> None:
    """Nothing more is owed, once the last payment has settled (accounts.account_paid_off)."""
    tell(transaction, news=news, template="account_paid_off")


def tell_account_closed(transaction: Transaction, *, news: News) -> None:
    """The account is closed for good (accounts.account_closed)."""
    tell(transaction, news=news, template="account_closed", facts=("closed_on",))


def tell_account_reopened(transaction: Transaction, *, news: News) -> None:
    """The account owes again (accounts.account_reopened). This is news beside the return that brought it about."""
    tell(
        transaction, news=news, template="account_reopened",
        more={"next_due_on": news.data["standing"]["next_due_on"]},
    )  # fmt: skip


def tell_title_released(transaction: Transaction, *, news: News) -> None:
    """The title of the vehicle went out (accounts.title_released)."""
    tell(transaction, news=news, template="title_released", facts=("released_on",))
