//! `GET /positions/{broker}`: what a broker holds for us, asked of it at that moment.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use model::AccountName;
use serde::Deserialize;

use super::guard::Problem;
use super::operator::{account, words};
use super::routes::Desk;
use crate::fix::broker::{PositionsRefused, VenuePositions};

/// What may stand behind the question mark.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Accounts with commas between them; all of them, where none is named.
    #[serde(default)]
    accounts: String,
}

pub(super) async fn positions(
    State(desk): State<Arc<Desk>>,
    Path(broker): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<VenuePositions>, Problem> {
    let broker = words("broker", &broker)?;
    let names = wanted.accounts.split(',').map(str::trim).filter(|name| !name.is_empty());
    let accounts = names.map(|name| account(&desk, name)).collect::<Result<Vec<AccountName>, Problem>>()?;
    let sessions = Arc::clone(&desk.sources.sessions);
    let asked = tokio::task::spawn_blocking(move || sessions.positions(broker, accounts)).await;
    asked.unwrap_or(Err(PositionsRefused::Silent)).map(Json).map_err(problem)
}

fn problem(why: PositionsRefused) -> Problem {
    let (code, what_to_do) = match why {
        PositionsRefused::Unknown => (StatusCode::NOT_FOUND, "look at /status under fix for the brokers' names"),
        PositionsRefused::NotLoggedOn | PositionsRefused::Busy => {
            (StatusCode::CONFLICT, "look at /status under fix, and ask again")
        }
        PositionsRefused::Version => (StatusCode::NOT_IMPLEMENTED, "compare with a file of the broker's"),
        PositionsRefused::Refused(_) => {
            (StatusCode::BAD_GATEWAY, "name the accounts that it knows, or compare with a file of the broker's")
        }
        PositionsRefused::Unreadable(_) => (StatusCode::BAD_GATEWAY, "look at the message log of the broker's session"),
        PositionsRefused::Silent => (StatusCode::GATEWAY_TIMEOUT, "ask again, or for fewer accounts"),
    };
    Problem::new(code, why.to_string(), what_to_do)
}
