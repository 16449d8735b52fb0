"""Accounts in the hands of staff: found, read, flagged, changed. The services write down who asked, refused or not."""

from chassis.context import AGENT
from gateway.api import change_examples, examples, staff_examples
from gateway.api.accounts import composed, pending_payments
from gateway.api.changes import REFUSALS as MOVING_REFUSALS
from gateway.api.changes import awaits_others, decided
from gateway.routing import HttpCall, Reply, route
from gateway.schemas import Page
from gateway.slicing import (
    ACCOUNT_FLAGS,
    ACCOUNT_HOLDERS,
    FOUND_ACCOUNTS,
    FURNISHING,
    PLACE,
    AccountFlags,
    AccountHolders,
    FoundAccounts,
    Furnishing,
    SearchAccounts,
    Slice,
    sliced,
)
from gateway.staff_schemas import (
    AccountFile,
    ChangeAccountDueDate,
    ClearAccountFlag,
    CloseWorkItem,
    CorrectFurnishing,
    DeferAccountPayments,
    RecordTitleRelease,
    SetAccountFlag,
)
from services.accounts.contract import changes, flags, furnishing, titles, work_items
from services.accounts.contract import schemas as accounts

PATH = "/v1/staff/accounts/{account_id}"
STAFF, TAGS = (AGENT,), ("staff",)


@route(
    "GET", "/v1/staff/accounts", operation="searchAccounts", tags=TAGS, who=STAFF, query=SearchAccounts,
    sends={"account_number": "5500123456"}, gives=FoundAccounts,
    summary="Find accounts by number, vehicle, source or name",
    example=examples.page_of(staff_examples.FOUND_ACCOUNT),
)  # fmt: skip
def search_accounts(call: HttpCall) -> Reply:
    """Exactly one of number, vehicle, source and last name is given, in full; case, accents and spaces of a name do not
    count. Beside a last name, `first_name` may give the beginning of the first one.
    """
    sought = {name: value for name, value in call.query.items() if name not in PLACE}
    found = call.ask("accounts", "search_accounts", **sought).data["data"]
    return Reply(sliced(found, query=call.query, order=FOUND_ACCOUNTS))


@route(
    "GET", PATH, operation="getAccountFile", tags=TAGS, who=STAFF, has_etag=True, gives=AccountFile,
    summary="One account whole: what its holder sees, and what only staff see", example=staff_examples.ACCOUNT_FILE,
)  # fmt: skip
def get_account_file(call: HttpCall) -> Reply:
    account_id = call.path["account_id"]
    pending = pending_payments(call, [account_id])
    found = call.ask("accounts", "get_account_file", account_id=account_id).data
    return Reply({**found, "account": composed(found["account"], pending)})


@route(
    "GET", f"{PATH}/holders", operation="listAccountHolders", tags=TAGS, who=STAFF, query=Slice,
    gives=AccountHolders, summary="The customers who may act on the account online",
    example=examples.page_of(staff_examples.ACCOUNT_HOLDER),
)  # fmt: skip
def list_account_holders(call: HttpCall) -> Reply:
    found = call.ask("identity", "list_account_holders", account_id=call.path["account_id"]).data
    return Reply(sliced(found["data"], query=call.query, order=ACCOUNT_HOLDERS))


@route(
    "GET", f"{PATH}/transactions", operation="listAccountTransactions", tags=TAGS, who=STAFF, query=Page,
    gives=accounts.Transactions, summary="What happened on an account, newest first",
    example=examples.page_of(examples.TRANSACTION),
)  # fmt: skip
def list_account_transactions(call: HttpCall) -> Reply:
    return call.relay("accounts", "list_transactions", account_id=call.path["account_id"], **call.query)


@route(
    "GET", f"{PATH}/schedule", operation="getAccountSchedule", tags=TAGS, who=STAFF, has_etag=True,
    gives=accounts.Schedule, summary="The instalments to come", example=examples.SCHEDULE,
)  # fmt: skip
def get_account_schedule(call: HttpCall) -> Reply:
    return call.relay("accounts", "get_schedule", account_id=call.path["account_id"])


@route(
    "GET", f"{PATH}/flags", operation="listAccountFlags", tags=TAGS, who=STAFF, query=Slice, gives=AccountFlags,
    summary="The flags of an account, those that were cleared too",
    example=examples.page_of(staff_examples.ACCOUNT_FLAG),
)  # fmt: skip
def list_account_flags(call: HttpCall) -> Reply:
    found = call.ask("accounts", "list_account_flags", account_id=call.path["account_id"]).data
    return Reply(sliced(found["data"], query=call.query, order=ACCOUNT_FLAGS))


@route(
    "POST", f"{PATH}/flags", operation="setAccountFlag", tags=TAGS, who=STAFF, idempotent=True, takes=SetAccountFlag,
    gives=flags.FlaggedAccount, summary="Flag an account: some fees and messages stop",
    sends={"kind": "bankruptcy", "from_on": "2026-11-10", "note": "Notice of the court, case 26-31415"},
    example=staff_examples.FLAGGED_ACCOUNT, errors=("flag_already_set", "flag_dates_wrong", "change_not_possible"),
)  # fmt: skip
def set_account_flag(call: HttpCall) -> Reply:
    """Which fees stop is in the answer. Bankruptcy, deceased and cease contact stop routine messages and demands, a
    dispute stops demands; answers to what a holder just did always go. A servicemember's caps the rate at 6 % from
    `from_on`, and what was charged above it is forgiven.
    """
    return call.relay("accounts", "set_account_flag", account_id=call.path["account_id"], **call.body)


@route(
    "POST", f"{PATH}/flags/clear", operation="clearAccountFlag", tags=TAGS, who=STAFF, idempotent=True,
    takes=ClearAccountFlag, gives=flags.FlaggedAccount, summary="Clear a flag",
    sends={"kind": "bankruptcy", "note": "Case dismissed"}, example=staff_examples.FLAGGED_ACCOUNT,
    errors=("flag_not_set", "flag_dates_wrong", "change_not_possible"),
)  # fmt: skip
def clear_account_flag(call: HttpCall) -> Reply:
    return call.relay("accounts", "clear_account_flag", account_id=call.path["account_id"], **call.body)


@route(
    "POST", f"{PATH}/due-date-changes", operation="changeAccountDueDate", tags=TAGS, who=STAFF, takes_key=True,
    takes=ChangeAccountDueDate, gives=changes.ScheduleChange,
    summary="Change the due date for a customer, or preview it",
    sends={"due_day": 20, "preview": True}, example=change_examples.DUE_DATE_CHANGE,
    errors=(*MOVING_REFUSALS, "due_day_unchanged"), otherwise=awaits_others(change_examples.AWAITED_DUE_DATE_CHANGE),
)  # fmt: skip
def change_account_due_date(call: HttpCall) -> Reply:
    return decided(call, preview="preview_due_date_change", commit="change_due_date")


@route(
    "POST", f"{PATH}/deferments", operation="deferAccountPayments", tags=TAGS, who=STAFF, takes_key=True,
    takes=DeferAccountPayments, gives=changes.ScheduleChange, summary="Defer payments for a customer, or preview it",
    sends={"months": 1, "preview": True}, example=change_examples.DEFERMENT,
    errors=(*MOVING_REFUSALS, "deferment_too_long"), otherwise=awaits_others(change_examples.AWAITED_DEFERMENT),
)  # fmt: skip
def defer_account_payments(call: HttpCall) -> Reply:
    return decided(call, preview="preview_deferment", commit="defer_payments")


@route(
    "GET", "/v1/staff/work-items", operation="listWorkItems", tags=TAGS, who=STAFF, query=work_items.ListWorkItems,
    gives=work_items.WorkItems, summary="What waits for a person, oldest first",
    example=examples.page_of(staff_examples.WORK_ITEM),
    errors=("not_found",),
)  # fmt: skip
def list_work_items(call: HttpCall) -> Reply:
    """`reason` is one that an item can have; another is refused, with those there are."""
    return call.relay("accounts", "list_work_items", **call.query)


@route(
    "POST", "/v1/staff/work-items/{work_item_id}/close", operation="closeWorkItem", tags=TAGS, who=STAFF,
    idempotent=True, takes=CloseWorkItem, gives=work_items.WorkItem, summary="Close a work item with a note",
    sends={"note": "Refunded by check 1042"}, example=staff_examples.WORK_ITEM, errors=("work_item_closed",),
)  # fmt: skip
def close_work_item(call: HttpCall) -> Reply:
    return call.relay("accounts", "close_work_item", work_item_id=call.path["work_item_id"], **call.body)


@route(
    "GET", "/v1/staff/title-releases", operation="listTitleReleases", tags=TAGS, who=STAFF,
    query=titles.ListTitleReleases, gives=titles.TitleReleases, summary="Titles that are due to their owners",
    example=examples.page_of(staff_examples.TITLE_RELEASE),
)  # fmt: skip
def list_title_releases(call: HttpCall) -> Reply:
    """The one due first at the top; the clock starts when the money that paid the loan off has settled."""
    return call.relay("accounts", "list_title_releases", **call.query)


@route(
    "POST", f"{PATH}/title-release", operation="recordTitleRelease", tags=TAGS, who=STAFF, idempotent=True,
    takes=RecordTitleRelease, gives=titles.TitleRelease, summary="Note that a title went out",
    sends={"released_on": "2026-11-23", "reference": "ELT 2026-118731"}, example=staff_examples.TITLE_RELEASE,
    errors=("title_not_due", "release_date_wrong"),
)  # fmt: skip
def record_title_release(call: HttpCall) -> Reply:
    return call.relay("accounts", "record_title_release", account_id=call.path["account_id"], **call.body)


@route(
    "GET", f"{PATH}/furnishing", operation="listFurnishing", tags=TAGS, who=STAFF, query=Slice, gives=Furnishing,
    summary="What was furnished of the account, month by month",
    example=examples.page_of(staff_examples.FURNISHING_FACTS),
)  # fmt: skip
def list_furnishing(call: HttpCall) -> Reply:
    """Every version, newest first; the highest version of a month counts."""
    found = call.ask("accounts", "list_furnishing", account_id=call.path["account_id"]).data
    return Reply(sliced(found["data"], query=call.query, order=FURNISHING))


@route(
    "POST", f"{PATH}/furnishing-corrections", operation="correctFurnishing", tags=TAGS, who=STAFF, idempotent=True,
    takes=CorrectFurnishing, gives=furnishing.FurnishingFacts, summary="Correct what was furnished for a month",
    sends={
        "month_end_on": "2026-10-31", "status_code": "11", "days_past_due": 0, "first_delinquent_on": None,
        "reason": "payment was misdirected",
    },
    example={**staff_examples.FURNISHING_FACTS, "version": 2, "reason": "payment was misdirected"},
    errors=("month_not_frozen",),
)  # fmt: skip
def correct_furnishing(call: HttpCall) -> Reply:
    """A new version; the one before stays on record, and no later run undoes it."""
    return call.relay("accounts", "correct_furnishing", account_id=call.path["account_id"], **call.body)


ROUTES = (
    search_accounts,
    get_account_file,
    list_account_holders,
    list_account_transactions,
    get_account_schedule,
    list_account_flags,
    set_account_flag,
    clear_account_flag,
    change_account_due_date,
    defer_account_payments,
    list_work_items,
    close_work_item,
    list_title_releases,
    record_title_release,
    list_furnishing,
    correct_furnishing,
)
