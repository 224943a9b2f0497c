//! `rsadecrypt`: PKCS#1 v1.5 with a private key in its PEM form.
//!
//! The arithmetic is that of big numbers, which are here for other reasons. It takes no care that its time says nothing
//! of the key: a template is compiled by who has the key, and nobody else can ask for another text to be decrypted.

use num_bigint::BigUint;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The text behind a ciphertext. The error says why there is none.
pub(super) fn decrypt(ciphertext: &[u8], key: &str) -> Result<Vec<u8>, &'static str> {
    let key = Key::parse(key)?;
    let size = usize::try_from(key.modulus.bits().div_ceil(8)).unwrap_or(0);
    let number = BigUint::from_bytes_be(ciphertext);
    if size < 11 || number >= key.modulus {
        return Err("the text was not encrypted for this key");
    }
    let message = number.modpow(&key.exponent, &key.modulus).to_bytes_be();
    // The number has lost the zero byte that stands first.
    let padded = if message.len() + 1 == size { message.strip_prefix(&[2]) } else { None };
    let padded = padded.ok_or("the text was not encrypted for this key")?;
    match padded.iter().position(|byte| *byte == 0) {
        Some(end) if end >= 8 => Ok(padded[end + 1..].to_vec()),
        _ => Err("the text was not encrypted for this key"),
    }
}

struct Key {
    modulus: BigUint,
    exponent: BigUint,
}

impl Key {
    fn parse(pem: &str) -> Result<Self, &'static str> {
        let none = "there is no private key in it";
        let start = pem.find("-----BEGIN ").ok_or(none)?;
        let (_, rest) = pem[start + 11..].split_once("-----").ok_or(none)?;
        let (body, _) = rest.split_once("-----END ").ok_or(none)?;
        if body.contains("Proc-Type: 4,ENCRYPTED") {
            return Err("a key with a password cannot be used; decrypt it first");
        }
        // Headers stand before an empty line.
        let body = body.split_once("\n\n").filter(|(head, _)| head.contains(':')).map_or(body, |(_, body)| body);
        let text: String = body.split_whitespace().collect();
        let der = STANDARD.decode(text).map_err(|_| none)?;
        let wrong = "it is no RSA key in the form of PKCS#1 (`BEGIN RSA PRIVATE KEY`)";
        let mut outer = Der(&der);
        let mut fields = Der(outer.take(0x30).ok_or(wrong)?);
        fields.take(2).ok_or(wrong)?;
        let mut number = || fields.take(2).map(BigUint::from_bytes_be);
        let (modulus, _public, exponent) = (number().ok_or(wrong)?, number().ok_or(wrong)?, number().ok_or(wrong)?);
        if modulus.bits() > 16 << 10 || modulus == BigUint::ZERO {
            return Err(wrong);
        }
        Ok(Self { modulus, exponent })
    }
}

/// What is left of a DER text.
struct Der<'d>(&'d [u8]);

impl<'d> Der<'d> {
    /// The content of the next field, if it has that tag.
    fn take(&mut self, tag: u8) -> Option<&'d [u8]> {
        let (&[found, length], rest) = self.0.split_first_chunk::<2>()?;
        if found != tag {
            return None;
        }
        let (length, rest) = if length < 0x80 {
            (usize::from(length), rest)
        } else {
            let (bytes, rest) =
                rest.split_at_checked(usize::from(length & 0x7f)).filter(|(bytes, _)| bytes.len() <= 4)?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(content)
    }
}
