"""A vendor is down, slow, gone or a stranger: nothing is lost, and nothing is ever sent twice."""

import datetime as dates
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from chassis.doors import Outcome
from chassis.errors import Impossible, OutcomeUnknown, VendorDown
from services.notifications.contract.events import mail_queued
from services.notifications.providers.channels import MailContent, VendorRefused
from services.notifications.providers.twilio import can_be_called_back
from tests.builders.notifications import ADAS_EMAIL, ADAS_PHONE, a_contact
from tests.builders.wiring import an_event, deliver
from tests.fixtures.ports import free_port
from tests.fixtures.processes import eventually
from tests.fixtures.sandbox import RunningSandbox
from tests.service.notifications.stage import Stage, sendgrid_at, twilio_at

SOME_MESSAGE = UUID("01900000-0000-7000-8000-00000000e55a")
CONTENT = MailContent(subject="Hello", text="Hello", html="<p>Hello</p>")
WAITING = {"email": ("queued", "allowed"), "sms": ("queued", "allowed")}
GONE = {"email": ("sent", "accepted"), "sms": ("sent", "accepted")}

Send = Callable[[str], str]


def send_mail_by(url: str) -> str:
    return sendgrid_at(url).send(message_id=SOME_MESSAGE, to=ADAS_EMAIL, content=CONTENT)


def send_text_by(url: str) -> str:
    return twilio_at(url).send(message_id=SOME_MESSAGE, to=ADAS_PHONE, body="Hello")


each_vendor = pytest.mark.parametrize("send", [send_mail_by, send_text_by])


@pytest.mark.parametrize("mode", ["down", "rate_limited"])
def test_messages_wait_while_their_vendor_is_down_and_go_out_once_when_it_is_back(stage: Stage, mode: str) -> None:
    stage.put(a_contact())
    stage.hear(stage.posted())
    for vendor in ("sendgrid", "twilio"):
        stage.sandbox.fault(vendor, mode)

    for _ in range(7):
        assert stage.send_all() == [Outcome.WAITING, Outcome.WAITING]
    assert stage.kept() == WAITING
    assert stage.sent() == []

    for vendor in ("sendgrid", "twilio"):
        stage.sandbox.fault(vendor, "ok")
    # Who said until when is left alone until then.
    eventually(lambda: set(stage.send_all()) == {Outcome.DUPLICATE}, seconds=10)
    assert stage.kept() == GONE
    assert len(stage.sandbox.listed("mails")) == 1
    assert len(stage.sandbox.listed("texts")) == 1


def test_messages_wait_while_nobody_takes_the_connection(stage: Stage) -> None:
    stage.put(a_contact())
    stage.hear(stage.posted())
    nowhere = f"http://127.0.0.1:{free_port()}"
    stage.service.mail, stage.service.texts = sendgrid_at(nowhere), twilio_at(nowhere)

    assert stage.send_all() == [Outcome.WAITING, Outcome.WAITING]
    assert stage.kept() == WAITING

    stage.service.mail, stage.service.texts = sendgrid_at(stage.sandbox.url), twilio_at(stage.sandbox.url)
    assert stage.send_all() == [Outcome.DONE, Outcome.DONE]
    assert stage.kept() == GONE


def test_a_message_whose_vendor_did_not_answer_is_unknown_and_never_sent_again(stage: Stage) -> None:
    stage.put(a_contact())
    stage.hear(stage.posted())
    for vendor in ("sendgrid", "twilio"):
        stage.sandbox.fault(vendor, "slow", seconds=2 * 0.4, calls=1)

    assert stage.send_all() == [Outcome.UNKNOWN, Outcome.UNKNOWN]
    assert stage.kept() == {"email": ("unknown", "no_answer"), "sms": ("unknown", "no_answer")}

    assert stage.send_all() == [Outcome.DONE, Outcome.DONE]
    assert stage.send_all() == [Outcome.DUPLICATE, Outcome.DUPLICATE]
    assert stage.kept() == {"email": ("unknown", "no_answer"), "sms": ("unknown", "no_answer")}
    assert len(stage.sandbox.listed("mails")) == 1
    assert len(stage.sandbox.listed("texts")) == 1
    assert stage.sent() == []


def test_the_words_of_an_unknown_message_are_wiped(stage: Stage) -> None:
    stage.send_secure_mail()
    stage.sandbox.fault("sendgrid", "slow", seconds=2 * 0.4, calls=1)

    stage.send_all()

    assert stage.rows("SELECT state, variables_sealed FROM messages") == [("unknown", None)]


class TestCrash:
    """The process dies around the call; another one finds what it left."""

    @pytest.fixture
    def message_id(self, stage: Stage) -> str:
        return stage.send_secure_mail()

    def test_before_the_message_is_taken_it_is_sent_by_the_next(self, stage: Stage, message_id: str) -> None:
        stage.dies_while(stage.send_all, at="errand.started")

        assert stage.send_all() == [Outcome.DONE]
        assert stage.mail_state(message_id) == ("sent", "accepted")
        assert len(stage.sandbox.listed("mails")) == 1

    @pytest.mark.parametrize(("at", "arrived"), [("vendor.before_call", 0), ("vendor.after_call", 1)])
    def test_around_the_call_nobody_knows_and_nothing_is_sent_again(
        self, stage: Stage, message_id: str, at: str, arrived: int
    ) -> None:
        stage.dies_while(stage.send_all, at=at)
        assert stage.mail_state(message_id) == ("sending", "allowed")

        assert stage.send_all() == [Outcome.DONE]
        assert stage.send_all() == [Outcome.DUPLICATE]
        assert stage.mail_state(message_id) == ("unknown", "no_record")
        assert len(stage.sandbox.listed("mails")) == arrived

    def test_after_the_record_it_stays_sent(self, stage: Stage, message_id: str) -> None:
        stage.dies_while(stage.send_all, at="errand.before_done")

        assert stage.send_all() == [Outcome.DONE]
        assert stage.mail_state(message_id) == ("sent", "accepted")
        assert len(stage.sandbox.listed("mails")) == 1
        assert len(stage.sent()) == 1


class TestOutlivedLease:
    """A call took longer than its errand's lease: the sweep has called the message unknown while it was under way."""

    def test_the_acceptance_that_comes_late_still_counts(self, stage: Stage) -> None:
        message_id = stage.send_secure_mail()
        stage.service.mail = _Overtaken(stage, then=lambda: "vendor-1")

        assert stage.send_all() == [Outcome.DONE]

        assert stage.mail_state(message_id) == ("sent", "accepted")
        assert len(stage.sent()) == 1

    def test_the_failure_that_comes_late_leaves_it_unknown(self, stage: Stage) -> None:
        def refuse() -> str:
            raise VendorDown("sendgrid answered 503")

        message_id = stage.send_secure_mail()
        stage.service.mail = _Overtaken(stage, then=refuse)

        assert stage.send_all() == [Outcome.DUPLICATE]
        assert stage.mail_state(message_id) == ("unknown", "no_record")
        stage.service.mail = sendgrid_at(stage.sandbox.url)
        assert stage.send_all() == [Outcome.DUPLICATE]
        assert stage.sandbox.listed("mails") == []


class _Overtaken:
    """A vendor during whose call the errand is run a second time."""

    def __init__(self, stage: Stage, *, then: Callable[[], str]) -> None:
        self._stage, self._then = stage, then

    def send(self, **_: Any) -> str:
        (envelope,) = self._stage.queued()
        assert self._stage.send(envelope) is Outcome.DONE
        return self._then()


def test_a_message_that_does_not_exist_is_parked(stage: Stage) -> None:
    envelope = an_event(
        mail_queued, clock=stage.clock, subject=str(SOME_MESSAGE), data={"message_id": SOME_MESSAGE}
    )  # fmt: skip

    assert deliver(stage.service.on_mail_queued, envelope) is Outcome.PARKED
    assert stage.rows("SELECT error FROM attempts") == [(Impossible.__name__,)]


def test_a_refused_mail_fails_with_the_vendors_code(stage: Stage) -> None:
    message_id = stage.send_secure_mail(to_email="ada@localhost")

    assert stage.send_all() == [Outcome.DONE]

    assert stage.mail_state(message_id) == ("failed", "sendgrid_400")
    assert stage.sent() == []


class TestAnswers:
    """What each official client makes of an answer, and of none."""

    @each_vendor
    @pytest.mark.parametrize("status", [401, 403, 404, 408, 429, 503])
    def test_an_answer_that_waiting_helps_is_a_vendor_that_is_down(
        self, server: "Server", send: Send, status: int
    ) -> None:
        server.answers(status)
        with pytest.raises(VendorDown):
            send(server.url)

    @each_vendor
    @pytest.mark.parametrize("status", [400, 413, 415, 422])
    def test_a_refusal_is_final(self, server: "Server", send: Send, status: int) -> None:
        server.answers(status)
        with pytest.raises(VendorRefused, match=rf"^(sendgrid|twilio)_{status}$"):
            send(server.url)

    @each_vendor
    @pytest.mark.parametrize("status", [500, 502, 504])
    def test_a_failure_within_the_vendor_leaves_the_outcome_unknown(
        self, server: "Server", send: Send, status: int
    ) -> None:
        server.answers(status)
        with pytest.raises(OutcomeUnknown):
            send(server.url)

    @each_vendor
    @pytest.mark.parametrize(
        "answer", [b"", b"HTTP/1.1 201 Created\r\nContent-Length: 900\r\n\r\n{", b"not HTTP at all\r\n\r\n"]
    )
    def test_a_connection_lost_after_sending_leaves_the_outcome_unknown(
        self, server: "Server", send: Send, answer: bytes
    ) -> None:
        server.answer = answer
        with pytest.raises(OutcomeUnknown):
            send(server.url)

    def test_an_acceptance_that_cannot_be_read_leaves_the_outcome_unknown(self, server: "Server") -> None:
        server.answer = b"HTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\n{"
        with pytest.raises(OutcomeUnknown):
            send_text_by(server.url)

    @each_vendor
    def test_nobody_at_the_address_is_a_vendor_that_is_down(self, send: Send) -> None:
        with pytest.raises(VendorDown):
            send(f"http://127.0.0.1:{free_port()}")

    @each_vendor
    def test_a_name_that_leads_nowhere_is_a_vendor_that_is_down(self, send: Send) -> None:
        with pytest.raises(VendorDown):
            send("http://vendor.invalid")

    @each_vendor
    def test_a_stranger_with_a_certificate_of_its_own_gets_nothing(self, secure_server: "Server", send: Send) -> None:
        with pytest.raises(VendorDown):
            send(secure_server.url)
        assert secure_server.heard == b""


class TestCallback:
    """Twilio keeps no id of ours, so it is asked to bring it back, where it can reach us."""

    def test_the_status_comes_back_with_our_id_to_a_public_address(self, sandbox: RunningSandbox) -> None:
        texts = twilio_at(sandbox.url, public_url="https://portal.example/")

        texts.send(message_id=SOME_MESSAGE, to=ADAS_PHONE, body="Hello")

        (text,) = sandbox.listed("texts")
        address, _, overrides = text["status_callback"].partition("#")
        assert address == f"https://portal.example/v1/webhooks/twilio/status?message_id={SOME_MESSAGE}"
        # Twilio itself would not come again after an answer of 503.
        assert overrides == "rc=5&rp=all"

    def test_the_status_comes_back_to_a_local_stack_from_its_own_sandbox(self, sandbox: RunningSandbox) -> None:
        send_text_by(sandbox.url)

        (text,) = sandbox.listed("texts")
        assert text["status_callback"].startswith("http://127.0.0.1:8000/v1/webhooks/twilio/status?message_id=")

    @pytest.mark.parametrize(
        ("public_url", "by", "can"),
        [
            ("https://portal.example", "https://api.twilio.com", True),
            ("http://localhost:8000", "https://api.twilio.com", False),
            ("http://localhost:8000", "https://api.dublin.ie1.twilio.com/", False),
            ("http://localhost:8000", "https://twilio.com.example", True),
            ("http://localhost:8000", "http://127.0.0.1:8090", True),
        ],
    )
    def test_twilio_itself_is_not_asked_to_call_an_address_that_only_we_can_reach(
        self, public_url: str, by: str, can: bool
    ) -> None:
        assert can_be_called_back(public_url, by=by) is can


class Server:
    """Takes one connection after the other, hears the request out, gives the answer and hangs up."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.answer, self.heard = b"", b""
        self._context = context
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        scheme = "https" if context else "http"
        self.url = f"{scheme}://127.0.0.1:{self._listening.getsockname()[1]}"

    def answers(self, status: int) -> None:
        self.answer = f"HTTP/1.1 {status} Said so\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}".encode()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                taken, _ = self._listening.accept()
            except OSError:
                return
            with taken:
                self._converse(taken)

    def _converse(self, taken: socket.socket) -> None:
        try:
            spoken = self._context.wrap_socket(taken, server_side=True) if self._context else taken
        except OSError:
            return
        spoken.settimeout(0.1)
        try:
            while heard := spoken.recv(65536):
                self.heard += heard
        except TimeoutError:
            spoken.sendall(self.answer)


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture
def secure_server(tmp_path: Path) -> Iterator[Server]:
    running = Server(_own_certificate(tmp_path))
    yield running
    running.close()


def _own_certificate(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stranger")])
    now = dates.datetime.now(dates.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dates.timedelta(days=1))
        .not_valid_after(now + dates.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "both.pem").write_bytes(pem + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context
