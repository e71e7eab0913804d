"""Addresses that a webhook must not reach are refused, however they are written and whatever the name server
returns."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from data.errors import ConfigurationError, DeliveryError
from data.notices.channels.address_guard import Target, checked_address, is_allowed, resolved, target_of

HOSTS = ("hooks.example.org", "192.0.2.7", "2130706433", "0x7f000001", "127.1", "0177.0.0.1", "evil.example")

REFUSED: dict[str, str] = {
    "plain http": "http://hooks.example.org/x",
    "a file": "file:///etc/passwd",
    "another host": "https://elsewhere.example.org/x",
    "a longer name that begins alike": "https://hooks.example.org.evil.example/x",
    "a user in front of the host": "https://hooks.example.org@evil.example/x",
    "a user and a password": "https://a:b@hooks.example.org/x",
    "a backslash before another host": "https://evil.example\\@hooks.example.org/x",
    "a fragment": "https://hooks.example.org/x#@evil.example",
    "a line break": "https://hooks.example.org/x\r\nHost: evil.example",
    "a space": "https://hooks.example.org/x y",
    "a letter of another script": "https://hооks.example.org/x",
    "an address as one number": "https://2130706433/x",
    "an address in hexadecimal": "https://0x7f000001/x",
    "an address with parts left out": "https://127.1/x",
    "an address in octal": "https://0177.0.0.1/x",
    "an IPv6 address": "https://[::1]/x",
    "a zone": "https://[fe80::1%25eth0]/x",
    "a port that is none": "https://hooks.example.org:99999/x",
    "no host": "https:///x",
    "an address without end": "https://hooks.example.org/" + "x" * 2_000,
    "nothing": "",
}


@pytest.mark.parametrize("url", REFUSED.values(), ids=REFUSED)
def test_a_webhook_address_is_refused_with(url: str) -> None:
    with pytest.raises(ConfigurationError):
        target_of(url, HOSTS)


def test_a_refusal_does_not_show_a_secret_in_the_address() -> None:
    with pytest.raises(ConfigurationError) as refused:
        target_of("https://me:hunter2@hooks.example.org/x?key=topsecret", HOSTS)
    assert "hunter2" not in str(refused.value)
    with pytest.raises(ConfigurationError) as refused:
        target_of("http://hooks.example.org/x?key=topsecret", HOSTS)
    assert "topsecret" not in str(refused.value)


ACCEPTED: dict[str, tuple[str, Target, str]] = {
    "a named host": ("https://hooks.example.org/x?a=1", Target("hooks.example.org", 443, "/x?a=1"), HOSTS[0]),
    "in any case, with the last dot": (
        "https://Hooks.Example.ORG./", Target("hooks.example.org", 443, "/"), "hooks.example.org",
    ),
    "on a port": ("https://hooks.example.org:8443", Target("hooks.example.org", 8443, "/"), "hooks.example.org:8443"),
    "at a plain address": ("https://192.0.2.7/x", Target("192.0.2.7", 443, "/x"), "192.0.2.7"),
}  # fmt: skip


@pytest.mark.parametrize("case", ACCEPTED.values(), ids=ACCEPTED)
def test_a_webhook_address_is_accepted_with(case: tuple[str, Target, str]) -> None:
    url, target, authority = case
    assert target_of(url, HOSTS) == target
    assert target.authority == authority


NOT_PUBLIC: dict[str, str] = {
    "loopback": "127.0.0.1",
    "all of loopback": "127.9.9.9",
    "a private network": "10.0.0.5",
    "another private network": "172.16.0.1",
    "a home network": "192.168.1.1",
    "link-local, where clouds keep their metadata": "169.254.169.254",
    "channel-grade NAT": "100.64.0.1",
    "this host": "0.0.0.0",
    "multicast": "224.0.0.1",
    "broadcast": "255.255.255.255",
    "IPv6 loopback": "::1",
    "IPv6 link-local": "fe80::1",
    "IPv6 unique local": "fd00:ec2::254",
    "IPv6 multicast": "ff02::1",
    "IPv4 mapped into IPv6": "::ffff:127.0.0.1",
    "metadata mapped into IPv6": "::ffff:169.254.169.254",
    "6to4 of a private address": "2002:0a00:0005::1",
    "NAT64 of loopback": "64:ff9b::7f00:1",
    "Teredo": "2001:0000:4136:e378:8000:63bf:3fff:fdd2",
    "Teredo of a private address": "2001:0:4136:e378:8000:63bf:f5ff:fffa",
    "IPv4 translated into IPv6": "::ffff:0:7f00:1",
    "IPv4 written as IPv6": "::10.0.0.5",
    "IPv6 site-local": "fec0::1",
    "the end of IPv6 site-local": "feff:ffff::1",
    "NAT64 of a network's own": "64:ff9b:1::7f00:1",
    "protocol assignments, which a provider's router answers": "192.0.0.8",
    "the nearest 6to4 relay": "192.88.99.1",
    "a bench for measuring": "198.18.0.1",
    "segment routing inside a network": "5f00::1",
    "documentation": "3fff::1",
    "6to4 of an address that is refused": "2002:c058:6301::1",
    "unspecified": "::",
    "what is no address": "hooks.example.org",
}


@pytest.mark.parametrize("address", NOT_PUBLIC.values(), ids=NOT_PUBLIC)
def test_an_ip_address_is_refused_if_it_is(address: str) -> None:
    assert not is_allowed(address, ())


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_a_public_ip_address_is_allowed(address: str) -> None:
    assert is_allowed(address, ())


def test_only_addresses_in_an_allowed_network_are_allowed() -> None:
    mine = (ip_network("10.1.0.0/16"), ip_network("fd00:1::/32"))
    assert [is_allowed(one, mine) for one in ("10.1.2.3", "::ffff:10.1.2.3", "fd00:1::5", "10.2.0.1")] == [
        True, True, True, False,
    ]  # fmt: skip


TARGET = Target("hooks.example.org", 443, "/")


def test_a_host_with_one_private_address_is_refused() -> None:
    with pytest.raises(DeliveryError, match=r"resolves to 169\.254\.169\.254"):
        checked_address(TARGET, (), lambda host, port: ["93.184.215.14", "169.254.169.254"])


def test_the_checked_address_is_returned() -> None:
    assert checked_address(TARGET, (), lambda host, port: ["93.184.215.14"]) == "93.184.215.14"


def test_a_host_without_an_address_raises_an_error() -> None:
    with pytest.raises(DeliveryError, match="has no address"):
        checked_address(TARGET, (), lambda host, port: [])


def test_a_host_that_cannot_be_resolved_raises_an_error() -> None:
    assert "127.0.0.1" in resolved("localhost", 443)
    with pytest.raises(DeliveryError, match="cannot be resolved"):
        resolved("no-such-host.invalid", 443)
