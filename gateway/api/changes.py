"""Moving due dates: what it costs is shown before it is done, by the same figures as after."""

from typing import Any

from chassis.context import CUSTOMER
from gateway.api import change_examples
from gateway.routing import HttpCall, Otherwise, Reply, route
from gateway.schemas import ChangeDueDate, DeferPayments
from services.accounts.contract import changes

REFUSALS = (
    "account_not_open", "account_past_due", "change_limit_reached", "change_not_possible", "idempotency_key_required",
    "no_instalment_to_move",
)  # fmt: skip
FOR_STAFF = ("preview", "all_parties_agreed")


def awaits_others(example: Any) -> Otherwise:
    """The other good answer to asking for a change: it is made once everybody agrees."""
    return Otherwise(
        when="Nothing has moved yet: others have to agree first, until the end of `approval.decide_by_on`.",
        status=202, gives=changes.ScheduleChange, example=example,
    )  # fmt: skip


@route(
    "POST", "/v1/accounts/{account_id}/due-date-changes", operation="changeDueDate", tags=("accounts",),
    who=(CUSTOMER,), takes_key=True, takes=ChangeDueDate, gives=changes.ScheduleChange,
    summary="Pay on another day of the month, or see what that would do", sends={"due_day": 20, "preview": True},
    example=change_examples.DUE_DATE_CHANGE, errors=(*REFUSALS, "due_day_unchanged"),
    otherwise=awaits_others(change_examples.AWAITED_DUE_DATE_CHANGE),
)  # fmt: skip
def change_due_date(call: HttpCall) -> Reply:
    """With `preview` true nothing is stored and no key is needed; with false an Idempotency-Key is required.

    Moved is what is not paid and not due within three business days: the draft of an earlier instalment may be on its
    way already. Nothing falls due sooner than it would have. `next_drafts` is what autopay, where it is on, takes
    afterwards. Where several people signed for the account, the answer is 202 and the change waits for the others.
    """
    return decided(call, preview="preview_due_date_change", commit="change_due_date")


@route(
    "POST", "/v1/accounts/{account_id}/deferments", operation="deferPayments", tags=("accounts",), who=(CUSTOMER,),
    takes_key=True, takes=DeferPayments, gives=changes.ScheduleChange,
    summary="Let payments wait some months, or see what that would cost", sends={"months": 1, "preview": True},
    example=change_examples.DEFERMENT, errors=(*REFUSALS, "deferment_too_long"),
    otherwise=awaits_others(change_examples.AWAITED_DEFERMENT),
)  # fmt: skip
def defer_payments(call: HttpCall) -> Reply:
    """Interest of a loan goes on while payments wait, and the next payment goes to it first; a lease bears none.

    `preview`, the key and what is moved are as for due-date changes.
    """
    return decided(call, preview="preview_deferment", commit="defer_payments")


def decided(call: HttpCall, *, preview: str, commit: str) -> Reply:
    """What the move would do, or what it did, or that it waits for others."""
    is_preview = call.body["preview"]
    kept_back = FOR_STAFF if is_preview else ("preview",)
    asked = {name: value for name, value in call.body.items() if name not in kept_back}
    answer = call.ask("accounts", preview if is_preview else commit, account_id=call.path["account_id"], **asked)
    return Reply(answer.data, replayed=answer.replayed, is_otherwise=answer.data["approval"] is not None)


ROUTES = (change_due_date, defer_payments)
