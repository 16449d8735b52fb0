"""A second factor: added, asked for at every sign-in, not got round by a new password, and replaced when it is lost."""

from typing import Any
from uuid import uuid4

import pyotp
import pytest
from sqlalchemy import select

from chassis.context import CallContext
from chassis.errors import NotFound, StepUpRequired, Unauthenticated
from services.identity.contract.errors import (
    ChallengeNotValid,
    CodeNotRight,
    CurrentPasswordWrong,
    FactorThere,
    KeyNotTaken,
    PhoneMissing,
    ProofMissing,
    SecondFactorNotRight,
    TooManyAttempts,
    TooManyTexts,
)
from services.identity.models import challenges, factors, recovery_codes
from tests.builders.identity import PASSWORD, Counter, somebody_at
from tests.builders.wiring import call

NUMBER = "+12145550137"
WRONG = "000000"


class Dana:
    """Dana, who is signed in, and her telephone."""

    def __init__(self, counter: Counter) -> None:
        counter.join()
        self.counter, self.identity = counter, counter.identity
        self.caller = counter.as_caller(counter.sign_in())
        self.secret = ""

    def add(self, kind: str = "totp") -> Any:
        added = call(self.identity.add_factor, request={"kind": kind}, context=self.caller)
        self.counter.settle_all()
        self.secret = added["secret"] or self.secret
        return added

    def confirm(self, factor: Any, code: str, *, caller: CallContext | None = None) -> Any:
        request = {"factor_id": factor["id"], "code": code}
        return call(self.identity.confirm_factor, request=request, context=caller or self.caller)["recovery_codes"]

    def protect(self) -> list[str]:
        """An app for codes is added; gives the recovery codes."""
        codes: list[str] = self.confirm(self.add(), self.app_code())
        self.counter.pass_time(seconds=30)
        self.counter.settle_all()
        return codes

    def app_code(self) -> str:
        return pyotp.TOTP(self.secret).at(self.counter.clock.now())

    def wrong_app_code(self) -> str:
        steps = [pyotp.TOTP(self.secret).at(self.counter.clock.now(), counter_offset=around) for around in (-1, 0, 1)]
        return next(code for code in (WRONG, "111111", "222222", "333333") if code not in steps)

    def answer(self, challenge: Any, code: str, *, network: str = "192.0.2.1") -> Any:
        request = {"challenge_id": challenge["challenge_id"], "code": code}
        return call(self.identity.pass_challenge, request=request, context=somebody_at(network))

    def text(self, challenge: Any) -> str:
        """Have a code texted for a challenge, and read it."""
        request = {"challenge_id": challenge["challenge_id"]}
        call(self.identity.text_challenge, request=request, context=somebody_at("192.0.2.1"))
        self.counter.settle_all()
        return self.counter.notifications.code_to(NUMBER)

    def step_up(self, caller: CallContext | None = None, **proof: str) -> Any:
        return call(self.identity.step_up, request=proof, context=caller or self.caller)

    def factors(self) -> Any:
        return call(self.identity.list_second_factors, request={}, context=self.caller)


@pytest.fixture
def dana(counter: Counter) -> Dana:
    return Dana(counter)


class TestAnApp:
    def test_is_shown_its_secret_as_a_picture_too(self, dana: Dana) -> None:
        added = dana.add()
        assert added["uri"].startswith("otpauth://totp/Kia%20Finance%20America:dana%40example.com?secret=")
        assert added["secret"] in added["uri"]
        assert added["qr_svg"].startswith("<svg")

    def test_counts_only_once_it_is_confirmed(self, dana: Dana) -> None:
        factor = dana.add()
        with pytest.raises(CodeNotRight):
            dana.confirm(factor, dana.wrong_app_code())
        assert dana.factors() == {"mfa_enabled": False, "factors": [], "recovery_codes_left": 0}
        assert dana.counter.sign_in()["token_type"] == "Bearer"
        assert len(dana.confirm(factor, dana.app_code())) == 10
        assert (dana.factors()["mfa_enabled"], dana.factors()["recovery_codes_left"]) == (True, 10)

    def test_is_asked_for_at_the_next_sign_in(self, dana: Dana) -> None:
        dana.protect()
        challenge = dana.counter.sign_in()
        assert (challenge["mfa_required"], challenge["methods"]) == (True, ["totp", "recovery_code"])
        assert "access_token" not in challenge
        session = dana.answer(challenge, dana.app_code())
        assert dana.counter.read(session["access_token"]).claims["sub"] == dana.caller.subject

    def test_opens_no_session_before_it_is_shown(self, dana: Dana) -> None:
        dana.protect()
        opened = dana.counter.events().count("session_opened")
        challenge = dana.counter.sign_in()
        with pytest.raises(SecondFactorNotRight):
            dana.answer(challenge, dana.wrong_app_code())
        assert dana.counter.events().count("session_opened") == opened

    def test_shows_a_code_that_works_once(self, dana: Dana) -> None:
        dana.protect()
        code = dana.app_code()
        dana.answer(dana.counter.sign_in(), code)
        with pytest.raises(SecondFactorNotRight):
            dana.answer(dana.counter.sign_in(), code)
        dana.counter.pass_time(seconds=30)
        assert dana.answer(dana.counter.sign_in(), dana.app_code())["token_type"] == "Bearer"

    def test_may_be_half_a_minute_off_but_not_more(self, dana: Dana) -> None:
        dana.protect()
        late = dana.app_code()
        dana.counter.pass_time(seconds=90)
        with pytest.raises(SecondFactorNotRight):
            dana.answer(dana.counter.sign_in(), late)
        slow = dana.app_code()
        dana.counter.pass_time(seconds=30)
        assert dana.answer(dana.counter.sign_in(), slow)["token_type"] == "Bearer"

    def test_is_one_at_a_time(self, dana: Dana) -> None:
        dana.protect()
        with pytest.raises(FactorThere):
            dana.add()

    def test_secret_is_stored_encrypted(self, dana: Dana) -> None:
        codes = dana.protect()
        with dana.identity.store.reading() as transaction:
            stored = str(transaction.all(select(factors))) + str(transaction.all(select(recovery_codes)))
        assert dana.secret not in stored
        assert not any(code in stored or code.replace("-", "") in stored for code in codes)

    def test_is_told_by_mail_when_it_comes_and_goes(self, dana: Dana) -> None:
        dana.protect()
        dana.step_up(code=dana.app_code())
        call(
            dana.identity.remove_factor, request={"factor_id": dana.factors()["factors"][0]["id"]}, context=dana.caller
        )
        dana.counter.settle_all()
        told = [
            mail["about"] for mail in dana.counter.notifications.mails if mail["template"] == "second_factor_changed"
        ]
        assert told == [
            "an app for codes was added as a second factor.", "an app for codes was removed as a second factor.",
        ]  # fmt: skip


class TestACodeByText:
    def protect(self, dana: Dana) -> None:
        dana.confirm(dana.add("text"), dana.counter.notifications.code_to(NUMBER))

    def test_is_asked_for_at_the_next_sign_in(self, dana: Dana) -> None:
        self.protect(dana)
        challenge = dana.counter.sign_in()
        assert challenge["methods"] == ["text", "recovery_code"]
        assert dana.answer(challenge, dana.text(challenge))["token_type"] == "Bearer"

    def test_works_once_and_for_the_sign_in_it_was_asked_for(self, dana: Dana) -> None:
        self.protect(dana)
        challenge, other = dana.counter.sign_in(), dana.counter.sign_in()
        code = dana.text(challenge)
        with pytest.raises(SecondFactorNotRight):
            dana.answer(other, code)
        dana.answer(challenge, code)
        with pytest.raises(ChallengeNotValid):
            dana.answer(challenge, code)

    def test_works_for_ten_minutes(self, dana: Dana) -> None:
        self.protect(dana)
        dana.counter.pass_time(minutes=1)
        call(dana.identity.text_code, request={}, context=dana.caller)
        dana.counter.settle_all()
        dana.counter.pass_time(minutes=10)
        with pytest.raises(SecondFactorNotRight):
            dana.step_up(code=dana.counter.notifications.code_to(NUMBER))

    def test_is_sent_five_times_in_an_hour_and_no_more(self, dana: Dana) -> None:
        self.protect(dana)
        challenge = dana.counter.sign_in()
        for _ in range(4):
            dana.text(challenge)
        with pytest.raises(TooManyTexts):
            dana.text(challenge)

    def test_needs_a_number(self, counter: Counter) -> None:
        counter.accounts.knows(account_number="7003124417", last_name="Whitfield", ssn_last4="7391", phone=None)
        with pytest.raises(PhoneMissing):
            Dana(counter).add("text")

    def test_is_not_sent_to_who_has_not_chosen_it(self, dana: Dana) -> None:
        dana.protect()
        with pytest.raises(NotFound):
            dana.text(dana.counter.sign_in())

    def test_goes_with_the_number(self, dana: Dana) -> None:
        self.protect(dana)
        request = {"if_versions": [1], "phone": None}
        call(dana.identity.update_me, request=request, context=dana.caller)
        dana.counter.settle_all()
        code = dana.counter.notifications.code_to(NUMBER)
        call(dana.identity.prove_phone, request={"code": code}, context=dana.caller)
        assert dana.factors()["factors"] == []


class TestARecoveryCode:
    def test_stands_in_for_a_lost_factor_once(self, dana: Dana) -> None:
        codes = dana.protect()
        assert dana.answer(dana.counter.sign_in(), codes[0].lower())["token_type"] == "Bearer"
        assert dana.factors()["recovery_codes_left"] == 9
        with pytest.raises(SecondFactorNotRight):
            dana.answer(dana.counter.sign_in(), codes[0])
        assert dana.answer(dana.counter.sign_in(), codes[1].replace("-", ""))["token_type"] == "Bearer"
        dana.counter.settle_all()
        assert "a recovery code was used" in dana.counter.notifications.mails[-1]["about"]

    def test_is_worth_nothing_once_new_ones_were_made(self, dana: Dana) -> None:
        old = dana.protect()
        new = call(dana.identity.renew_recovery_codes, request={}, context=dana.caller)["recovery_codes"]
        assert len({*old, *new}) == 20
        with pytest.raises(SecondFactorNotRight):
            dana.answer(dana.counter.sign_in(), old[0])
        assert dana.answer(dana.counter.sign_in(), new[0])["token_type"] == "Bearer"

    def test_is_for_who_has_a_factor(self, dana: Dana) -> None:
        with pytest.raises(NotFound):
            call(dana.identity.renew_recovery_codes, request={}, context=dana.caller)


class TestAChallenge:
    def test_is_good_for_ten_minutes(self, dana: Dana) -> None:
        dana.protect()
        challenge = dana.counter.sign_in()
        dana.counter.pass_time(minutes=10)
        with pytest.raises(ChallengeNotValid):
            dana.answer(challenge, dana.app_code())

    def test_is_worth_nothing_once_the_password_is_another_one(self, dana: Dana) -> None:
        dana.protect()
        challenge = dana.counter.sign_in()
        dana.counter.change_password(caller=dana.caller, new_password="harbour bell thursday eleven")
        with pytest.raises(ChallengeNotValid):
            dana.answer(challenge, dana.app_code())

    def test_must_be_one_of_ours(self, dana: Dana) -> None:
        with pytest.raises(ChallengeNotValid):
            dana.answer({"challenge_id": "A" * 43}, WRONG)

    def test_is_not_in_the_database_in_clear(self, dana: Dana) -> None:
        dana.protect()
        token = dana.counter.sign_in()["challenge_id"]
        with dana.identity.store.reading() as transaction:
            assert token not in str(transaction.all(select(challenges)))

    def test_cannot_be_guessed_by_beginning_again_and_again(self, dana: Dana) -> None:
        dana.protect()
        for _ in range(10):
            with pytest.raises(SecondFactorNotRight):
                dana.answer(dana.counter.sign_in(), dana.wrong_app_code(), network="198.51.100.7")
        with pytest.raises(TooManyAttempts):
            dana.answer(dana.counter.sign_in(), dana.app_code(), network="198.51.100.7")
        assert dana.answer(dana.counter.sign_in(), dana.app_code())["token_type"] == "Bearer"

    def test_takes_no_key_under_which_tokens_would_be_stored(self, dana: Dana) -> None:
        request = {"challenge_id": "x", "code": WRONG}
        with pytest.raises(KeyNotTaken):
            call(dana.identity.pass_challenge, request=request, context=somebody_at("192.0.2.1"), key="k1")


def test_a_forgotten_password_is_no_way_round_the_second_factor(dana: Dana) -> None:
    dana.protect()
    dana.counter.ask_for_reset()
    dana.counter.reset(password="harbour bell thursday eleven")
    challenge = dana.counter.sign_in(password="harbour bell thursday eleven")
    assert challenge["mfa_required"]
    assert dana.answer(challenge, dana.app_code())["token_type"] == "Bearer"


class TestProvingOnceMore:
    def test_takes_the_password_where_there_is_no_factor(self, dana: Dana) -> None:
        dana.counter.pass_time(minutes=11)
        with pytest.raises(StepUpRequired):
            dana.add()
        made = dana.step_up(password=PASSWORD)
        claims = dana.counter.read(made["access_token"]).claims
        assert claims["auth_time"] == int(dana.counter.clock.now().timestamp())
        assert claims["sid"] == dana.caller.session_id
        dana.caller = dana.counter.as_caller(made)
        assert dana.add()["kind"] == "totp"

    def test_takes_a_code_and_no_password_where_there_is_one(self, dana: Dana) -> None:
        dana.protect()
        with pytest.raises(ProofMissing):
            dana.step_up(password=PASSWORD)
        with pytest.raises(SecondFactorNotRight):
            dana.step_up(code=dana.wrong_app_code())
        assert dana.step_up(code=dana.app_code())["token_type"] == "Bearer"

    def test_stays_with_the_session_when_its_token_is_renewed(self, dana: Dana) -> None:
        session = dana.counter.sign_in()
        caller = dana.counter.as_caller(session)
        dana.counter.pass_time(minutes=20)
        dana.step_up(caller, password=PASSWORD)
        claims = dana.counter.read(dana.counter.refresh(session["refresh_token"])["access_token"]).claims
        assert claims["auth_time"] == int(dana.counter.clock.now().timestamp())

    def test_refuses_a_wrong_password_and_no_end_of_them(self, dana: Dana) -> None:
        for _ in range(10):
            with pytest.raises(CurrentPasswordWrong):
                dana.step_up(password="not her password at all")
        with pytest.raises(TooManyAttempts):
            dana.step_up(password=PASSWORD)

    def test_is_too_late_for_a_session_that_has_ended(self, dana: Dana) -> None:
        call(dana.identity.close_session, request={"session_id": "current"}, context=dana.caller)
        with pytest.raises(Unauthenticated):
            dana.step_up(password=PASSWORD)


def test_factors_of_others_are_not_there(dana: Dana) -> None:
    dana.protect()
    mine = dana.factors()["factors"][0]["id"]
    counter = dana.counter
    counter.accounts.knows(
        account_number="7003120002", last_name="Okafor", ssn_last4="1180", first_name="Ike", party_id="another",
        account_id="01900000-0000-7000-8000-00000000a002",
    )  # fmt: skip
    counter.join(account_number="7003120002", last_name="Okafor", ssn_last4="1180", email="ike@example.com")
    ike = counter.as_caller(counter.sign_in(user_id="ike@example.com"))
    refusals = []
    for factor_id in (mine, str(uuid4())):
        with pytest.raises(NotFound) as removed:
            call(counter.identity.remove_factor, request={"factor_id": factor_id}, context=ike)
        with pytest.raises(NotFound) as confirmed:
            dana.confirm({"id": factor_id}, dana.app_code(), caller=ike)
        refusals.append((removed.value.as_data(), confirmed.value.as_data()))
    assert refusals[0] == refusals[1]
    assert dana.factors()["mfa_enabled"]
