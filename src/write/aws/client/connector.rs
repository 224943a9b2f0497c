//! The way to AWS: HTTP/1.1 over TLS, with cryptography that is Rust and assembly and needs no compiler of C.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::primitives::SdkBody;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector as Tcp;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::super::Error;

/// How long it may take to be connected.
pub(super) const CONNECT: Duration = Duration::from_secs(5);

/// What sends the requests of every service.
pub(super) fn client() -> Result<SharedHttpClient, Error> {
    processor()?;
    let provider = Arc::new(rustls_graviola::default_provider());
    let versions = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let versions = versions.map_err(|error| Error::Start(error.to_string()))?;
    let mut roots = rustls::RootCertStore::empty();
    // Where there are none, the first connection says so; what stands in for AWS may need none.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let tls = versions.with_root_certificates(roots).with_no_client_auth();

    let mut tcp = Tcp::new();
    tcp.enforce_http(false);
    tcp.set_connect_timeout(Some(CONNECT));
    tcp.set_nodelay(true);
    let https = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(tcp);
    let client = Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(https);
    let connector = SharedHttpConnector::new(Connector(client));
    Ok(http_client_fn(move |_, _| connector.clone()))
}

/// Demands what the cryptography needs, which is in every processor of the last ten years.
fn processor() -> Result<(), Error> {
    #[cfg(target_arch = "x86_64")]
    let has = [
        ("aes", std::arch::is_x86_feature_detected!("aes")),
        ("ssse3", std::arch::is_x86_feature_detected!("ssse3")),
        ("avx", std::arch::is_x86_feature_detected!("avx")),
        ("avx2", std::arch::is_x86_feature_detected!("avx2")),
        ("adx", std::arch::is_x86_feature_detected!("adx")),
        ("bmi2", std::arch::is_x86_feature_detected!("bmi2")),
        ("pclmulqdq", std::arch::is_x86_feature_detected!("pclmulqdq")),
    ];
    #[cfg(target_arch = "aarch64")]
    let has = [
        ("aes", std::arch::is_aarch64_feature_detected!("aes")),
        ("sha2", std::arch::is_aarch64_feature_detected!("sha2")),
        ("pmull", std::arch::is_aarch64_feature_detected!("pmull")),
        ("neon", std::arch::is_aarch64_feature_detected!("neon")),
    ];
    let lacks: Vec<&str> = has.into_iter().filter(|(_, has)| !has).map(|(name, _)| name).collect();
    if lacks.is_empty() { Ok(()) } else { Err(Error::Processor(lacks.join(", "))) }
}

#[derive(Debug)]
struct Connector(Client<HttpsConnector<Tcp>, SdkBody>);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let response = self.0.request(request);
        HttpConnectorFuture::new(async move {
            let response = response.await.map_err(|error| match untrusted(&error) {
                Some(why) => ConnectorError::other(why.into(), None),
                // Whatever else is wrong with a connection may be right with the next one.
                None => ConnectorError::io(error.into()),
            })?;
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Why a certificate is not accepted, if that is what ended a connection.
fn untrusted(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(fault)) = error.downcast_ref() {
            return Some(certificate(fault));
        }
        // An error of the system passes over the one that it was made from.
        let inner = error.downcast_ref::<std::io::Error>().and_then(|error| error.get_ref());
        next = inner.map(|inner| inner as &(dyn std::error::Error + 'static)).or_else(|| error.source());
    }
    None
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the list of another crate may grow; the rest is one to people")]
fn certificate(fault: &rustls::CertificateError) -> String {
    use rustls::CertificateError as Fault;
    match fault {
        Fault::Expired | Fault::ExpiredContext { .. } => "its certificate has expired".to_owned(),
        Fault::NotValidYet | Fault::NotValidYetContext { .. } => {
            "its certificate is not valid yet, or the clock of this machine is behind".to_owned()
        }
        Fault::NotValidForName | Fault::NotValidForNameContext { .. } => {
            "its certificate is for another name".to_owned()
        }
        Fault::Revoked => "its certificate was revoked".to_owned(),
        _ => "its certificate is not trusted here; `SSL_CERT_FILE` names a file with those that are".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_can_encrypt() {
        assert!(super::client().is_ok());
    }

    #[test]
    fn certificates_are_spoken_of_in_words() {
        let of = |fault| {
            let error = rustls::Error::InvalidCertificate(fault);
            untrusted(&std::io::Error::other(std::io::Error::other(error)))
        };
        assert!(of(rustls::CertificateError::Expired).is_some_and(|why| why.contains("expired")));
        assert!(of(rustls::CertificateError::UnknownIssuer).is_some_and(|why| why.contains("SSL_CERT_FILE")));
        assert_eq!(untrusted(&std::io::Error::other("no route")), None);
    }
}
