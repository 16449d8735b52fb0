"""What accounts refuses, and what to do about it."""

from chassis.errors import Kind, Refusal


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
