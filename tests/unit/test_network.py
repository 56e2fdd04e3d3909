"""Which addresses count together."""

import pytest

from domain.network import Client, networks_of, unmapped
from domain.session import Caller


@pytest.mark.parametrize(
    "address",
    [
        "192.0.2.1",
        "::ffff:192.0.2.1",
        "::FFFF:C000:201",
        "64:ff9b::192.0.2.1",
        "2002:c000:201::1",
        "2002:c000:201:ffff::1",
    ],
)
def test_an_address_that_carries_an_ipv4_address_counts_as_that_one(address: str) -> None:
    assert [(each.name, each.share) for each in networks_of(address)] == [("192.0.2.1", 1)]


def test_an_ipv6_site_has_a_share_for_each_of_its_networks() -> None:
    assert [(each.name, each.share) for each in networks_of("2001:db8:1:2ff::7")] == [
        ("2001:db8:1:2ff::/64", 1),
        ("2001:db8:1:200::/56", 4),
        ("2001:db8:1::/48", 16),
    ]


def test_what_is_no_address_is_a_network_of_its_own() -> None:
    assert [each.name for each in networks_of("unknown")] == ["unknown"]


def test_a_link_local_address_with_a_zone_is_counted_without_it() -> None:
    assert networks_of("fe80::1%eth0") == networks_of("fe80::1%eth1")


def test_queues_take_turns_by_site_and_network() -> None:
    assert Caller("2001:db8:1:2::7", "").client(user_id=7) == Client(
        "2001:db8:1::/48", "2001:db8:1:2::/64", user_id=7
    )
    assert Caller("::ffff:192.0.2.1", "").client().site == "192.0.2.1"


def test_trust_unmaps_ipv4_mapped_addresses_and_no_others() -> None:
    assert str(unmapped("::ffff:10.0.0.1")) == "10.0.0.1"
    assert str(unmapped("2002:a00:1::1")) == "2002:a00:1::1"
    assert str(unmapped("64:ff9b::a00:1")) == "64:ff9b::a00:1"
    assert unmapped("nobody") is None


def test_loopback_is_an_ipv6_network_too() -> None:
    assert networks_of("::1")[0].name == "::/64"
