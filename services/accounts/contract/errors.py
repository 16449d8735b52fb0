"""What accounts refuses, and what to do about it."""

from datetime import date
from typing import Self

from chassis.errors import FieldError, Kind, Refusal


class AccountNumberTaken(Refusal):
    code = "account_number_taken"
    kind = Kind.CONFLICT
    title = "The account number belongs to another account"
    detail = "An account number names one account. Correct the number or the source reference, and import again."


class AccountNotServiceable(Refusal):
    code = "account_not_serviceable"
    kind = Kind.UNPROCESSABLE
    title = "The engine cannot service this account"
    detail = "Terms and opening balance do not fit together. Correct the record and import again."


class GoodThroughOutOfRange(Refusal):
    code = "good_through_out_of_range"
    kind = Kind.UNPROCESSABLE
    title = "No payoff quote can be given for this date"
    detail = "A payoff quote is good for today or some days ahead. Choose an earlier date, but none that has passed."

    @classmethod
    def unless_between(cls, *, first: date, last: date) -> Self:
        """The refusal that names the days there are."""
        sentence = f"Choose a date from {first} to {last}."
        return cls(
            f"A payoff quote can be good through {last} at most, and not for a day that has passed. {sentence}",
            errors=[FieldError(pointer="/good_through", code="out_of_range", detail=sentence)],
        )


class NothingToPayOff(Refusal):
    """Paid off, closed or charged off, or the customer's credit covers all of it."""

    code = "nothing_to_pay_off"
    kind = Kind.CONFLICT
    title = "There is nothing to pay off"
    detail = "The account is not open, or its credit covers what is owed. Contact us if you believe that is wrong."


class QuoteKindUnfit(Refusal):
    """A payoff for a lease, or a lease's quote for a loan, or charges added by somebody other than a service."""

    code = "quote_kind_unfit"
    kind = Kind.UNPROCESSABLE
    title = "This account cannot be quoted that way"
    detail = "A loan is paid off; a lease is bought, ended early or turned in. Ask for the quote that fits the account."


class AccountNotPaidOff(Refusal):
    """The account is not paid off, or not by the payment that is named."""

    code = "account_not_paid_off"
    kind = Kind.CONFLICT
    title = "The account is not paid off by this payment"
    detail = "Only the payment that paid the account off closes it. Read the account again."


class AccountNotOpen(Refusal):
    code = "account_not_open"
    kind = Kind.CONFLICT
    title = "The account is not open"
    detail = "Only an open account can be changed in this way. Look at its status."


class ChangeNotPossible(Refusal):
    code = "change_not_possible"
    kind = Kind.UNPROCESSABLE
    title = "The contract cannot be changed like that"
    detail = "The change does not fit this contract. Correct the request and send it again."


class AccountPastDue(Refusal):
    code = "account_past_due"
    kind = Kind.CONFLICT
    title = "The account is past due"
    detail = "Due dates move only while nothing is past due. Pay what is past due, then ask again."


class ChangeLimitReached(Refusal):
    code = "change_limit_reached"
    kind = Kind.CONFLICT
    title = "The contract allows no further change now"
    detail = "Due dates have moved as often as the contract allows. Wait until the next change is possible."


class DefermentTooLong(Refusal):
    code = "deferment_too_long"
    kind = Kind.UNPROCESSABLE
    title = "The contract does not allow so long a deferment"
    detail = "A deferment is for fewer months than were asked for. Ask for fewer."


class DueDayUnchanged(Refusal):
    code = "due_day_unchanged"
    kind = Kind.UNPROCESSABLE
    title = "Payments fall due on that day already"
    detail = "Choose another day of the month, from 1 to 28."


class NoInstalmentToMove(Refusal):
    """Every instalment that is left is within its draft window."""

    code = "no_instalment_to_move"
    kind = Kind.CONFLICT
    title = "There is no instalment left that can move"
    detail = "What is left is paid, or due so soon that its draft may be on its way. Contact us if you cannot pay it."


class ApprovalClosed(Refusal):
    code = "approval_closed"
    kind = Kind.CONFLICT
    title = "This change waits for nobody any more"
    detail = "It was made, declined or replaced by another one, or its last day has passed. Ask for the change anew."


class ApprovalOutdated(Refusal):
    """It would move other due dates, or cost more, than the parties were shown."""

    code = "approval_outdated"
    kind = Kind.CONFLICT
    title = "The account has changed since this change was asked for"
    detail = "What you were shown no longer holds. Decline the change, and ask for it anew to see what it does now."


class PaymentNotApplied(Refusal):
    code = "payment_not_applied"
    kind = Kind.NOT_FOUND
    title = "The ledger has no such payment"
    detail = "This account has no payment of that id and presentment. Check both, or wait until it is applied."


class PaymentAlreadyReversed(Refusal):
    code = "payment_already_reversed"
    kind = Kind.CONFLICT
    title = "The payment was reversed before"
    detail = "This presentment of the payment does not count any more. There is nothing left to reverse."


class LateFeeNotChargeable(Refusal):
    code = "late_fee_not_chargeable"
    kind = Kind.UNPROCESSABLE
    title = "No late fee may be charged"
    detail = "The instalment may not be charged a late fee today. Nothing was charged."


class LateFeeAlreadyAssessed(Refusal):
    code = "late_fee_already_assessed"
    kind = Kind.CONFLICT
    title = "The instalment was charged before"
    detail = "An instalment is charged one late fee, ever. Whether it stands is shown among the transactions."


class LeaseNotRunning(Refusal):
    """It was bought, ended early or turned in, or the account is no lease."""

    code = "lease_not_running"
    kind = Kind.CONFLICT
    title = "The lease has ended"
    detail = "A lease that has ended can be neither extended nor ended again. Look at the account."


class LeasePastDue(Refusal):
    code = "lease_past_due"
    kind = Kind.CONFLICT
    title = "Something is past due"
    detail = "A lease is extended while nothing is past due. Pay what is past due, then ask again."


class FeeNotFound(Refusal):
    code = "fee_not_found"
    kind = Kind.NOT_FOUND
    title = "The account has no such fee"
    detail = "Take the fee_id from the account's transactions."


class FeeNotDue(Refusal):
    code = "fee_not_due"
    kind = Kind.CONFLICT
    title = "Nothing of the fee is due"
    detail = "The fee is paid, was waived before, or does not stand. There is nothing to waive."


class DisclosureNotInForce(Refusal):
    code = "disclosure_not_in_force"
    kind = Kind.CONFLICT
    title = "Another disclosure is in force"
    detail = "Read the disclosure that is in force now, and consent to its version."


class PaperlessProofWrong(Refusal):
    code = "paperless_proof_wrong"
    kind = Kind.UNPROCESSABLE
    title = "The code is not the one in the document"
    detail = "Open the disclosure as a PDF and send the code that it shows: it proves that you can read our statements."


class YearNotOver(Refusal):
    code = "year_not_over"
    kind = Kind.UNPROCESSABLE
    title = "The year has not ended"
    detail = "Interest is summed up once the calendar year is over. Ask for a year before this one."


class NoInterestPaid(Refusal):
    """A lease bears no interest, and a loan that was not paid in that year has nothing to sum up."""

    code = "no_interest_paid"
    kind = Kind.CONFLICT
    title = "No interest was paid in that year"
    detail = "There is nothing to sum up for this account and year. Check the year."


class DocumentTooLong(Refusal):
    code = "document_too_long"
    kind = Kind.UNPROCESSABLE
    title = "The statement is too long to be printed"
    detail = "Ask for the statement as application/json instead."


class MonthNotFrozen(Refusal):
    code = "month_not_frozen"
    kind = Kind.NOT_FOUND
    title = "Nothing was furnished of that month"
    detail = "Only a month that is frozen for this account is corrected. Look at what was furnished."


class WorkItemClosed(Refusal):
    code = "work_item_closed"
    kind = Kind.CONFLICT
    title = "The work item is closed already"
    detail = "Somebody closed it before you. Read the list again."


class BalanceNotConfirmed(Refusal):
    code = "balance_not_confirmed"
    kind = Kind.CONFLICT
    title = "The account does not owe that"
    detail = "Nothing was changed. Read the account again, and confirm what it owes today."


class TitleNotDue(Refusal):
    code = "title_not_due"
    kind = Kind.CONFLICT
    title = "No title of this account is waiting to go out"
    detail = "A title is due once its loan is closed on good funds, and goes out once. Look at the account's title."


class ReleaseDateWrong(Refusal):
    code = "release_date_wrong"
    kind = Kind.UNPROCESSABLE
    title = "The title cannot have gone out on that date"
    detail = "A title goes out after good funds and not later than today. Correct the date."


class FeeStopped(Refusal):
    """A flag on the account stops the fee; the detail names it."""

    code = "fee_stopped"
    kind = Kind.CONFLICT
    title = "A flag on the account stops this fee"
    detail = "Nothing was charged. Look at the account's flags; a fee may be charged once the flag is cleared."


class FeeAboveCap(Refusal):
    """The law of the customer's state allows less; the detail names it."""

    code = "fee_above_cap"
    kind = Kind.UNPROCESSABLE
    title = "The law allows no fee as high as this"
    detail = "Nothing was charged. Charge no more than the law of the customer's state allows."


class FlagAlreadySet(Refusal):
    code = "flag_already_set"
    kind = Kind.CONFLICT
    title = "A flag of this kind stands already"
    detail = "One flag of a kind stands at a time. Clear the one that stands, then set another."


class FlagNotSet(Refusal):
    code = "flag_not_set"
    kind = Kind.NOT_FOUND
    title = "No flag of this kind stands"
    detail = "There is nothing to clear. Look at the account's flags."


class FlagDatesWrong(Refusal):
    code = "flag_dates_wrong"
    kind = Kind.UNPROCESSABLE
    title = "The dates of the flag do not fit"
    detail = "A flag begins today or before, ends after it begins, and is cleared between its beginning and today."


class NothingToMail(Refusal):
    code = "nothing_to_mail"
    kind = Kind.CONFLICT
    title = "No letter waits to be taken"
    detail = (
        "Everything on paper has been mailed, is in a batch, or has no address to go to. Look at the list: "
        "a batch can be read again."
    )


class BatchNotPrinted(Refusal):
    code = "batch_not_printed"
    kind = Kind.CONFLICT
    title = "Nothing of this batch has been printed here"
    detail = (
        "Only letters from the archive of a batch are noted as mailed with it. Print the batch, mail what is in the "
        "archive, and note it then; note a letter that was printed in another way by itself."
    )
