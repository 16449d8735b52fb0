"""Which addresses partners may have: a table of what is ours, our neighbours', or hides another inside."""

import pytest

from gateway.webhooks.addresses import Policy, TargetRefused, is_public, refuse_closed, refuse_unregistrable, target_of

STRICT = Policy(ports=frozenset({443}))
SANDBOX = Policy(ports=frozenset({443}), allows_loopback=True)

CLOSED = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.255.255.254 169.254.0.1
169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.255
198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.7 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1
fc00::1 fd00:ec2::254 fdff:ffff::1 fe80::1 fe80::1%eth0 febf::1 fec0::1 ff02::1 ff0e::1 2001::1 2001:0:4136:e378::1
2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1 2002:a00:1::1 3fff::1 4000::1 5f00::1
"""
OPEN = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 169.253.255.255
172.15.255.255 172.32.0.1 191.255.255.255 192.1.0.1 192.167.255.255 192.169.0.1 198.17.255.255 198.20.0.1
223.255.255.255 2001:200::1 2001:4860:4860::8888 2003::1 2606:4700:4700::1111 2a00:1450::1 3ffe::1
"""


@pytest.mark.parametrize("address", CLOSED.split())
def test_is_closed(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OPEN.split())
def test_is_open(address: str) -> None:
    assert is_public(address)


def refused(url: str, policy: Policy = STRICT) -> str:
    with pytest.raises(TargetRefused) as caught:
        target_of(url, policy=policy)
    return caught.value.code


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://partner.example/hooks", "https_required"),
        ("ftp://partner.example/", "url_not_usable"),
        ("file:///etc/passwd", "url_not_usable"),
        ("gopher://partner.example/", "url_not_usable"),
        ("//partner.example/", "url_not_usable"),
        ("partner.example/hooks", "url_not_usable"),
        ("https://", "url_not_usable"),
        ("https:///hooks", "url_not_usable"),
        ("https://partner.example:0x1bb/", "url_not_usable"),
        ("https://partner.example:99999/", "url_not_usable"),
        ("https://[::1", "url_not_usable"),
        ("https://user:secret@partner.example/", "url_not_usable"),
        ("https://partner.example@10.0.0.1/", "url_not_usable"),
        ("https://partner.example/#part", "url_not_usable"),
        ("https://pärtner.example/", "url_not_usable"),
        ("https://partner.example/ hooks", "url_not_usable"),
        ("https://partner.example\\@10.0.0.1/", "url_not_usable"),
        ("https://partner.example/\r\nHost: inside", "url_not_usable"),
        ("https://partner.example/" + "a" * 2000, "url_not_usable"),
        ("https://partner.example:8443/", "port_not_allowed"),
        ("https://partner.example:22/", "port_not_allowed"),
        ("https://127.0.0.1/", "address_not_public"),
        ("https://169.254.169.254/latest/meta-data", "address_not_public"),
        ("https://[::1]/", "address_not_public"),
        ("https://[::ffff:10.0.0.1]/", "address_not_public"),
        ("https://0.0.0.0/", "address_not_public"),
    ],
)
def test_a_url_is_refused_before_any_name_is_looked_up(url: str, code: str) -> None:
    assert refused(url) == code


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://localhost:9000/hooks", None), ("http://LOCALHOST./hooks", None), ("http://partner.localhost/", None),
        ("http://127.0.0.1:9000/", None), ("http://[::1]:9000/", None), ("https://partner.example/", None),
        ("http://partner.example/", "https_required"), ("https://partner.example:8443/", "port_not_allowed"),
        ("http://localhost.partner.example/", "https_required"), ("http://notlocalhost/", "https_required"),
        ("http://8.8.8.8/", "https_required"), ("http://10.0.0.1/", "address_not_public"),
    ],
)  # fmt: skip
def test_a_sandbox_registers_what_it_can_call_and_nothing_else(url: str, code: str | None) -> None:
    assert registering(url, policy=SANDBOX) == code


def registering(url: str, *, policy: Policy) -> str | None:
    try:
        refuse_unregistrable(url, policy=policy)
    except TargetRefused as problem:
        return problem.code
    return None


def test_a_sandbox_says_what_it_would_call() -> None:
    with pytest.raises(TargetRefused, match=r"begins with https://\. .* as localhost or 127\.0\.0\.1"):
        refuse_unregistrable("http://partner.example/", policy=SANDBOX)


@pytest.mark.parametrize("url", ["http://localhost/", "https://localhost:9000/", "https://127.0.0.1/"])
def test_production_does_not_even_register_its_own_machine(url: str) -> None:
    assert registering(url, policy=STRICT) in ("https_required", "port_not_allowed", "address_not_public")


def test_what_is_called_is_taken_from_the_url() -> None:
    target = target_of("https://Partner.example/hooks/a?tenant=7", policy=STRICT)
    assert (target.host, target.port, target.path) == ("partner.example", 443, "/hooks/a?tenant=7")
    assert target.authority == "partner.example"
    assert target_of("https://[2606:4700::1]:443", policy=STRICT).authority == "[2606:4700::1]"
    other = target_of("https://partner.example:8443", policy=Policy(ports=frozenset({443, 8443})))
    assert (other.authority, other.path) == ("partner.example:8443", "/")


class TestWhatAHostStandsFor:
    """Names are looked up when they are called, and then every address counts."""

    def code(self, url: str, *addresses: str, policy: Policy = STRICT) -> str | None:
        try:
            refuse_closed(target_of(url, policy=policy), addresses=list(addresses), policy=policy)
        except TargetRefused as problem:
            return problem.code
        return None

    def test_public_ones_are_called(self) -> None:
        assert self.code("https://partner.example/", "8.8.8.8", "2606:4700::1") is None

    def test_one_closed_address_among_open_ones_closes_the_name(self) -> None:
        assert self.code("https://partner.example/", "8.8.8.8", "10.0.0.1") == "address_not_public"
        assert self.code("https://partner.example/", "127.0.0.1") == "address_not_public"

    def test_a_name_for_nothing_is_not_called(self) -> None:
        assert self.code("https://partner.example/") == "name_not_found"

    def test_a_sandbox_may_call_its_own_machine_and_still_no_neighbour(self) -> None:
        assert self.code("http://localhost:9000/", "127.0.0.1", "::1", policy=SANDBOX) is None
        assert self.code("https://localhost:9000/", "::1", policy=SANDBOX) is None
        assert self.code("http://localhost/", "169.254.169.254", policy=SANDBOX) == "address_not_public"
        assert self.code("http://localhost/", "127.0.0.1", "10.0.0.1", policy=SANDBOX) == "address_not_public"

    def test_a_sandbox_does_not_make_the_world_less_safe(self) -> None:
        assert self.code("http://partner.example/", "8.8.8.8", policy=SANDBOX) == "https_required"
        assert self.code("https://partner.example:25/", "8.8.8.8", policy=SANDBOX) == "port_not_allowed"
