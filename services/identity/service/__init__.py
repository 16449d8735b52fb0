"""The door of identity: what may be asked of it, by whom, and who answers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.bus.rpc import Asks, Neighbour
from chassis.context import AGENT, ANONYMOUS, CUSTOMER
from chassis.doors import Call, ErrandCall, EventCall, command, errand, query, reaction, timer
from chassis.doors.call import Question
from chassis.schemas import Nothing
from services.accounts.contract.events import change_awaited, change_decided
from services.identity import queries
from services.identity.contract import events, schemas
from services.identity.contract import passkeys as passkey_contract
from services.identity.contract import recovery as recovery_contract
from services.identity.contract import second_factors as factor_contract
from services.identity.contract import staff as staff_contract
from services.identity.operations import (
    approvals,
    attempts,
    challenges,
    contact_changes,
    customer_access,
    linking,
    matching,
    messages,
    passkeys,
    passwords,
    profile,
    recovery,
    registration,
    second_factors,
    sessions,
    verification,
)
from services.identity.providers import (
    Keyring,
    KeyringProvider,
    OneTimeCodes,
    OneTimeCodesProvider,
    Passkeys,
    PasskeysProvider,
    Passwords,
    PasswordsProvider,
    Policy,
    PolicyProvider,
)
from services.identity.rules.recovery import PASSWORD, USER_ID
from services.identity.service.desk import Desk
from services.leases.contract.events import extension_decided

SWEEP_SECONDS = 3600.0


def _prepared(service: "IdentityService", question: Question) -> Mapping[str, Any]:
    sessions.refuse_key(question.key)
    return registration.prepare_registration(
        passwords=service.passwords, policy=service.policy, request=question.request
    )


def _checked(service: "IdentityService", question: Question) -> Mapping[str, Any]:
    sessions.refuse_key(question.key)
    request = question.request
    return sessions.check_password(
        service.store, now=service.clock.now(), passwords=service.passwords, keyring=service.keyring,
        caller=question.context, user_id=request["user_id"], password=request["password"],
    )  # fmt: skip


def _reset_prepared(service: "IdentityService", question: Question) -> Mapping[str, Any]:
    sessions.refuse_key(question.key)
    return recovery.prepare_reset(service.store, passwords=service.passwords, request=question.request)


def _change_checked(service: "IdentityService", question: Question) -> Mapping[str, Any]:
    sessions.refuse_key(question.key)
    return passwords.check_change(
        service.store, now=service.clock.now(), passwords=service.passwords, keyring=service.keyring,
        caller=question.context, request=question.request,
    )  # fmt: skip


def _without_replay(service: "IdentityService", question: Question) -> Mapping[str, Any]:
    sessions.refuse_key(question.key)
    sessions.end_replayed(service.store, now=service.clock.now(), **question.request)
    return {}


def _found(service: "IdentityService", question: Question) -> Mapping[str, Any]:
    return linking.find_account(
        service.store, accounts=service.accounts, keyring=service.keyring, caller=question.context,
        request=question.request, now=service.clock.now(),
    )  # fmt: skip


def _code_counted(service: "IdentityService", question: Question) -> Mapping[str, Any]:
    contact_changes.count_try(service.store, now=service.clock.now(), caller=question.context)
    return {}


def _answer_counted(service: "IdentityService", question: Question) -> Mapping[str, Any]:
    sessions.refuse_key(question.key)
    return challenges.count_answer(
        service.store, now=service.clock.now(), keyring=service.keyring, caller=question.context,
        challenge_id=question.request["challenge_id"],
    )  # fmt: skip


def _step_up_checked(service: "IdentityService", question: Question) -> Mapping[str, Any]:
    sessions.refuse_key(question.key)
    return challenges.check_step_up(
        service.store, now=service.clock.now(), keyring=service.keyring, passwords=service.passwords,
        caller=question.context, request=question.request,
    )  # fmt: skip


def _confirmation_counted(service: "IdentityService", question: Question) -> Mapping[str, Any]:
    sessions.refuse_key(question.key)
    return attempts.begin_proof(
        service.store, now=service.clock.now(), keyring=service.keyring, caller=question.context,
        user_id=UUID(question.context.subject),
    )  # fmt: skip


def _secretly(_: "IdentityService", question: Question) -> Mapping[str, Any]:
    sessions.refuse_key(question.key)
    return {}


def _desk(service: "IdentityService") -> dict[str, Any]:
    """What whoever writes mails needs."""
    return {"now": service.clock.now(), "keyring": service.keyring, "policy": service.policy}


class IdentityService(Desk):
    name = "identity"

    accounts: Asks = Neighbour("accounts")
    notifications: Asks = Neighbour("notifications")
    passwords: Passwords = PasswordsProvider()
    keyring: Keyring = KeyringProvider()
    policy: Policy = PolicyProvider()
    codes: OneTimeCodes = OneTimeCodesProvider()
    site: Passkeys = PasskeysProvider()

    @command(takes=schemas.Register, gives=schemas.Registration, may=(ANONYMOUS,), asks=_prepared)
    def register(self, call: Call) -> Any:
        return registration.register(
            call.transaction, now=self.clock.now(), keyring=self.keyring, prepared=call.answers, request=call.request
        )

    @command(takes=schemas.VerifyEmail, gives=Nothing, may=(ANONYMOUS,))
    def verify_email(self, call: Call) -> Any:
        return verification.verify_email(
            call.transaction, now=self.clock.now(), keyring=self.keyring, policy=self.policy, **call.request
        )

    @command(takes=schemas.OpenSession, gives=factor_contract.SignIn, may=(ANONYMOUS,), asks=_checked)
    def open_session(self, call: Call) -> Any:
        return sessions.open_session(
            call.transaction, now=self.clock.now(), keyring=self.keyring, policy=self.policy, checked=call.answers,
            device=call.request["device"],
        )  # fmt: skip

    @command(takes=schemas.RefreshSession, gives=schemas.OpenedSession, may=(ANONYMOUS,), asks=_without_replay)
    def refresh_session(self, call: Call) -> Any:
        return sessions.refresh_session(call.transaction, now=self.clock.now(), keyring=self.keyring, **call.request)

    @command(takes=schemas.CloseSession, gives=Nothing, may=(CUSTOMER, AGENT))
    def close_session(self, call: Call) -> Any:
        return sessions.close_session(call.transaction, now=self.clock.now(), caller=call.context, **call.request)

    @command(takes=recovery_contract.RequestPasswordReset, gives=recovery_contract.Recovery, may=(ANONYMOUS,))
    def request_password_reset(self, call: Call) -> Any:
        return recovery.request_recovery(
            call.transaction, now=self.clock.now(), keyring=self.keyring, kind=PASSWORD, **call.request
        )

    @command(takes=recovery_contract.RequestUserIdReminder, gives=recovery_contract.Recovery, may=(ANONYMOUS,))
    def request_user_id_reminder(self, call: Call) -> Any:
        return recovery.request_recovery(
            call.transaction, now=self.clock.now(), keyring=self.keyring, kind=USER_ID, **call.request
        )

    @command(takes=recovery_contract.ResetPassword, gives=Nothing, may=(ANONYMOUS,), asks=_reset_prepared)
    def reset_password(self, call: Call) -> None:
        recovery.reset_password(
            call.transaction, now=self.clock.now(), keyring=self.keyring, policy=self.policy, caller=call.context,
            token=call.request["token"], **call.answers,
        )  # fmt: skip

    @command(takes=recovery_contract.ChangePassword, gives=Nothing, may=(CUSTOMER, AGENT), asks=_change_checked)
    def change_password(self, call: Call) -> None:
        passwords.change_password(
            call.transaction, now=self.clock.now(), keyring=self.keyring, policy=self.policy, caller=call.context,
            checked=call.answers,
        )  # fmt: skip

    @command(takes=schemas.LinkAccount, gives=schemas.LinkedAccount, may=(CUSTOMER,), asks=_found)
    def link_account(self, call: Call) -> Any:
        return linking.link_account(call.transaction, now=self.clock.now(), caller=call.context, found=call.answers)

    @command(takes=schemas.UpdateMe, gives=schemas.Me, may=(CUSTOMER, AGENT))
    def update_me(self, call: Call) -> Any:
        return profile.update_me(
            call.transaction, now=self.clock.now(), caller=call.context, keyring=self.keyring, **call.request
        )

    @command(takes=schemas.ProveCode, gives=Nothing, may=(CUSTOMER, AGENT), asks=_code_counted)
    def prove_phone(self, call: Call) -> None:
        contact_changes.prove_code(
            call.transaction, now=self.clock.now(), keyring=self.keyring, policy=self.policy, caller=call.context,
            **call.request,
        )  # fmt: skip

    @command(takes=factor_contract.PassChallenge, gives=schemas.OpenedSession, may=(ANONYMOUS,), asks=_answer_counted)
    def pass_challenge(self, call: Call) -> Any:
        return challenges.pass_challenge(
            call.transaction, now=self.clock.now(), keyring=self.keyring, codes=self.codes, policy=self.policy,
            counted=call.answers, **call.request,
        )  # fmt: skip

    @command(takes=factor_contract.TextChallenge, gives=factor_contract.Texted, may=(ANONYMOUS,))
    def text_challenge(self, call: Call) -> Any:
        return challenges.text_challenge(call.transaction, now=self.clock.now(), keyring=self.keyring, **call.request)

    @command(takes=Nothing, gives=factor_contract.Texted, may=(CUSTOMER, AGENT))
    def text_code(self, call: Call) -> Any:
        return challenges.text_caller(call.transaction, now=self.clock.now(), keyring=self.keyring, caller=call.context)

    @command(
        takes=factor_contract.StepUp, gives=factor_contract.SteppedUp, may=(CUSTOMER, AGENT), asks=_step_up_checked
    )  # fmt: skip
    def step_up(self, call: Call) -> Any:
        return challenges.step_up(
            call.transaction, now=self.clock.now(), keyring=self.keyring, codes=self.codes, policy=self.policy,
            caller=call.context, checked=call.answers,
        )  # fmt: skip

    @command(takes=factor_contract.AddFactor, gives=factor_contract.FactorAdded, may=(CUSTOMER, AGENT), asks=_secretly)
    def add_factor(self, call: Call) -> Any:
        return second_factors.add_factor(
            call.transaction, now=self.clock.now(), caller=call.context, keyring=self.keyring, codes=self.codes,
            **call.request,
        )  # fmt: skip

    @command(
        takes=factor_contract.ConfirmFactor, gives=factor_contract.RecoveryCodes, may=(CUSTOMER, AGENT),
        asks=_confirmation_counted,
    )  # fmt: skip
    def confirm_factor(self, call: Call) -> Any:
        return second_factors.confirm_factor(
            call.transaction, now=self.clock.now(), caller=call.context, keyring=self.keyring, codes=self.codes,
            policy=self.policy, **call.request,
        )  # fmt: skip

    @command(takes=factor_contract.RemoveFactor, gives=Nothing, may=(CUSTOMER, AGENT))
    def remove_factor(self, call: Call) -> None:
        second_factors.remove_factor(
            call.transaction, now=self.clock.now(), caller=call.context, keyring=self.keyring, policy=self.policy,
            **call.request,
        )  # fmt: skip

    @command(takes=Nothing, gives=factor_contract.RecoveryCodes, may=(CUSTOMER, AGENT), asks=_secretly)
    def renew_recovery_codes(self, call: Call) -> Any:
        return second_factors.renew_recovery_codes(
            call.transaction, now=self.clock.now(), caller=call.context, keyring=self.keyring, policy=self.policy
        )

    @query(takes=Nothing, gives=factor_contract.SecondFactors, may=(CUSTOMER, AGENT))
    def list_second_factors(self, call: Call) -> Any:
        return queries.list_second_factors(call.transaction, caller=call.context, keyring=self.keyring)

    @command(takes=Nothing, gives=passkey_contract.Ceremony, may=(CUSTOMER, AGENT), asks=_secretly)
    def begin_adding_passkey(self, call: Call) -> Any:
        return passkeys.begin_adding(
            call.transaction, now=self.clock.now(), caller=call.context, keyring=self.keyring, site=self.site
        )

    @command(takes=passkey_contract.AddPasskey, gives=passkey_contract.Passkey, may=(CUSTOMER, AGENT))
    def add_passkey(self, call: Call) -> Any:
        return passkeys.add_passkey(
            call.transaction, now=self.clock.now(), caller=call.context, keyring=self.keyring, site=self.site,
            policy=self.policy, **call.request,
        )  # fmt: skip

    @command(takes=passkey_contract.RemovePasskey, gives=Nothing, may=(CUSTOMER, AGENT))
    def remove_passkey(self, call: Call) -> None:
        passkeys.remove_passkey(
            call.transaction, now=self.clock.now(), caller=call.context, keyring=self.keyring, policy=self.policy,
            **call.request,
        )  # fmt: skip

    @command(takes=Nothing, gives=passkey_contract.Ceremony, may=(ANONYMOUS,), asks=_secretly)
    def begin_passkey_session(self, call: Call) -> Any:
        return passkeys.begin_signing_in(call.transaction, now=self.clock.now(), keyring=self.keyring, site=self.site)

    @command(takes=passkey_contract.UsePasskey, gives=schemas.OpenedSession, may=(ANONYMOUS,), asks=_secretly)
    def open_passkey_session(self, call: Call) -> Any:
        return passkeys.sign_in(
            call.transaction, now=self.clock.now(), caller=call.context, keyring=self.keyring, site=self.site,
            policy=self.policy, **call.request,
        )  # fmt: skip

    @query(takes=Nothing, gives=passkey_contract.Passkeys, may=(CUSTOMER, AGENT))
    def list_passkeys(self, call: Call) -> Any:
        return queries.list_passkeys(call.transaction, caller=call.context)

    @query(takes=recovery_contract.JudgePassword, gives=recovery_contract.JudgedPassword, may=(ANONYMOUS,))
    def judge_password(self, call: Call) -> Any:
        return queries.judge_password(passwords=self.passwords, **call.request)

    @query(takes=schemas.ListSessions, gives=schemas.Sessions, may=(CUSTOMER, AGENT))
    def list_sessions(self, call: Call) -> Any:
        return queries.list_sessions(call.transaction, now=self.clock.now(), caller=call.context, **call.request)

    @command(takes=staff_contract.EndSessions, gives=staff_contract.EndedSessions, may=(AGENT,))
    def end_customer_sessions(self, call: Call) -> Any:
        return customer_access.end_customer_sessions(
            call.transaction, caller=call.context, user_id=call.request["user_id"],
            session_id=call.request["session_id"], **_desk(self),
        )  # fmt: skip

    @command(takes=staff_contract.ResetSecondFactor, gives=staff_contract.SecondFactorReset, may=(AGENT,))
    def reset_second_factor(self, call: Call) -> Any:
        return customer_access.reset_second_factor(
            call.transaction, caller=call.context, user_id=call.request["user_id"], **_desk(self)
        )

    @query(takes=Nothing, gives=schemas.Me, may=(CUSTOMER, AGENT))
    def get_me(self, call: Call) -> Any:
        return queries.get_me(call.transaction, caller=call.context, keyring=self.keyring)

    @query(takes=Nothing, gives=schemas.SigningKeys, may=(ANONYMOUS,))
    def get_signing_keys(self, _: Call) -> Any:
        return queries.get_signing_keys(keyring=self.keyring)

    @errand(events.registration_received)
    def on_registration_received(self, call: ErrandCall) -> None:
        matching.settle_registration(
            call, now=self.clock.now(), accounts=self.accounts, notifications=self.notifications,
            keyring=self.keyring, policy=self.policy,
        )  # fmt: skip

    @reaction(events.recovery_requested)
    def on_recovery_requested(self, call: EventCall) -> None:
        recovery.settle_recovery(
            call.transaction, now=self.clock.now(), keyring=self.keyring, policy=self.policy, **call.data
        )

    @reaction(events.contact_change_asked)
    def on_contact_change_asked(self, call: EventCall) -> None:
        contact_changes.ask_ends(
            call.transaction, now=self.clock.now(), keyring=self.keyring, policy=self.policy, **call.data
        )

    @reaction(extension_decided)
    def on_extension_decided(self, call: EventCall) -> None:
        approvals.ask_about_extension(call.transaction, decided=call.data, **_desk(self))

    @reaction(change_awaited)
    def on_change_awaited(self, call: EventCall) -> None:
        approvals.ask_about_change(call.transaction, awaited=call.data, **_desk(self))

    @reaction(change_decided)
    def on_change_decided(self, call: EventCall) -> None:
        approvals.tell_about_change(call.transaction, decided=call.data, **_desk(self))

    @errand(events.message_written)
    def on_message_written(self, call: ErrandCall) -> None:
        messages.hand_over(call, now=self.clock.now(), notifications=self.notifications, keyring=self.keyring)

    @errand(events.email_verified)
    def on_email_verified(self, call: ErrandCall) -> None:
        verification.push_contact(call, notifications=self.notifications, keyring=self.keyring)

    @errand(events.account_linked)
    def on_account_linked(self, call: ErrandCall) -> None:
        verification.push_contact(call, notifications=self.notifications, keyring=self.keyring)

    @errand(events.contact_changed)
    def on_contact_changed(self, call: ErrandCall) -> None:
        verification.push_contact(call, notifications=self.notifications, keyring=self.keyring)

    @timer(every_seconds=SWEEP_SECONDS)
    def every_hour_forget(self) -> None:
        registration.forget(self.store, now=self.clock.now())
