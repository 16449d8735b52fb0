"""Passkeys: added once one has proven who one is, enough to sign in with, and of no use to anybody else."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from chassis.context import NOBODY, CallContext
from chassis.errors import InvalidRequest, NotFound, StepUpRequired
from services.identity.contract.errors import PasskeyNotRight, TooManyPasskeys
from services.identity.rules.passkeys import PASSKEYS_MAX
from tests.builders.authenticators import Telephone, content, text
from tests.builders.identity import Counter, somebody_at
from tests.builders.wiring import call


@pytest.fixture
def dana(counter: Counter) -> CallContext:
    counter.join()
    return counter.as_caller(counter.sign_in())


def begin(counter: Counter, dana: CallContext) -> Any:
    return call(counter.identity.begin_adding_passkey, request={}, context=dana)["options"]


def add(counter: Counter, dana: CallContext, credential: Any) -> Any:
    request = {"label": "Pixel 9", "credential": credential}
    return call(counter.identity.add_passkey, request=request, context=dana)


def a_passkey(counter: Counter, dana: CallContext) -> Telephone:
    telephone = Telephone()
    add(counter, dana, telephone.make(begin(counter, dana)))
    return telephone


def begin_sign_in(counter: Counter) -> Any:
    return call(counter.identity.begin_passkey_session, request={}, context=NOBODY)["options"]


def sign_in(counter: Counter, credential: Any, *, network: str = "192.0.2.1") -> Any:
    request = {"credential": credential}
    return call(counter.identity.open_passkey_session, request=request, context=somebody_at(network))


def listed(counter: Counter, dana: CallContext) -> Any:
    return call(counter.identity.list_passkeys, request={}, context=dana)["data"]


class TestAddingOne:
    def test_asks_the_browser_for_a_key_that_is_unlocked_by_its_owner(
        self, counter: Counter, dana: CallContext
    ) -> None:
        options = begin(counter, dana)
        assert options["rp"] == {"id": "captive.example", "name": "Kia Finance America"}
        assert options["authenticatorSelection"]["residentKey"] == "required"
        assert options["authenticatorSelection"]["userVerification"] == "required"
        assert options["user"]["name"] == "dana@example.com"
        assert len(content(options["challenge"])) == 32

    def test_puts_it_on_the_list_and_tells_by_mail(self, counter: Counter, dana: CallContext) -> None:
        telephone = a_passkey(counter, dana)
        [passkey] = listed(counter, dana)
        assert (passkey["label"], passkey["last_used_at"]) == ("Pixel 9", None)
        counter.settle_all()
        assert counter.notifications.mails[-1]["about"] == "a passkey was added."
        assert text(telephone.credential_id) in str(begin(counter, dana)["excludeCredentials"])

    def test_passes_over_what_browsers_may_add_one_day(self, counter: Counter, dana: CallContext) -> None:
        telephone = Telephone()
        made = telephone.make(begin(counter, dana))
        made = {**made, "newMember": {"deep": [1]}, "response": {**made["response"], "alsoNew": "x"}}
        assert add(counter, dana, made)["label"] == "Pixel 9"
        with pytest.raises(InvalidRequest):
            call(
                counter.identity.add_passkey, request={"label": "x", "credential": made, "role": "agent"}, context=dana
            )

    def test_asks_for_a_fresh_proof(self, counter: Counter, dana: CallContext) -> None:
        credential = Telephone().make(begin(counter, dana))
        counter.pass_time(minutes=11)
        with pytest.raises(StepUpRequired):
            begin(counter, dana)
        with pytest.raises(StepUpRequired):
            add(counter, dana, credential)

    @pytest.mark.parametrize(
        "telephone",
        [
            Telephone(origin="https://captive.example.evil.test"), Telephone(site="evil.test"),
            Telephone(verifies=False),
        ],
        ids=["another origin", "another site", "not unlocked"],
    )  # fmt: skip
    def test_refuses_one(self, counter: Counter, dana: CallContext, telephone: Telephone) -> None:
        with pytest.raises(PasskeyNotRight):
            add(counter, dana, telephone.make(begin(counter, dana)))
        assert listed(counter, dana) == []

    def test_refuses_a_challenge_that_was_used_or_is_old_or_not_ours(self, counter: Counter, dana: CallContext) -> None:
        options = begin(counter, dana)
        add(counter, dana, Telephone().make(options))
        with pytest.raises(PasskeyNotRight):
            add(counter, dana, Telephone().make(options))
        with pytest.raises(PasskeyNotRight):
            add(counter, dana, Telephone().make(options, challenge=text(bytes(32))))
        with pytest.raises(PasskeyNotRight):
            add(counter, dana, Telephone().make(begin_sign_in(counter)))
        old = begin(counter, dana)
        counter.pass_time(minutes=5)
        with pytest.raises(PasskeyNotRight):
            add(counter, dana, Telephone().make(old))

    def test_refuses_the_challenge_of_somebody_else(self, counter: Counter, dana: CallContext) -> None:
        ike = somebody_else(counter)
        with pytest.raises(PasskeyNotRight):
            add(counter, ike, Telephone().make(begin(counter, dana)))

    def test_refuses_a_credential_that_somebody_has(self, counter: Counter, dana: CallContext) -> None:
        telephone = a_passkey(counter, dana)
        ike = somebody_else(counter)
        with pytest.raises(PasskeyNotRight):
            add(counter, ike, telephone.make(begin(counter, ike)))

    @pytest.mark.parametrize("client_data", ["", "AAAA", text(b"[]"), text(b'{"challenge": 7}'), "ü"])
    def test_refuses_what_cannot_be_read(self, counter: Counter, dana: CallContext, client_data: str) -> None:
        credential = Telephone().make(begin(counter, dana))
        credential["response"]["clientDataJSON"] = client_data
        with pytest.raises(PasskeyNotRight):
            add(counter, dana, credential)

    def test_has_an_end(self, counter: Counter, dana: CallContext) -> None:
        for _ in range(PASSKEYS_MAX):
            a_passkey(counter, dana)
        with pytest.raises(TooManyPasskeys):
            begin(counter, dana)


class TestSigningInWithOne:
    def test_opens_a_session_of_its_owner(self, counter: Counter, dana: CallContext) -> None:
        telephone = a_passkey(counter, dana)
        session = sign_in(counter, telephone.sign(begin_sign_in(counter)))
        assert counter.read(session["access_token"]).claims["sub"] == dana.subject
        assert counter.refresh(session["refresh_token"])["token_type"] == "Bearer"
        assert listed(counter, dana)[0]["last_used_at"] is not None

    def test_is_told_where_it_was_somewhere_new(self, counter: Counter, dana: CallContext) -> None:
        telephone = a_passkey(counter, dana)
        sign_in(counter, telephone.sign(begin_sign_in(counter)), network="203.0.113.9")
        counter.settle_all()
        assert "new_sign_in" in counter.templates()

    def test_works_once_with_one_challenge(self, counter: Counter, dana: CallContext) -> None:
        telephone = a_passkey(counter, dana)
        options = begin_sign_in(counter)
        sign_in(counter, telephone.sign(options))
        with pytest.raises(PasskeyNotRight):
            sign_in(counter, telephone.sign(options))

    def test_refuses_a_copied_key(self, counter: Counter, dana: CallContext) -> None:
        telephone = a_passkey(counter, dana)
        sign_in(counter, telephone.sign(begin_sign_in(counter)))
        telephone.count = 0
        with pytest.raises(PasskeyNotRight):
            sign_in(counter, telephone.sign(begin_sign_in(counter)))

    def test_refuses_another_key_a_lock_that_was_not_opened_and_another_site(
        self, counter: Counter, dana: CallContext
    ) -> None:
        telephone = a_passkey(counter, dana)
        for bent in (
            replace(telephone, key=Telephone().key), replace(telephone, verifies=False),
            replace(telephone, site="evil.test"), replace(telephone, origin="https://x.test"),
        ):  # fmt: skip
            with pytest.raises(PasskeyNotRight):
                sign_in(counter, bent.sign(begin_sign_in(counter)))

    def test_refuses_alike_a_key_that_is_nobodys(self, counter: Counter, dana: CallContext) -> None:
        refusals = []
        known = a_passkey(counter, dana)
        for telephone in (Telephone(), Telephone(credential_id=known.credential_id)):
            with pytest.raises(PasskeyNotRight) as refused:
                sign_in(counter, telephone.sign(begin_sign_in(counter)))
            refusals.append(refused.value.as_data())
        assert refusals[0] == refusals[1]

    def test_ends_with_the_passkey(self, counter: Counter, dana: CallContext) -> None:
        telephone = a_passkey(counter, dana)
        [passkey] = listed(counter, dana)
        call(counter.identity.remove_passkey, request={"passkey_id": passkey["id"]}, context=dana)
        with pytest.raises(PasskeyNotRight):
            sign_in(counter, telephone.sign(begin_sign_in(counter)))


def test_passkeys_of_others_are_not_there(counter: Counter, dana: CallContext) -> None:
    a_passkey(counter, dana)
    [passkey] = listed(counter, dana)
    ike = somebody_else(counter)
    refusals = []
    for passkey_id in (passkey["id"], str(uuid4())):
        with pytest.raises(NotFound) as refused:
            call(counter.identity.remove_passkey, request={"passkey_id": passkey_id}, context=ike)
        refusals.append(refused.value.as_data())
    assert refusals[0] == refusals[1]
    assert len(listed(counter, dana)) == 1


def somebody_else(counter: Counter) -> CallContext:
    counter.accounts.knows(
        account_number="7003120002", last_name="Okafor", ssn_last4="1180", first_name="Ike", party_id="another",
        account_id="01900000-0000-7000-8000-00000000a002",
    )  # fmt: skip
    counter.join(account_number="7003120002", last_name="Okafor", ssn_last4="1180", email="ike@example.com")
    return counter.as_caller(counter.sign_in(user_id="ike@example.com"))
