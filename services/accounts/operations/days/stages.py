"""What one business day does with the accounts it looks at: bills and reminders first, then late fees and lateness."""

import time
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from chassis import logs
from chassis.errors import DependencyDown
from chassis.ids import new_id
from chassis.store import Contended, Transaction
from services.accounts.contract import events
from services.accounts.models import business_day_batches, work_items
from services.accounts.operations.allocating import fold, read_history
from services.accounts.operations.days.batches import Claimed, Gathered, Worked, claim, save_together
from services.accounts.operations.days.reminders import keep_reminders
from services.accounts.operations.fees import charge_late_fee
from services.accounts.operations.locking import LockedAccount
from services.accounts.operations.recording import record
from services.accounts.operations.telling import tell
from services.accounts.rules.agenda import (
    DAY,
    Marks,
    NextAction,
    Stage,
    after_stage,
    fee_candidates,
    next_action,
    taken_over,
    told_bucket,
)
from services.accounts.rules.amendments import in_force
from services.accounts.rules.assessing import NotChargeable
from services.accounts.rules.billing import decide_bill, number_to_bill
from services.accounts.rules.delinquency import bucket_of, days_past_due, delinquent_since, oldest_unpaid_due_on
from services.accounts.rules.engine import apply_credit
from services.accounts.rules.events import Bill
from services.accounts.rules.history import History, replay_history
from services.accounts.rules.reminding import decide_reminder
from services.accounts.rules.schedule import due_on
from services.accounts.rules.shown import OPEN
from services.accounts.rules.standing import standing
from services.accounts.rules.state import AccountState

BATCH = 200
# So many accounts are worked on before others of the process get their turn.
BREATH = 10
FAILED = "business_day_failed"

log = logs.logger(__name__)


@dataclass(kw_only=True)
class Work:
    """One batch of one stage of a day, and what it has done so far.

    `assesses_fees` says that the day's payments are confirmed; `unconfirmed` are the accounts that have money under
    way all the same.
    """

    on: date
    stage: Stage
    now: datetime
    today: date
    assesses_fees: bool = False
    unconfirmed: frozenset[UUID] = frozenset()
    gathered: Gathered = field(init=False)
    done: list[Worked] = field(default_factory=list)
    late_fees_count: int = 0

    def __post_init__(self) -> None:
        self.gathered = Gathered(now=self.now, today=self.today)

    def count(self, name: str) -> int:
        return sum(event.name == name for worked in self.done for event, _ in worked.told)


def work_batch(transaction: Transaction, *, work: Work, limit: int = BATCH) -> int:
    """Do a stage's part for up to `limit` accounts; gives their number, 0 where none is free that has any to do."""
    claimed = claim(transaction, on=work.on, stage=work.stage, limit=limit)
    for number, each in enumerate(claimed, start=1):
        work.done.append(_worked(transaction, each, work=work))
        if number % BREATH == 0:
            time.sleep(0)
    if claimed:
        _save(transaction, work=work)
    return len(claimed)


def work_alone(transaction: Transaction, *, work: Work) -> int:
    """The same for one account. One that cannot be worked on waits for the next day, and for a person."""
    claimed = claim(transaction, on=work.on, stage=work.stage, limit=1)
    for each in claimed:
        try:
            with transaction.attempt():
                work.done.append(_worked(transaction, each, work=work))
                _save(transaction, work=work)
        except (DependencyDown, Contended):
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it must not stop the day of the others
            log.error("the day leaves an account out", account_id=str(each.account_id), error=type(error).__name__)
            _put_off(transaction, each, work=work, error=error)
    return len(claimed)


def _save(transaction: Transaction, *, work: Work) -> None:
    heads = work.gathered.insert(transaction)
    for worked in work.done:
        worked.account = replace(worked.account, head=heads.get(worked.account.id, worked.account.head))
        worked.next_action = after_stage(_next_action(worked), on=work.on, stage=work.stage)
    save_together(transaction, worked=work.done, now=work.now)
    decided = ((worked.account.id, worked.reminder) for worked in work.done if worked.reminder is not None)
    reminded = keep_reminders(transaction, decided=decided, on=work.on, now=work.now)
    for worked in work.done:
        if worked.account.id in reminded:
            worked.told.append((events.payment_due_soon, reminded[worked.account.id]))
        for event, data in worked.told:
            tell(transaction, event=event, account=worked.account, today=work.today, data=data)
    _note_batch(transaction, work=work, accounts_count=len(work.done))


def _next_action(worked: Worked) -> NextAction | None:
    """By what the day knew, or by what is known since, whichever is sooner: the days between may have it to do."""
    account = worked.account
    if worked.known_state is None:
        return account.next_action
    by_the_day = next_action(
        status=account.status, terms=account.terms, state=worked.known_state, pack=account.pack, marks=account.marks
    )
    return min((each for each in (by_the_day, account.next_action) if each is not None), default=None)


def _note_batch(transaction: Transaction, *, work: Work, accounts_count: int, failures_count: int = 0) -> None:
    batch = {
        "id": new_id(at=work.now), "business_on": work.on, "stage": int(work.stage), "accounts_count": accounts_count,
        "bills_count": work.count("bill_issued"), "reminders_count": work.count("payment_due_soon"),
        "late_fees_count": work.late_fees_count, "past_due_count": work.count("payment_past_due"),
        "failures_count": failures_count, "done_at": work.now,
    }  # fmt: skip
    transaction.run(insert(business_day_batches).values(batch))


def _worked(transaction: Transaction, claimed: Claimed, *, work: Work) -> Worked:
    account = claimed.read()
    marks = account.marks or taken_over(terms=account.terms, state=account.state, on=work.on)
    worked = Worked(before=account, account=replace(account, marks=marks))
    if account.status == OPEN:
        stage = _open_day if work.stage is Stage.OPENING else _close_day
        stage(transaction, worked, marks=marks, work=work)
    return worked


def _open_day(transaction: Transaction, worked: Worked, *, marks: Marks, work: Work) -> None:
    """Bill an instalment and remind of one, by what was known when the day began."""
    account, on = worked.account, work.on
    known = _known(transaction, account=account, place=(on, Bill.rank, ""))
    state = apply_credit(terms=account.terms, state=known.state, through_on=on)
    terms = in_force(terms=account.terms, state=state)
    number = number_to_bill(terms=terms, state=state, on=on)
    if number is not None:
        bill = decide_bill(terms=account.terms, state=state, number=number, on=on, account_id=str(account.id))
        _issue_bill(transaction, worked, bill=bill, work=work)
    _remind(worked, state=state, work=work)
    worked.known_state = None if known.history is None else known.state
    worked.account = replace(worked.account, marks=replace(marks, reminded_on=max(on, marks.reminded_on)))
    worked.delinquent_since_on = _since(worked.account, on=on)


def _issue_bill(transaction: Transaction, worked: Worked, *, bill: Bill, work: Work) -> None:
    account = worked.account
    if bill.place > account.state.last_place:
        worked.account, bill_id = work.gathered.fold(account, event=bill, kind="bill_issued")
    else:
        arrived = record(
            transaction, account=account, event=bill, kind="bill_issued", now=work.now, today=work.today
        )  # fmt: skip
        if arrived is None:
            return
        worked.account, bill_id = fold(transaction, account=account, arrived=arrived).account, arrived.event_id
    names = ("instalment_number", "due_on", "instalment_cents", "past_due_cents", "fees_due_cents", "credit_cents")
    data = {name: getattr(bill, name) for name in (*names, "amount_due_cents")}
    worked.told.append((events.bill_issued, {"bill_id": str(bill_id), "billed_on": bill.effective_on, **data}))


def _remind(worked: Worked, *, state: AccountState, work: Work) -> None:
    account, present = worked.account, state
    if work.on < work.today:
        through_on = max(work.today, account.state.last_effective_on)
        present = apply_credit(terms=account.terms, state=account.state, through_on=through_on)
    worked.reminder = decide_reminder(
        terms=account.terms, state=state, present=present, on=work.on, today=work.today
    )  # fmt: skip


def _close_day(transaction: Transaction, worked: Worked, *, marks: Marks, work: Work) -> None:
    """Decide late fees and mark what is late, by what was known when the day was over."""
    is_confirmed = worked.account.id not in work.unconfirmed
    if work.assesses_fees and is_confirmed:
        _assess(transaction, worked, marks=marks, work=work)
        marks = replace(marks, fees_considered_on=max(work.on, marks.fees_considered_on))
    if is_confirmed:
        marks = _mark(transaction, worked, marks=marks, work=work)
    worked.account = replace(worked.account, marks=marks)
    known = _known(transaction, account=worked.account, place=(work.on + DAY, 0, ""))
    worked.known_state = None if known.history is None else known.state
    worked.delinquent_since_on = _since(worked.account, on=work.on)


def _assess(transaction: Transaction, worked: Worked, *, marks: Marks, work: Work) -> None:
    account = worked.account
    known = _known(transaction, account=account, place=(work.on + DAY, 0, ""))
    state = apply_credit(terms=account.terms, state=known.state, through_on=work.on)
    if state.is_accelerated:
        return
    terms = in_force(terms=account.terms, state=state)
    numbers = list(fee_candidates(terms=terms, state=state, pack=account.pack, marks=marks, on=work.on))
    for number in numbers:
        worked.account = _charge(transaction, worked.account, number=number, work=work)


def _charge(transaction: Transaction, account: LockedAccount, *, number: int, work: Work) -> LockedAccount:
    known = _known(transaction, account=account, place=(work.on + DAY, 0, ""))
    history = known.history or read_history(transaction, account_id=account.id)
    try:
        after = charge_late_fee(
            transaction, account=account, state=known.state, history=history, number=number, on=work.on,
            now=work.now, today=work.today,
        )  # fmt: skip
    except NotChargeable as reason:
        log.info("no late fee", account_id=str(account.id), instalment=number, reason=str(reason))
        return account
    work.late_fees_count += after is not None
    return after or account


def _mark(transaction: Transaction, worked: Worked, *, marks: Marks, work: Work) -> Marks:
    account, on = worked.account, work.on
    known = _known(transaction, account=account, place=(on + DAY, 0, ""))
    state = apply_credit(terms=account.terms, state=known.state, through_on=on)
    terms = in_force(terms=account.terms, state=state)
    days = days_past_due(terms=terms, state=state, on=on)
    reached = bucket_of(days)
    if reached > told_bucket(terms=terms, state=state, marks=marks, on=on):
        data = {
            "business_on": on, "instalment_number": state.next_instalment_number,
            "due_on": due_on(terms=terms, number=state.next_instalment_number), "days_past_due": days,
            "bucket_days": reached, "delinquent_since_on": delinquent_since(terms=terms, state=state, on=on),
            "past_due_cents": standing(terms=account.terms, state=state, on=on).past_due_cents,
        }  # fmt: skip
        worked.told.append((events.payment_past_due, data))
    due = oldest_unpaid_due_on(terms=terms, state=state)
    return replace(marks, bucket_due_on=due if reached else None, bucket_days=reached)


@dataclass(frozen=True)
class _Known:
    """An account as it was known at a place in its order; the history where it had to be read for that."""

    state: AccountState
    history: History | None = None


def _known(transaction: Transaction, *, account: LockedAccount, place: tuple[date, int, str]) -> _Known:
    """The account without what belongs after that place: a day that is caught up decides as it would have then."""
    if account.state.last_place < place:
        return _Known(account.state)
    history = read_history(transaction, account_id=account.id)
    before = replace(history, events=[event for event in history.events if event.place < place])
    replayed = replay_history(terms=account.terms, opening=account.state.opening, history=before)
    return _Known(replace(replayed.state, allocations=()), before)


def _since(account: LockedAccount, *, on: date) -> date | None:
    on = max(on, account.state.last_effective_on)
    state = apply_credit(terms=account.terms, state=account.state, through_on=on)
    return delinquent_since(terms=in_force(terms=account.terms, state=state), state=state, on=on)


def _put_off(transaction: Transaction, claimed: Claimed, *, work: Work, error: Exception) -> None:
    """To the next day, with a work item: a person has to see what is wrong with the account."""
    work.done.clear()
    work.late_fees_count = 0
    transaction.run(_PUT_OFF, {"account_id": claimed.account_id, "on": work.on + DAY, "stage": int(work.stage)})
    item = insert(work_items).values(
        id=new_id(at=work.now),
        account_id=claimed.account_id,
        source_key=f"business_day:{work.on.isoformat()}:{int(work.stage)}:{claimed.account_id}",
        reason=FAILED,
        details={"business_on": work.on.isoformat(), "stage": work.stage.name.lower(), "error": type(error).__name__},
        opened_at=work.now,
    )
    transaction.run(item.on_conflict_do_nothing(constraint="uq_work_items_source_key"))
    _note_batch(transaction, work=work, accounts_count=1, failures_count=1)


_PUT_OFF = text("""
    UPDATE account_states SET next_action_on = :on, next_action_stage = :stage WHERE account_id = :account_id
""")
