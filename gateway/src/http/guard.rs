//! Who may ask: names against DNS rebinding, a token for whatever acts or reads more than figures, and a time limit.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::operators::Operator;
use super::routes::Desk;

/// No answer takes longer than this; SQL and operator acts have shorter limits of their own.
const ANSWER_MAX: Duration = Duration::from_secs(40);

/// What anybody on this machine may read: figures, and nobody's orders.
const FIGURES: [&str; 3] = ["/health", "/metrics", "/status"];

/// Acts upon nothing, so nobody signs it.
const SQL: &str = "/sql";

/// Names that always mean this machine.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Every error, in one form.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Problem {
    /// What is wrong.
    pub(super) error: String,
    /// What to do about it.
    pub(super) what_to_do: String,
    #[serde(skip)]
    status: u16,
}

impl Problem {
    pub(super) fn new(status: StatusCode, error: impl Into<String>, what_to_do: impl Into<String>) -> Problem {
        Problem { error: error.into(), what_to_do: what_to_do.into(), status: status.as_u16() }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(self)).into_response()
    }
}

/// Passes the request on, or answers why not.
pub(super) async fn guard(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    let request = match admitted(&desk, request).await {
        Ok(request) => request,
        Err(problem) => return problem.into_response(),
    };
    match tokio::time::timeout(ANSWER_MAX, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            "the answer took too long",
            "send the whole request at once; ask for less",
        )
        .into_response(),
    }
}

/// The request, signed by the owner of its token where the token is somebody's own.
async fn admitted(desk: &Desk, request: Request) -> Result<Request, Problem> {
    let (method, path) = (request.method(), request.uri().path());
    let Some(owner) = admit(desk, method, path, request.headers())? else { return Ok(request) };
    if method != Method::POST {
        return Ok(request);
    }
    owner.may_post(path)?;
    if path == SQL { Ok(request) } else { owner.sign(request).await }
}

/// Whose token it is; nobody's where none is needed, or where there is one for all.
fn admit<'a>(
    desk: &'a Desk,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
) -> Result<Option<&'a Operator>, Problem> {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or("");
    if !is_allowed(host, &desk.allowed_hosts) {
        return Err(Problem::new(
            StatusCode::MISDIRECTED_REQUEST,
            format!("Host {host:?} is not one of ours"),
            "use localhost, or add the name to allowed_hosts in [http] of the configuration",
        ));
    }
    // Browsers tell where a page came from. A page from elsewhere has no business here, token or not.
    if let Some(origin) = headers.get(ORIGIN) {
        let from = origin.to_str().unwrap_or("");
        let name = from.split_once("://").map_or("", |(_, name)| name);
        if !is_allowed(name, &desk.allowed_hosts) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                format!("Origin {from:?} is not one of ours"),
                "call from a program, or from a page that this host served",
            ));
        }
    }
    let reads_figures = (method == Method::GET || method == Method::HEAD) && FIGURES.contains(&path);
    if reads_figures { Ok(None) } else { authorise(desk, headers) }
}

fn authorise<'a>(desk: &'a Desk, headers: &HeaderMap) -> Result<Option<&'a Operator>, Problem> {
    let offered = headers.get(AUTHORIZATION).map(|value| value.as_bytes()).unwrap_or_default();
    let offered = offered.strip_prefix(b"Bearer ").unwrap_or_default();
    desk.operators.owner(offered).ok_or_else(|| {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "the operator token is missing or wrong",
            "send 'Authorization: Bearer TOKEN' with the contents of operator.token in the data folder, or with your own token \
             where the configuration has [[operators]]",
        )
    })
}

/// `host` is a name, perhaps with a port.
fn is_allowed(host: &str, configured: &[String]) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    LOOPBACK.iter().any(|known| known.eq_ignore_ascii_case(name))
        || configured.iter().any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_names_pass_with_and_without_a_port() {
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]", "[::1]:8080"] {
            assert!(is_allowed(host, &[]), "{host}");
        }
    }

    #[test]
    fn foreign_and_lookalike_names_are_refused() {
        for host in ["", "evil.example", "localhost.evil.example", "evil.example:8080", "::1", "127.0.0.1.evil", ":80"]
        {
            assert!(!is_allowed(host, &[]), "{host}");
        }
    }

    #[test]
    fn configured_names_pass() {
        assert!(is_allowed("desk.example:443", &["desk.example".to_owned()]));
    }
}
