"""What identity refuses, and what to do then. None of these says whether somebody is our customer."""

from chassis.errors import Kind, Refusal


class InvalidCredentials(Refusal):
    code = "invalid_credentials"
    kind = Kind.UNAUTHENTICATED
    title = "User ID and password do not match"
    detail = (
        "Check the user ID and the password and try again, or call customer service. If you have just registered, "
        "first open the link in the mail we sent you."
    )


class TooManyAttempts(Refusal):
    """Said of anybody's name alike, whether somebody has it or not."""

    code = "too_many_attempts"
    kind = Kind.LIMITED
    title = "Too many wrong tries"
    detail = (
        "Too many tries from where you are were wrong. Wait a quarter of an hour, or get a new password by mail "
        "(POST /v1/password-resets): its link lets you in from here."
    )


class CurrentPasswordWrong(Refusal):
    code = "current_password_wrong"
    kind = Kind.UNPROCESSABLE
    title = "The current password is not right"
    detail = "Send the password you sign in with now, or get a new one by mail: POST /v1/password-resets."


class ResetNotValid(Refusal):
    code = "reset_not_valid"
    kind = Kind.UNPROCESSABLE
    title = "This link is not valid"
    detail = (
        "The link is incomplete, or a newer mail or a new password has replaced it. Open the link in the latest mail "
        "from us, or ask for a new one: POST /v1/password-resets."
    )


class ResetExpired(Refusal):
    code = "reset_expired"
    kind = Kind.UNPROCESSABLE
    title = "This link has expired"
    detail = "The link was good for 60 minutes. Ask for a new one: POST /v1/password-resets."


class ResetUsed(Refusal):
    code = "reset_used"
    kind = Kind.UNPROCESSABLE
    title = "This link has been used"
    detail = "The password was changed with it. Sign in with the new password, or ask for a new link."


class ChallengeNotValid(Refusal):
    code = "challenge_not_valid"
    kind = Kind.UNAUTHENTICATED
    title = "This sign-in has to begin anew"
    detail = "The second factor was not shown within ten minutes, or the sign-in is finished. Sign in again."


class SecondFactorNotRight(Refusal):
    code = "second_factor_not_right"
    kind = Kind.UNAUTHENTICATED
    title = "This code is not right"
    detail = (
        "Send the code that your app shows now, the latest one we texted, or a recovery code. Each works once. If you "
        "have none of them, call customer service."
    )


class PasskeyNotRight(Refusal):
    """The same whatever does not hold: who tries learns nothing from it."""

    code = "passkey_not_right"
    kind = Kind.UNAUTHENTICATED
    title = "This passkey was not taken"
    detail = (
        "It took more than five minutes, or the passkey is not one of this site's. Begin anew, or sign in otherwise."
    )


class TooManyPasskeys(Refusal):
    code = "too_many_passkeys"
    kind = Kind.CONFLICT
    title = "You have twenty passkeys"
    detail = "Remove one that you do not use before you add another: DELETE /v1/me/passkeys/{passkey_id}."


class ProofMissing(Refusal):
    code = "proof_missing"
    kind = Kind.UNPROCESSABLE
    title = "The proof is missing"
    detail = "Send `code` if you have a second factor (GET /v1/me/mfa says so), otherwise `password`."


class FactorThere(Refusal):
    code = "factor_exists"
    kind = Kind.CONFLICT
    title = "You have a second factor of this kind"
    detail = "Remove the one you have before you add another: DELETE /v1/me/mfa/factors/{factor_id}."


class PhoneMissing(Refusal):
    code = "phone_missing"
    kind = Kind.UNPROCESSABLE
    title = "We have no telephone number of yours"
    detail = "Add a number first (PATCH /v1/me with `phone`), or use an app for codes instead."


class TooManyTexts(Refusal):
    code = "too_many_texts"
    kind = Kind.LIMITED
    title = "Too many texts"
    detail = "Five texts in an hour are the most we send. Use the latest one, wait an hour, or use another method."


class VerificationNotValid(Refusal):
    code = "verification_not_valid"
    kind = Kind.UNPROCESSABLE
    title = "This link is not valid"
    detail = (
        "The link is incomplete, or a newer one has replaced it. Open the link in the latest mail from us, "
        "or register again to get a new one."
    )


class VerificationExpired(Refusal):
    code = "verification_expired"
    kind = Kind.UNPROCESSABLE
    title = "This link has expired"
    detail = "The link was good for 60 minutes. Register again with the same details, and we mail you a new one."


class VerificationUsed(Refusal):
    code = "verification_used"
    kind = Kind.UNPROCESSABLE
    title = "This link has been used"
    detail = "Your e-mail address is verified already. Sign in with your user ID and password."


class RefreshTokenNotValid(Refusal):
    code = "refresh_token_not_valid"
    kind = Kind.UNAUTHENTICATED
    title = "The session is over"
    detail = "The session has ended or its refresh token was used before. Sign in again."


class KeyNotTaken(Refusal):
    code = "idempotency_key_not_taken"
    kind = Kind.INVALID
    title = "No idempotency key here"
    detail = "Answers that hold secrets are never stored, so they cannot be replayed. Send the request without a key."


class TooManyContactChanges(Refusal):
    code = "too_many_contact_changes"
    kind = Kind.LIMITED
    title = "Too many changes in a day"
    detail = "An e-mail address or a telephone number can be changed five times a day. Go on tomorrow, or call us."


class CodeNotRight(Refusal):
    code = "code_not_right"
    kind = Kind.UNPROCESSABLE
    title = "This code is not right"
    detail = (
        "The code is mistyped, was used before, or is older than ten minutes. Type the latest one; after five wrong "
        "tries a code is worth nothing, and you need a new one."
    )


class NothingToChange(Refusal):
    code = "nothing_to_change"
    kind = Kind.UNPROCESSABLE
    title = "The request changes nothing"
    detail = "Send at least one of the fields that can be changed."


class AccountNotMatched(Refusal):
    code = "account_not_matched"
    kind = Kind.UNPROCESSABLE
    title = "These details do not belong together"
    detail = (
        "No account of yours has this number and these four digits. Check the account number on a statement; after "
        "five wrong tries in a day an account is closed to further ones, and customer service can help."
    )


class EmailTaken(Refusal):
    """Said to operators alone: to a stranger it would tell who is our customer."""

    code = "email_taken"
    kind = Kind.CONFLICT
    title = "This e-mail address has a user"
    detail = "One address is one user. Give another address for this one, or let that user be closed first."


class UserNameTaken(Refusal):
    """Said to operators alone."""

    code = "user_name_taken"
    kind = Kind.CONFLICT
    title = "This user ID has a user"
    detail = "Somebody signs in with this user ID already. Choose another, or leave it out to sign in with the e-mail."
