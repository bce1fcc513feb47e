"""Whom an address on the network stands for."""

from ipaddress import IPv6Address, ip_address, ip_network


def line(address: str) -> str:
    """The connection behind an address: with IPv6 one alone has as many addresses as it likes."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found)
