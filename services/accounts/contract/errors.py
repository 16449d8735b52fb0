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
