"""What each allocation says in one plain sentence, from the same data that is shown beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.money import format_dollars

# Where a step of a payment's arithmetic went, as a customer would say it.
PLACES = {
    "past_due_principal": "principal that was past due",
    "current_principal": "principal",
    "fees": "fees",
    "extra_principal": "extra principal",
    "extra_paid_ahead": "instalments to come",
    "unapplied_credit": "your credit",
    "charged_off": "what had been charged off",
    "lease_end": "what the end of the lease cost",
}
HELD = {
    "account_not_open": "the account is not open",
    "effective_before_opening": "it is dated before we took the account over",
    "lease_quote_met": "it is the price of the lease's end, which is being completed",
}


@dataclass(frozen=True, slots=True)
class _Told:
    """The date and amount of an allocation, and its arithmetic."""

    on: date
    cents: int
    explained: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.explained[name]

    @property
    def amount(self) -> str:
        return format_dollars(self.cents)

    @property
    def day(self) -> str:
        return _day(self.on)

    def dollars(self, name: str) -> str:
        return format_dollars(self[name])

    def date(self, name: str) -> str:
        return _day(date.fromisoformat(self[name]))


def sentence_of(*, kind: str, effective_on: date, amount_cents: int, explanation: Mapping[str, Any]) -> str:
    """One sentence for one allocation, in dollars and dates as people write them."""
    return SENTENCES[kind](_Told(effective_on, amount_cents, explanation))


def _payment(told: _Told) -> str:
    parts = [_part(step, told.explained) for step in told["steps"]]
    return f"Of the {told.amount} received for {told.day}, {_listed(parts)}."


def _part(step: Mapping[str, Any], explained: Mapping[str, Any]) -> str:
    dollars = format_dollars(step["amount_cents"])
    if step["to"] == "accrued_interest":
        return f"{dollars} paid interest{_accrual(explained)}"
    if step["to"] == "instalment":
        return f"{dollars} paid instalment {step['instalment']}, due on {_day(date.fromisoformat(step['due_on']))}"
    return f"{dollars} went to {PLACES[step['to']]}"


def _accrual(explained: Mapping[str, Any]) -> str:
    days, per_diem = explained["days"], explained["per_diem"]
    if not days:
        return ""
    carried = (
        f", with {format_dollars(cents)} left from before" if (cents := explained["interest_carried_cents"]) else ""
    )
    forgiven = f" ({format_dollars(cents)} more was forgiven)" if (cents := explained.get("forgiven_cents")) else ""
    return f" of {_counted(days, 'day')} at ${per_diem} a day{carried}{forgiven}"


def _credit_used(told: _Told) -> str:
    parts = [_part(step, told.explained) for step in told["steps"] if step["to"] in ("instalment", "lease_end")]
    return f"Your credit was used on {told.day}: {_listed(parts)}."


def _held(told: _Told) -> str:
    why = HELD.get(told.explained.get("held_because", ""), "a person has to look at it")
    return f"The {told.amount} received for {told.day} is kept as your credit, because {why}."


def _reversed(told: _Told) -> str:
    dollars, reversed_on = told.dollars("reversed_amount_cents"), told.date("reversed_on")
    code = f" (return {told['return_code']})" if told["return_code"] else ""
    return f"The {dollars} received for {told.day} was undone on {reversed_on}: {told['reason']}{code}."


def _late_fee(told: _Told) -> str:
    number, due, unpaid = told["instalment"], told.date("due_on"), told.dollars("unpaid_cents")
    missed = f"Instalment {number}, due on {due}, still missed {unpaid} when its grace ended"
    return f"{missed}, so {told.amount} was charged on {told.day} ({told['citation']})."


def _late_fee_reversed(told: _Told) -> str:
    fee, number = told.dollars("decided_cents"), told["instalment"]
    why = "the whole balance had been called due" if told["unpaid_cents"] else "it was paid in time after all"
    return f"The late fee of {fee} for instalment {number} does not stand: {why}."


def _fee(told: _Told) -> str:
    return f"A fee of {told.amount} was charged on {told.day}: {told['reason']}."


def _waived(told: _Told) -> str:
    if not told.cents:
        return f"Nothing of the fee that was waived on {told.day} was unpaid."
    return f"{told.amount} of a fee was waived on {told.day}: {told['reason']}."


def _rate_changed(told: _Told) -> str:
    before, after = told["annual_rate_percent_before"], told["annual_rate_percent"]
    why = "under the servicemember's cap" if told["reason"] == "servicemember" else "as agreed"
    per_diem = told["per_diem"]
    return f"From {told.day} on the rate is {after} % in place of {before} %, {why}: ${per_diem} a day."


def _moved(told: _Told) -> str:
    number, due, before = told["from_instalment"], told.date("due_on"), told.date("due_on_before")
    cost = ""
    if told.explained.get("added_interest_cents"):
        cost = f", which adds {told.dollars('added_interest_cents')} of interest ({_counted(told['days'], 'day')})"
    last = told.date("maturity_on")
    return f"From instalment {number} on, due dates move: {due} in place of {before}{cost}; the last is {last}."


def _accelerated(told: _Told) -> str:
    return f"On {told.day} the whole balance was called due: {told['reason']}."


def _bill(told: _Told) -> str:
    past_due = f", {format_dollars(cents)} of it past due" if (cents := told["past_due_cents"]) else ""
    fees = f", and {format_dollars(cents)} of fees" if (cents := told["fees_due_cents"]) else ""
    due = told.dollars("amount_due_cents")
    return f"The bill of {told.day} asked for {due} by {told.date('due_on')}{past_due}{fees}."


def _drift(told: _Told) -> str:
    if "fallen_with" in told.explained:
        return "The payoff does not stand: its payment was undone."
    credit = told.explained.get("credit_used_cents", 0)
    used = f" {format_dollars(credit)} of it came from your credit with us." if credit else ""
    if told.cents:
        return f"The {told.amount} left after the payoff was written off on {told.day}.{used}"
    if told["owed_cents"]:
        return f"Nothing was written off: {told.dollars('owed_cents')} was owed after the payoff."
    return f"The account was paid off on {told.day}.{used}"


def _refund(told: _Told) -> str:
    if "fallen_with" in told.explained:
        return "The refund is not owed: the payment that it came from was undone."
    return f"{told.dollars('refund_cents')} was more than the account could take and is owed back to you."


def _charged_off(told: _Told) -> str:
    return f"The {told.amount} owed was charged off on {told.day}: {told['reason']}."


def _recovery(told: _Told) -> str:
    parts = [_part(step, told.explained) for step in told["steps"]]
    return (
        f"Of the {told.amount} received for {told.day}, {_listed(parts)}; {told.dollars('still_owed_cents')} is left."
    )


def _lease_ended(told: _Told) -> str:
    if "fallen_with" in told.explained:
        return "The purchase does not stand: its payment was undone."
    if told["way"] == "purchase":
        return f"The vehicle was bought on {told.day}: {_itemised(told, ['the vehicle', 'billed_balance_cents'])}."
    came_back = f"The lease ended on {told.day}, and the vehicle counts for {told.dollars('vehicle_cents')}"
    back = told.explained.get("unused_cents")
    given = f" {format_dollars(back)} of what is paid or billed is for days after it, and is yours." if back else ""
    if not told.cents:
        return f"{came_back}.{given}"
    return f"{came_back}: {_itemised(told, ['the rest of the lease balance', 'billed_balance_cents'])}.{given}"


def _lease_end_billed(told: _Told) -> str:
    if not told.cents:
        return f"The end of the lease costs nothing more, as of {told.day}."
    return f"The end of the lease was billed on {told.day}: {_itemised(told, None)}."


def _itemised(told: _Told, balance: list[str] | None) -> str:
    parts = [_part(step, told.explained) for step in told.explained.get("steps", ())]
    parts = [part.replace(" paid ", " for ", 1) for part in parts]
    if balance is not None and told[balance[1]]:
        parts.append(f"{told.dollars(balance[1])} for {balance[0]}")
    parts += [f"{format_dollars(each['amount_cents'])} {each['description'].lower()}" for each in told["charges"]]
    return _listed(parts) if parts else "nothing is owed"


def _lease_extended(told: _Told) -> str:
    instalment, last = told.dollars("instalment_cents"), told.date("maturity_on")
    return f"The lease goes on for {_counted(told['months'], 'month')} at {instalment} each, until {last}."


def _day(on: date) -> str:
    return f"{on:%B} {on.day}, {on.year}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


SENTENCES: Mapping[str, Callable[[_Told], str]] = {
    "payment": _payment,
    "payment_held": _held,
    "payment_reversed": _reversed,
    "credit_used": _credit_used,
    "late_fee": _late_fee,
    "late_fee_reversed": _late_fee_reversed,
    "returned_payment_fee": _fee,
    "other_fee": _fee,
    "fee_waived": _waived,
    "rate_changed": _rate_changed,
    "due_date_changed": _moved,
    "instalments_deferred": _moved,
    "accelerated": _accelerated,
    "bill": _bill,
    "payoff_drift": _drift,
    "charged_off": _charged_off,
    "recovery": _recovery,
    "refund_due": _refund,
    "lease_ended": _lease_ended,
    "lease_end_billed": _lease_end_billed,
    "lease_extended": _lease_extended,
}
