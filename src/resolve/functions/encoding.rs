//! Encodings and hashes.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest;

use super::call::string;
use super::code_pages::{self, Encoding};
use super::{Call, Failure, json, rsa, yaml, yaml_encode};
use crate::resolve::value::{Origin, Type, Value, ValueKind};

pub(super) fn base64encode(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(Value::string(STANDARD.encode(call.text(0).as_bytes())))
}

pub(super) fn base64decode(call: &mut Call<'_>) -> Result<Value, Failure> {
    let bytes = decode64(&call.text(0)).ok_or_else(|| Failure::call("the text is not base64"))?;
    String::from_utf8(bytes).map(string).map_err(|_| Failure::call("what comes out is no UTF-8 text"))
}

/// Line ends inside do not count, as in Go.
pub(super) fn decode64(text: &str) -> Option<Vec<u8>> {
    let text: String = text.chars().filter(|letter| !matches!(letter, '\n' | '\r')).collect();
    STANDARD.decode(text).ok()
}

/// The bytes depend on who compresses; what they decompress to does not.
pub(super) fn base64gzip(call: &mut Call<'_>) -> Result<Value, Failure> {
    use std::io::Write;
    let failed = |_| Failure::call("it cannot be compressed");
    let mut out = flate2::GzBuilder::new().operating_system(255).write(Vec::new(), flate2::Compression::default());
    out.write_all(call.text(0).as_bytes()).map_err(failed)?;
    Ok(Value::string(STANDARD.encode(out.finish().map_err(failed)?)))
}

pub(super) fn bcrypt(call: &mut Call<'_>) -> Result<Value, Failure> {
    match call.arguments.len() {
        1 => {}
        2 if (4..=31).contains(&call.whole(1)?) => {}
        2 => return Err(Failure::argument(1, "the cost must be from 4 to 31")),
        _ => return Err(Failure::call("it takes at most one cost")),
    }
    Err(Failure::Unknown(Origin::Random(call.name.to_owned())))
}

pub(super) fn uuidv4(call: &mut Call<'_>) -> Result<Value, Failure> {
    Err(Failure::Unknown(Origin::Random(call.name.to_owned())))
}

pub(super) fn rsadecrypt(call: &mut Call<'_>) -> Result<Value, Failure> {
    let ciphertext = decode64(&call.text(0)).ok_or_else(|| Failure::call("the encrypted text is not base64"))?;
    let text = rsa::decrypt(&ciphertext, &call.text(1)).map_err(Failure::call)?;
    String::from_utf8(text).map(string).map_err(|_| Failure::call("what comes out is no UTF-8 text"))
}

pub(super) fn yamldecode(call: &mut Call<'_>) -> Result<Value, Failure> {
    match yaml::decode(&call.text(0)) {
        // Packer takes a type that is not known for a value that is not.
        Ok(value) if value.is_null() && value.ty() == Type::Dynamic => {
            Err(Failure::Unknown(Origin::Packer("yamldecode(\"null\")".to_owned())))
        }
        Ok(value) => Ok(value),
        Err(reason) => Err(Failure::Call(format!("the text is not YAML: {reason}"))),
    }
}

pub(super) fn yamlencode(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(string(yaml_encode::encode(&call.arguments[0])))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn md5(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(Value::string(hex(&md5::Md5::digest(call.text(0).as_bytes()))))
}

pub(super) fn sha1(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(Value::string(hex(&sha1::Sha1::digest(call.text(0).as_bytes()))))
}

pub(super) fn sha256(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(Value::string(hex(&sha2::Sha256::digest(call.text(0).as_bytes()))))
}

pub(super) fn sha512(call: &mut Call<'_>) -> Result<Value, Failure> {
    Ok(Value::string(hex(&sha2::Sha512::digest(call.text(0).as_bytes()))))
}

pub(super) fn uuidv5(call: &mut Call<'_>) -> Result<Value, Failure> {
    let known = |last: u8| {
        let mut bytes =
            [0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];
        bytes[3] = last;
        bytes.to_vec()
    };
    let namespace = match &*call.text(0) {
        "dns" => known(0x10),
        "url" => known(0x11),
        "oid" => known(0x12),
        "x500" => known(0x14),
        other => uuid(other)
            .ok_or_else(|| Failure::call("the namespace is neither `dns`, `url`, `oid`, `x500` nor a UUID"))?,
    };
    let mut hash = sha1::Sha1::digest([namespace.as_slice(), call.text(1).as_bytes()].concat())[..16].to_vec();
    hash[6] = hash[6] & 0x0f | 0x50;
    hash[8] = hash[8] & 0x3f | 0x80;
    let text = hex(&hash);
    Ok(Value::string([&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-")))
}

/// A UUID in one of its spellings: with or without dashes, in braces, behind `urn:uuid:`.
fn uuid(text: &str) -> Option<Vec<u8>> {
    if text.len() == 32 {
        return hex_digits(text);
    }
    let text = match (text.len(), text.get(..9)) {
        (45, Some(start)) if start.eq_ignore_ascii_case("urn:uuid:") => &text[9..],
        (38, _) => text.get(1..37)?,
        _ => text,
    };
    let dashes = [8, 13, 18, 23];
    if text.len() != 36 || !text.is_ascii() || !dashes.iter().all(|at| text.as_bytes()[*at] == b'-') {
        return None;
    }
    let digits: String = text.chars().filter(|letter| *letter != '-').collect();
    hex_digits(&digits)
}

fn hex_digits(digits: &str) -> Option<Vec<u8>> {
    if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..16).map(|index| u8::from_str_radix(&digits[index * 2..index * 2 + 2], 16).ok()).collect()
}

pub(super) fn urlencode(call: &mut Call<'_>) -> Result<Value, Failure> {
    let mut out = String::new();
    for byte in call.text(0).bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(Value::string(out))
}

pub(super) fn jsonencode(call: &mut Call<'_>) -> Result<Value, Failure> {
    if holds_infinity(&call.arguments[0]) {
        return Err(Failure::call("JSON cannot say infinity"));
    }
    Ok(string(json::encode(&call.arguments[0])))
}

fn holds_infinity(value: &Value) -> bool {
    value.as_number().is_some_and(crate::resolve::value::Number::is_infinite) || value.children().any(holds_infinity)
}

pub(super) fn jsondecode(call: &mut Call<'_>) -> Result<Value, Failure> {
    json::decode(&call.text(0)).map_err(|reason| Failure::Call(format!("the text is not JSON: {reason}")))
}

fn encoding(call: &Call<'_>, index: usize) -> Result<Encoding, Failure> {
    match code_pages::find(&call.text(index)) {
        Some(Encoding::Other) => Err(Failure::Unsupported),
        Some(encoding) => Ok(encoding),
        None => Err(Failure::argument(
            index,
            "the IANA lists no encoding of that name; `UTF-8`, `UTF-16LE` and `windows-1252` are the usual ones",
        )),
    }
}

pub(super) fn textencodebase64(call: &mut Call<'_>) -> Result<Value, Failure> {
    let encoding = encoding(call, 1)?;
    let text = call.text(0);
    let missing = || Failure::argument(0, "it has a letter that this encoding lacks");
    let units = |big: bool| {
        let unit = move |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(unit)
    };
    let bytes: Vec<u8> = match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf16 { big } => units(big).collect(),
        Encoding::Utf16Marked => [0xfe, 0xff].into_iter().chain(units(true)).collect(),
        Encoding::Ascii => text.is_ascii().then(|| text.as_bytes().to_vec()).ok_or_else(missing)?,
        Encoding::Bytes(letters) => {
            let letters: Vec<char> = letters.chars().collect();
            let lower = 256 - letters.len();
            let byte = |letter: char| {
                if usize::try_from(u32::from(letter)).is_ok_and(|code| code < lower) {
                    return u8::try_from(letter).ok();
                }
                let place = letters.iter().position(|known| *known == letter && letter != '\u{fffd}')?;
                u8::try_from(place + lower).ok()
            };
            text.chars().map(byte).collect::<Option<_>>().ok_or_else(missing)?
        }
        Encoding::Large(encoding) => {
            let (bytes, _, faulty) = encoding.encode(&text);
            if faulty {
                return Err(missing());
            }
            bytes.into_owned()
        }
        Encoding::Other => return Err(Failure::Unsupported),
    };
    Ok(Value::string(STANDARD.encode(bytes)))
}

pub(super) fn textdecodebase64(call: &mut Call<'_>) -> Result<Value, Failure> {
    let encoding = encoding(call, 1)?;
    let bytes = decode64(&call.text(0)).ok_or_else(|| Failure::argument(0, "the text is not base64"))?;
    let units = |bytes: &[u8], big: bool| {
        let unit = |pair: &[u8]| match *pair {
            [a, b] if big => u16::from_be_bytes([a, b]),
            [a, b] => u16::from_le_bytes([a, b]),
            // Half a letter at the end is none.
            _ => 0xd800,
        };
        String::from_utf16_lossy(&bytes.chunks(2).map(unit).collect::<Vec<_>>())
    };
    let text = match encoding {
        Encoding::Utf8 => String::from_utf8_lossy(&bytes).into_owned(),
        Encoding::Utf16 { big } => units(&bytes, big),
        Encoding::Utf16Marked => match bytes.as_slice() {
            [0xfe, 0xff, rest @ ..] => units(rest, true),
            [0xff, 0xfe, rest @ ..] => units(rest, false),
            rest => units(rest, true),
        },
        Encoding::Ascii => {
            bytes.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { '\u{fffd}' }).collect()
        }
        Encoding::Bytes(letters) => {
            let letters: Vec<char> = letters.chars().collect();
            let lower = 256 - letters.len();
            let letter = |byte: &u8| match usize::from(*byte).checked_sub(lower) {
                Some(place) => letters[place],
                None => char::from(*byte),
            };
            bytes.iter().map(letter).collect()
        }
        Encoding::Large(encoding) => encoding.decode_without_bom_handling(&bytes).0.into_owned(),
        Encoding::Other => return Err(Failure::Unsupported),
    };
    if text.contains('\u{fffd}') {
        return Err(Failure::argument(0, "what comes out is no text in this encoding"));
    }
    Ok(string(text))
}

pub(super) fn csvdecode(call: &mut Call<'_>) -> Result<Value, Failure> {
    let mut rows = csv_rows(&call.text(0))?.into_iter();
    let header =
        rows.next().ok_or_else(|| Failure::call("the text has no first line with the names of the columns"))?;
    let names: BTreeSet<&String> = header.iter().collect();
    if names.len() < header.len() {
        return Err(Failure::call("two columns have the same name"));
    }
    let ty = Type::Object(header.iter().map(|name| (name.clone(), Type::String)).collect());
    let mut out = Vec::new();
    for (index, row) in rows.enumerate() {
        if row.len() != header.len() {
            return Err(Failure::Call(format!(
                "row {} has {} instead of {}",
                index + 1,
                crate::diagnostic::plural(row.len(), "field"),
                header.len()
            )));
        }
        let entries: BTreeMap<String, Value> = header.iter().cloned().zip(row.into_iter().map(string)).collect();
        out.push(Value::of(ValueKind::Object(entries)));
    }
    Ok(Value::of(ValueKind::List(ty, out)))
}

/// The rows of a text in the form of RFC 4180; empty lines are none.
fn csv_rows(text: &str) -> Result<Vec<Vec<String>>, Failure> {
    let text = text.replace("\r\n", "\n");
    let mut rows = Vec::new();
    let mut letters = text.chars().peekable();
    while letters.peek().is_some() {
        if letters.next_if_eq(&'\n').is_some() {
            continue;
        }
        let mut row = Vec::new();
        loop {
            let mut field = String::new();
            if letters.next_if_eq(&'"').is_some() {
                loop {
                    match letters.next() {
                        None => return Err(Failure::call("a quote is not closed")),
                        Some('"') if letters.next_if_eq(&'"').is_some() => field.push('"'),
                        Some('"') => break,
                        Some(letter) => field.push(letter),
                    }
                }
                if !matches!(letters.peek(), None | Some(',' | '\n')) {
                    return Err(Failure::call("something follows a closing quote"));
                }
            } else {
                while let Some(letter) = letters.next_if(|letter| !matches!(letter, ',' | '\n')) {
                    if letter == '"' {
                        return Err(Failure::call("a quote stands inside of a field without quotes"));
                    }
                    field.push(letter);
                }
            }
            row.push(field);
            match letters.next() {
                Some(',') => {}
                _ => break,
            }
        }
        rows.push(row);
    }
    Ok(rows)
}
