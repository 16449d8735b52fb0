"""What holders are told of their account: what falls due, what it costs to be late, statements, and its end."""

from decimal import Decimal

from chassis.doors import EventCall
from chassis.money import round_half_up_cents
from services.accounts.contract.statements import ELECTRONIC
from services.notifications.operations.telling.announcing import Announcement, to_holders
from services.notifications.rules.kinds import Channel


def payment_due_soon(news: EventCall) -> Announcement:
    """Something falls due in so many days (accounts.payment_due_soon), for those who want to hear of it so early.

    One that was missed comes late, and to those as well who chose only an earlier one that was missed with it.
    """
    told = news.data
    return to_holders(
        news, template="payment_due_soon", facts=("amount_due_cents", "due_on"),
        more={"days_before": told["days_left"] or told["days_before"]},
        days=(told["days_before"], *told["stands_for"]),
    )  # fmt: skip


def payment_past_due(news: EventCall) -> Announcement:
    """Something is late, by another step (accounts.payment_past_due)."""
    return to_holders(news, template="payment_past_due", facts=("past_due_cents", "due_on", "days_past_due"))


def late_fee_assessed(news: EventCall) -> Announcement:
    """It costs a fee that something was not paid in its grace (accounts.late_fee_assessed)."""
    return to_holders(news, template="late_fee_assessed", facts=("amount_cents", "due_on", "assessed_on"))


def late_fee_reversed(news: EventCall) -> Announcement:
    """A late fee stands no more (accounts.late_fee_reversed)."""
    return to_holders(news, template="late_fee_reversed", facts=("amount_cents", "due_on"))


def fee_waived(news: EventCall) -> Announcement:
    """A fee was given up (accounts.fee_waived): what need not be paid, or what had been paid and counts elsewhere."""
    if news.data["was_paid_cents"]:
        return to_holders(news, template="fee_forgiven", facts=("amount_cents", "kind", "was_paid_cents"))
    return to_holders(news, template="fee_waived", facts=("amount_cents", "kind"))


def payment_reversed(news: EventCall) -> Announcement | None:
    """Staff took a payment out of the balance (accounts.payment_reversed).

    A reversal that follows from a return or a refund is not told again: those are told, and say why.
    """
    if news.event.causation_id is not None:
        return None
    return to_holders(news, template="payment_reversed", facts=("amount_cents", "effective_on", "reversed_on"))


def schedule_changed(news: EventCall) -> Announcement:
    """Due dates, instalments or the rate are others (accounts.schedule_changed)."""
    return to_holders(
        news, template="schedule_changed", facts=("reason", "effective_on", "maturity_on"),
        more={"next_due_on": news.data["standing"]["next_due_on"]},
    )  # fmt: skip


def statement_ready(news: EventCall) -> Announcement:
    """A statement can be read (accounts.statement_issued). One that goes out on paper comes by itself."""
    return to_holders(
        news, template="statement_ready",
        facts=("kind", "statement_on", "amount_due_cents", "due_on"), channels=(Channel.EMAIL, Channel.INBOX),
        on_paper=news.data["delivery"] != ELECTRONIC,
    )  # fmt: skip


def paperless_changed(news: EventCall) -> Announcement:
    """Statements come without paper, or on paper again (accounts.paperless_changed)."""
    return to_holders(news, template="paperless_changed", facts=("enabled", "reason"))


def payoff_quote_issued(news: EventCall) -> Announcement:
    """What closes the account was promised (accounts.payoff_quote_issued)."""
    return to_holders(
        news, template="payoff_quote_issued", facts=("kind", "payoff_cents", "good_through"),
        more={"per_diem_cents": round_half_up_cents(Decimal(news.data["per_diem"]) * 100)},
    )  # fmt: skip


def payoff_quote_withdrawn(news: EventCall) -> Announcement:
    """That promise no longer holds (accounts.payoff_quote_withdrawn), and why."""
    facts = ("payoff_cents", "good_through", "reason_code", "reason")
    return to_holders(news, template="payoff_quote_withdrawn", facts=facts)


def account_paid_off(news: EventCall) -> Announcement:
    """Nothing more is owed, once the last payment has settled (accounts.account_paid_off)."""
    return to_holders(news, template="account_paid_off")


def account_closed(news: EventCall) -> Announcement:
    """The account is closed for good (accounts.account_closed)."""
    return to_holders(news, template="account_closed", facts=("closed_on",))


def account_reopened(news: EventCall) -> Announcement:
    """The account owes again (accounts.account_reopened). This is news beside the return that brought it about."""
    return to_holders(
        news, template="account_reopened",
        more={"next_due_on": news.data["standing"]["next_due_on"]},
    )  # fmt: skip


def title_released(news: EventCall) -> Announcement:
    """The title of the vehicle went out (accounts.title_released)."""
    return to_holders(news, template="title_released", facts=("released_on",))
