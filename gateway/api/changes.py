"""Moving due dates: what it costs is shown before it is done, by the same figures as after."""

from chassis.context import CUSTOMER
from gateway.api import change_examples
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import ChangeDueDate, DeferPayments
from services.accounts.contract import changes

REFUSALS = (
    "account_not_open", "account_past_due", "change_limit_reached", "change_not_possible", "idempotency_key_required",
    "no_instalment_to_move",
)  # fmt: skip


@route(
    "POST", "/v1/accounts/{account_id}/due-date-changes", operation="changeDueDate", tags=("accounts",),
    who=(CUSTOMER,), takes_key=True, takes=ChangeDueDate, gives=changes.ScheduleChange,
    summary="Pay on another day of the month, or see what that would do", sends={"due_day": 20, "preview": True},
    example=change_examples.DUE_DATE_CHANGE, errors=(*REFUSALS, "due_day_unchanged"),
)  # fmt: skip
def change_due_date(call: HttpCall) -> Reply:
    """With `preview` true nothing is stored and no key is needed; with false an Idempotency-Key is required.

    Moved is what is not paid and not due within three business days: the draft of an earlier instalment may be on its
    way already. Nothing falls due sooner than it would have. `next_drafts` is what autopay, where it is on, takes
    afterwards.
    """
    return decided(call, preview="preview_due_date_change", commit="change_due_date")


@route(
    "POST", "/v1/accounts/{account_id}/deferments", operation="deferPayments", tags=("accounts",), who=(CUSTOMER,),
    takes_key=True, takes=DeferPayments, gives=changes.ScheduleChange,
    summary="Let payments wait some months, or see what that would cost", sends={"months": 1, "preview": True},
    example=change_examples.DEFERMENT, errors=(*REFUSALS, "deferment_too_long"),
)  # fmt: skip
def defer_payments(call: HttpCall) -> Reply:
    """Interest of a loan goes on while payments wait, and the next payment goes to it first; a lease bears none.

    `preview`, the key and what is moved are as for due-date changes.
    """
    return decided(call, preview="preview_deferment", commit="defer_payments")


def decided(call: HttpCall, *, preview: str, commit: str) -> Reply:
    """What the move would do, or what it did."""
    asked = {name: value for name, value in call.body.items() if name != "preview"}
    method = preview if call.body["preview"] else commit
    return call.relay("accounts", method, account_id=call.path["account_id"], **asked)


ROUTES = (change_due_date, defer_payments)
