//! Addresses, and what only services on the network or the environment know.

use num_bigint::BigUint;

use super::{Call, Failure};
use crate::resolve::value::{Origin, Value};

pub(super) fn env(call: &mut Call<'_>) -> Result<Value, Failure> {
    let name = call.text(0);
    match call.world().environment {
        Some(environment) => Ok(Value::string(environment(&name).unwrap_or_default())),
        None => Err(Failure::Unknown(Origin::Environment(name.into_owned()))),
    }
}

fn asks(call: &Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unknown(Origin::Network(call.name.to_owned())))
}

pub(super) fn aws_secretsmanager(call: &mut Call<'_>) -> Result<Value, Failure> {
    asks(call)
}

pub(super) fn aws_secretsmanager_raw(call: &mut Call<'_>) -> Result<Value, Failure> {
    asks(call)
}

pub(super) fn consul_key(call: &mut Call<'_>) -> Result<Value, Failure> {
    asks(call)
}

pub(super) fn vault(call: &mut Call<'_>) -> Result<Value, Failure> {
    asks(call)
}

/// A network: its first address, and how many bits of an address name it.
#[derive(Clone, Copy)]
struct Prefix {
    address: u128,
    length: u32,
    /// 32 or 128.
    width: u32,
}

impl Prefix {
    fn parse(text: &str) -> Result<Self, Failure> {
        let wrong = || Failure::argument(0, "it is no network in the form `10.0.0.0/16`");
        let (address, length) = text.split_once('/').ok_or_else(wrong)?;
        let plain = !length.is_empty()
            && length.bytes().all(|b| b.is_ascii_digit())
            && (length == "0" || !length.starts_with('0'));
        let length: u32 = length.parse().ok().filter(|_| plain).ok_or_else(wrong)?;
        let (address, width) = match address.parse::<std::net::IpAddr>().map_err(|_| wrong())? {
            std::net::IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            std::net::IpAddr::V6(address) => (u128::from(address), 128),
        };
        if length > width {
            return Err(wrong());
        }
        let mut prefix = Self { address, length, width };
        prefix.address &= prefix.mask();
        Ok(prefix)
    }

    fn all(self) -> u128 {
        if self.width == 128 { u128::MAX } else { u128::from(u32::MAX) }
    }

    fn mask(self) -> u128 {
        let host = self.width - self.length;
        self.all() & u128::MAX.checked_shl(host).unwrap_or(0)
    }

    fn show(self, address: u128) -> String {
        if self.width == 32 {
            std::net::Ipv4Addr::from(u32::try_from(address).unwrap_or(0)).to_string()
        } else {
            std::net::Ipv6Addr::from(address).to_string()
        }
    }

    /// The subnet of that number, `bits` longer.
    fn subnet(self, bits: u32, number: u128) -> Self {
        let length = self.length + bits;
        let shifted = number.checked_shl(self.width - length).unwrap_or(0);
        Self { address: self.address | shifted, length, ..self }
    }
}

impl std::fmt::Display for Prefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.show(self.address), self.length)
    }
}

/// A whole number of any size that an address may hold.
fn big(call: &Call<'_>, index: usize) -> Result<(bool, u128), Failure> {
    let (negative, magnitude): (bool, BigUint) =
        call.number(index).to_whole().ok_or_else(|| Failure::argument(index, "a whole number is needed"))?;
    let magnitude = u128::try_from(magnitude).map_err(|_| Failure::argument(index, "it is too large"))?;
    Ok((negative, magnitude))
}

pub(super) fn cidrhost(call: &mut Call<'_>) -> Result<Value, Failure> {
    let prefix = Prefix::parse(&call.text(0))?;
    let (negative, number) = big(call, 1)?;
    let last = prefix.all() & !prefix.mask();
    let too_large = || Failure::argument(1, "the network has no such host");
    let host = if negative {
        // −1 is the last address.
        last.checked_sub(number - 1).ok_or_else(too_large)?
    } else {
        Some(number).filter(|number| *number <= last).ok_or_else(too_large)?
    };
    Ok(Value::string(prefix.show(prefix.address | host)))
}

pub(super) fn cidrnetmask(call: &mut Call<'_>) -> Result<Value, Failure> {
    let prefix = Prefix::parse(&call.text(0))?;
    Ok(Value::string(prefix.show(prefix.mask())))
}

pub(super) fn cidrsubnet(call: &mut Call<'_>) -> Result<Value, Failure> {
    let prefix = Prefix::parse(&call.text(0))?;
    let bits = call.whole(1)?;
    let number = call.whole(2)?;
    if bits > 32 {
        return Err(Failure::argument(1, "a network can be extended by at most 32 bits"));
    }
    let Ok(bits) = u32::try_from(bits) else { return wider(prefix, bits, number) };
    if bits > prefix.width - prefix.length {
        return Err(Failure::argument(
            1,
            format!("the network has only {} bits to extend", prefix.width - prefix.length),
        ));
    }
    let number = u128::try_from(number).ok().filter(|number| *number < 1u128 << bits);
    let Some(number) = number else {
        return Err(Failure::argument(2, format!("there is no subnet of that number with {bits} more bits")));
    };
    Ok(Value::string(prefix.subnet(bits, number).to_string()))
}

/// A shorter prefix than that of the network: Packer takes the number as further bits of the address.
fn wider(prefix: Prefix, bits: i64, number: i64) -> Result<Value, Failure> {
    let fault = || Failure::argument(2, "there is no subnet of that number");
    let number = u128::try_from(number).map_err(|_| fault())?;
    let Some(length) = u32::try_from(i64::from(prefix.length).saturating_add(bits)).ok() else {
        return Err(Failure::argument(1, "no network is that wide"));
    };
    let shift = prefix.width - length;
    let shifted = number.checked_shl(shift).filter(|shifted| shifted >> shift == number).unwrap_or(u128::MAX);
    let shifted = if number == 0 { 0 } else { shifted };
    if shifted > prefix.all() {
        return Err(fault());
    }
    Ok(Value::string(Prefix { address: prefix.address | shifted, length, ..prefix }.to_string()))
}

pub(super) fn cidrsubnets(call: &mut Call<'_>) -> Result<Value, Failure> {
    let prefix = Prefix::parse(&call.text(0))?;
    // Packer starts from the network before this one, and there is none before the first.
    let mut next: Option<u128> = Some(prefix.address).filter(|address| *address != 0);
    let end = prefix.address | (prefix.all() & !prefix.mask());
    let mut out = Vec::new();
    for index in 1..call.arguments.len() {
        let bits = u32::try_from(call.whole(index)?).ok().filter(|bits| (1..=32).contains(bits));
        let bits = bits.ok_or_else(|| Failure::argument(index, "it must be from 1 to 32"))?;
        let length = prefix.length + bits;
        if length > prefix.width {
            return Err(Failure::argument(
                index,
                format!("the network has only {} bits to extend", prefix.width - prefix.length),
            ));
        }
        let size = 1u128.checked_shl(prefix.width - length).unwrap_or(0);
        let full = || Failure::argument(index, "no room is left for this subnet");
        // The next address that such a subnet can start at.
        let start = next.and_then(|next| next.checked_add(size - 1)).map(|next| next & !(size - 1)).ok_or_else(full)?;
        let last = start.checked_add(size - 1).ok_or_else(full)?;
        if last > end {
            return Err(full());
        }
        out.push(Prefix { address: start, length, ..prefix }.to_string());
        next = last.checked_add(1);
    }
    Ok(Value::strings(out))
}
