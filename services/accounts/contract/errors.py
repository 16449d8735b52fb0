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
