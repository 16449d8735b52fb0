"""Every event that says something to a customer: each holder gets one mail and one text, in their own language."""

import pytest

from chassis.doors import Outcome
from chassis.errors import InvalidRequest
from chassis.events import Event
from services.accounts.contract import events as accounts
from services.leases.contract import events as leases
from services.payments.contract import events as payments
from tests.builders.heard import HEARD
from tests.builders.notifications import ADAS_EMAIL, ADAS_PHONE, a_contact, a_second_holder
from tests.builders.wiring import deliver
from tests.service.notifications.stage import Stage

# By event, the subject of the mail and a piece of the text, in English and in Spanish.
TOLD: dict[Event, tuple[str, str, str]] = {
    payments.payment_posted: ("We received your payment of $412.37", "We received", "Recibimos su pago de $412.37"),
    payments.payment_scheduled: (
        "Your payment of $412.37 is scheduled for December 5, 2026", "scheduled for Dec 5",
        "Su pago de $412.37 está programado para el 5 de diciembre de 2026",
    ),
    payments.payment_cancelled: (
        "Your scheduled payment of $412.37 is cancelled", "is cancelled",
        "Su pago programado de $412.37 está cancelado",
    ),
    payments.payment_declined: (
        "Your payment of $412.37 did not go through", "did not go through", "Su pago de $412.37 no se realizó",
    ),
    payments.payment_returned: (
        "Your payment of $412.37 was returned", "was returned", "Su pago de $412.37 fue devuelto",
    ),
    payments.payment_disputed: (
        "Your bank tells us that you dispute a payment of $412.37", "dispute a payment",
        "Su banco nos informa que usted disputa un pago de $412.37",
    ),
    payments.payment_refunded: (
        "Your payment of $412.37 is going back to you", "sent your payment", "Le devolvemos su pago de $412.37",
    ),
    payments.refund_paid: (
        "A refund of $412.37 is on its way to you", "on its way", "Un reembolso de $412.37 va en camino",
    ),
    payments.refund_failed: (
        "We could not pay your refund of $412.37", "could not pay", "No pudimos pagar su reembolso de $412.37",
    ),
    payments.autopay_enrolled: (
        "Autopay is on for your account ending in 4821", "Autopay is on",
        "El pago automático está activo para su cuenta terminada en 4821",
    ),
    payments.autopay_cancelled: (
        "Autopay is off for your account ending in 4821", "Autopay is off",
        "El pago automático está cancelado para su cuenta terminada en 4821",
    ),
    payments.autopay_paused: (
        "Autopay is paused for your account ending in 4821", "Autopay is paused",
        "El pago automático está en pausa para su cuenta terminada en 4821",
    ),
    payments.autopay_resumed: (
        "Autopay goes on for your account ending in 4821", "draws again",
        "El pago automático sigue para su cuenta terminada en 4821",
    ),
    payments.autopay_draft_upcoming: (
        "$412.37 will be drawn on December 4, 2026", "Autopay draws $412.37 on Dec 4",
        "Se cobrarán $412.37 el 4 de diciembre de 2026",
    ),
    accounts.payment_due_soon: (
        "$412.37 is due on December 5, 2026", "$412.37 is due on Dec 5", "$412.37 vence el 5 de diciembre de 2026",
    ),
    accounts.payment_past_due: ("Your payment is past due", "$412.37 is past due", "Su pago está atrasado"),
    accounts.late_fee_assessed: ("A late fee of $25.00", "late fee of $25.00", "Un cargo por atraso de $25.00"),
    accounts.late_fee_reversed: (
        "The late fee of $25.00 was taken back", "taken back", "Retiramos el cargo por atraso de $25.00",
    ),
    accounts.fee_waived: (
        "You need not pay a fee of $25.00", "waived a fee of $25.00", "No tiene que pagar un cargo de $25.00",
    ),
    accounts.payment_reversed: (
        "Your payment of $412.37 was taken out of your balance", "taken out of your balance",
        "Su pago de $412.37 se retiró de su saldo",
    ),
    accounts.schedule_changed: (
        "Your due date has changed", "due date has changed", "Su fecha de vencimiento cambió",
    ),
    accounts.statement_issued: ("Your statement is ready", "", "Su estado de cuenta está listo"),
    accounts.paperless_changed: (
        "Your statements come without paper now", "without paper", "Sus estados de cuenta llegan ahora sin papel",
    ),
    accounts.payoff_quote_issued: (
        "Your quote: $18,308.41, good through December 10, 2026", "payoff quote: $18,308.41",
        "Su cotización: $18,308.41, válida hasta el 10 de diciembre de 2026",
    ),
    accounts.payoff_quote_withdrawn: (
        "Your quote of $18,308.41 no longer holds", "no longer holds",
        "Su cotización de $18,308.41 ya no es válida",
    ),
    accounts.account_paid_off: ("Your account is paid off", "is paid off", "Su cuenta está liquidada"),
    accounts.account_closed: ("Your account is closed", "is closed", "Su cuenta está cerrada"),
    accounts.account_reopened: ("Your account is open again", "open again", "Su cuenta está abierta otra vez"),
    accounts.title_released: (
        "The title of your vehicle is on its way", "released the title", "El título de su vehículo va en camino",
    ),
    accounts.lease_extended: (
        "Your lease goes on through May 18, 2027", "last payment is due May 18",
        "Su arrendamiento sigue hasta el 18 de mayo de 2027",
    ),
    leases.lease_end_approaching: (
        "Your lease ends in 90 days", "ends on Feb 18", "Su arrendamiento termina en 90 días",
    ),
    leases.option_closed: (
        "Your purchase of your vehicle is off", "is off", "Su compra de su vehículo queda sin efecto",
    ),
    leases.extension_requested: (
        "You asked to extend your lease", "by 3 months", "Usted pidió extender su arrendamiento",
    ),
    leases.extension_decided: (
        "Your lease extension is ready to accept", "ready to accept",
        "La extensión de su arrendamiento está lista para aceptar",
    ),
    leases.extension_disclosed: (
        "New disclosures for your extended lease", "ready to read",
        "Nueva información sobre su arrendamiento extendido",
    ),
    leases.renewal_ended: (
        "Your lease ends on May 18, 2027", "ends May 18", "Su arrendamiento termina el 18 de mayo de 2027",
    ),
    leases.buyout_completed: ("The vehicle is yours", "is complete", "El vehículo es suyo"),
    leases.turn_in_scheduled: (
        "Your appointment to return the vehicle: February 15, 2027", "on Feb 15",
        "Su cita para devolver el vehículo: 15 de febrero de 2027",
    ),
    leases.vehicle_returned: ("We have your vehicle back", "since Feb 15", "Ya tenemos su vehículo"),
}  # fmt: skip
EACH = pytest.mark.parametrize("event", TOLD, ids=lambda event: event.name)


def test_every_fact_that_can_be_heard_is_told_of_here() -> None:
    assert set(TOLD) == set(HEARD)


@EACH
def test_by_one_mail_and_one_text_however_often_it_is_heard(stage: Stage, event: Event) -> None:
    subject, piece, _ = TOLD[event]
    stage.put(a_contact())
    stage.wants_everything()

    envelope = stage.heard(event)
    assert deliver(stage.handler_of(event), envelope) is Outcome.DUPLICATE
    stage.send_all()

    (mail,) = stage.sandbox.listed("mails", to=ADAS_EMAIL)
    assert mail["subject"] == subject
    assert "Ada" in mail["text"]
    assert [piece in text["body"] for text in stage.sandbox.listed("texts", to=ADAS_PHONE)] == ([True] if piece else [])


@EACH
def test_in_the_language_of_each_holder(stage: Stage, event: Event) -> None:
    english, _, spanish = TOLD[event]
    stage.put(a_contact())
    stage.put(a_second_holder(language="es"))

    stage.heard(event)

    assert [mail["subject"] for mail in stage.sandbox.listed("mails", to=ADAS_EMAIL)] == [english]
    (mail,) = stage.sandbox.listed("mails", to="grace@example.com")
    assert mail["subject"] == spanish
    assert mail["text"].startswith("Hola, Grace:")
    assert 'lang="es"' in mail["html"]


class TestAForgivenFee:
    """What of it had been paid is not for the customer to save: it counts toward what is owed besides."""

    @pytest.mark.parametrize(("paid", "rest"), [(2_500, False), (1_000, True)], ids=["paid", "paid in part"])
    def test_says_where_the_money_goes_that_had_paid_it(self, stage: Stage, paid: int, rest: bool) -> None:
        stage.put(a_contact())
        stage.put(a_second_holder(language="es"))
        stage.wants_everything()
        stage.heard(accounts.fee_waived, was_paid_cents=paid)
        stage.send_all()

        (english,) = stage.sandbox.listed("mails", to=ADAS_EMAIL)
        (spanish,) = stage.sandbox.listed("mails", to="grace@example.com")
        assert english["subject"] == "We have forgiven a fee of $25.00"
        assert spanish["subject"] == "Le perdonamos un cargo de $25.00"
        for mail, said, of_the_rest in (
            (english, "You had paid {} of that: it counts toward your account now", "you need not pay the rest"),
            (spanish, "usted había pagado {}: ese dinero se abona ahora a su cuenta", "no tiene que pagar el resto"),
        ):
            for words in (mail["text"], mail["html"]):
                assert said.format(f"${paid // 100}.00") in words
                assert (of_the_rest in words) == rest
                assert "need not pay that" not in words
        assert "counts toward account ending 4821" in stage.sandbox.listed("texts", to=ADAS_PHONE)[0]["body"]


class TestAReversal:
    """Of a payment: whatever brought it about is the news, once."""

    def test_that_staff_made_is_told_without_what_they_wrote_about_it(self, stage: Stage) -> None:
        stage.put(a_contact())
        stage.heard(accounts.payment_reversed)
        (mail,) = stage.sandbox.listed("mails")
        assert "note 18" not in mail["text"] + mail["html"]

    @pytest.mark.parametrize("cause", [payments.payment_returned, payments.payment_refunded], ids=lambda e: e.name)
    @pytest.mark.parametrize("reversal_first", [False, True])
    def test_that_follows_from_what_is_told_is_not_told_again(
        self, stage: Stage, cause: Event, reversal_first: bool
    ) -> None:
        stage.put(a_contact())
        told = stage.told_elsewhere(cause)
        if reversal_first:
            stage.heard(accounts.payment_reversed, because_of=told)
        assert deliver(stage.handler_of(cause), told) is Outcome.DONE
        if not reversal_first:
            stage.heard(accounts.payment_reversed, because_of=told)
        stage.send_all()

        assert [mail["subject"] for mail in stage.sandbox.listed("mails")] == [TOLD[cause][0]]
        assert len(stage.sandbox.listed("texts")) == 1

    def test_that_opens_an_account_again_is_told_as_that_too(self, stage: Stage) -> None:
        stage.put(a_contact(phone=None))
        returned = stage.heard(payments.payment_returned)
        stage.heard(accounts.payment_reversed, because_of=returned)
        stage.heard(accounts.account_reopened, because_of=returned)
        subjects = {mail["subject"] for mail in stage.sandbox.listed("mails")}
        assert subjects == {"Your payment of $412.37 was returned", "Your account is open again"}


@pytest.mark.parametrize("outcome", ["completed", "active", "declined", "superseded"])
def test_a_way_out_of_a_lease_that_came_about_is_told_by_what_it_came_to(stage: Stage, outcome: str) -> None:
    stage.put(a_contact())
    stage.heard(leases.option_closed, outcome=outcome)
    assert stage.sandbox.listed("mails") == []


def test_an_extension_that_began_is_told_once_as_the_lease_that_goes_on(stage: Stage) -> None:
    stage.put(a_contact(phone=None))
    stage.heard(accounts.lease_extended)
    stage.heard(leases.extension_decided, decision="active")
    assert [mail["subject"] for mail in stage.sandbox.listed("mails")] == ["Your lease goes on through May 18, 2027"]


def test_a_secure_mail_and_a_code_go_out_in_the_language_of_who_asked(stage: Stage) -> None:
    stage.send_secure_mail(template="contact_changed", about="your e-mail address", language="es")
    stage.send_secure_text(language="es")
    stage.send_all()
    (mail,) = stage.sandbox.listed("mails")
    assert mail["subject"] == "Sus datos de contacto cambiaron"
    assert "hemos cambiado su correo electrónico" in mail["text"]
    (text,) = stage.sandbox.listed("texts")
    assert text["body"].startswith("Kia Finance America: 204816 es su codigo, valido 10 minutos.")


def test_who_changes_language_is_written_to_in_it_from_then_on(stage: Stage) -> None:
    stage.put(a_contact(phone=None))
    stage.put(a_contact(phone=None, language="es", version=2))
    stage.heard(payments.payment_posted)
    (mail,) = stage.sandbox.listed("mails")
    assert mail["subject"] == "Recibimos su pago de $412.37"


def test_a_language_that_we_do_not_write_is_refused(stage: Stage) -> None:
    with pytest.raises(InvalidRequest):
        stage.put(a_contact(language="fr"))
