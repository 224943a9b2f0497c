//! Addresses, blocks of them, and tunnels, as Go's network library reads them.

use std::net::{IpAddr, Ipv6Addr};

/// An address of either family; one of version 6 may name a zone.
pub(super) fn is_ip(text: &str) -> bool {
    match text.split_once('%') {
        Some((address, zone)) => !zone.is_empty() && address.parse::<Ipv6Addr>().is_ok(),
        None => text.parse::<IpAddr>().is_ok(),
    }
}

/// An address of version 4, also in the dress of version 6.
pub(super) fn is_ipv4(text: &str) -> bool {
    match text.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => true,
        Ok(IpAddr::V6(address)) => address.to_ipv4_mapped().is_some(),
        Err(_) => false,
    }
}

/// An address and how many of its bits count.
pub(super) fn is_cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    bits.bytes().all(|byte| byte.is_ascii_digit()) && bits.parse::<u32>().is_ok_and(|bits| bits <= most)
}

/// `PORT:HOST:PORT`; a host with colons stands in brackets. Ports are any whole numbers.
pub(super) fn is_tunnel(text: &str) -> bool {
    let is_port = |port: &str| port.parse::<i64>().is_ok();
    let Some((port, address)) = text.split_once(':') else { return false };
    let Some((host, other)) = address.rsplit_once(':') else { return false };
    let is_host = match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').is_some_and(|host| !host.contains(['[', ']'])),
        None => !host.contains([':', '[', ']']),
    };
    is_port(port) && is_host && is_port(other)
}
