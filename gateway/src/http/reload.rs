//! Reading the configuration again while running.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use model::{Command, Text};
use serde::{Deserialize, Serialize};

use super::guard::Problem;
use super::operator::{Done, act_by, words};
use super::routes::{Desk, body};

/// Whoever can read the configuration again.
pub trait Reload: Send + Sync {
    /// Reads it, tells every part, and sends the act to the engine. May wait for seconds.
    ///
    /// # Errors
    /// Why nothing, or not all of it, was done.
    fn reload(&self, actor: Text<24>, reason: Text<64>) -> Result<Reloaded, ReloadRefused>;
}

/// It is done, but for the act that is on its way to the journal.
#[derive(Clone, Debug)]
pub struct Reloaded {
    /// The act.
    pub command: Command,
    /// What has changed.
    pub report: ReloadReport,
}

/// What a reload changed, by name, and what it could not change.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReloadReport {
    /// Accounts that are new, or whose limits are others: in force at once.
    pub accounts_defined: Vec<String>,
    /// Sessions that may log on now. Of a family, its prefix and a star.
    pub sessions_added: Vec<String>,
    /// Sessions with other settings: limits are in force at once, what is said in another way from the next Logon on.
    pub sessions_changed: Vec<String>,
    /// Sessions that are logged out and refused.
    pub sessions_removed: Vec<String>,
    /// Limits of scopes that the file says otherwise now: what is tighter holds at once, what is looser waits for another person.
    pub limits_said: Vec<String>,
    /// Keys with new values that count from the next start on.
    pub needs_restart: Vec<String>,
}

/// Why it did not happen.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReloadRefused {
    /// All that is wrong with the file; nothing was touched.
    #[error("{0}")]
    Configuration(String),
    /// A part did not take what it was told; to ask again does no harm.
    #[error("{0}")]
    Busy(String),
}

/// Body of `/reload`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    actor: Option<String>,
    reason: String,
}

#[derive(Serialize)]
pub(super) struct Answer {
    #[serde(flatten)]
    done: Done,
    #[serde(flatten)]
    report: ReloadReport,
}

pub(super) async fn reload(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Result<Json<Answer>, Problem> {
    let asked = body(asked)?;
    let actor = words("actor", asked.actor.as_deref().unwrap_or("operator"))?;
    let reason = words("reason", &asked.reason)?;
    let Some(reload) = desk.sources.reload.clone() else {
        return Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the daemon was started without a configuration file",
            "start it with --config",
        ));
    };
    let mut report = ReloadReport::default();
    let send = async || {
        let answer = tokio::task::spawn_blocking(move || reload.reload(actor, reason)).await;
        let died = |died| Err(ReloadRefused::Busy(format!("the reload's thread ended: {died}")));
        let reloaded = answer.unwrap_or_else(died).map_err(|refused| match &refused {
            ReloadRefused::Configuration(_) => Problem::new(
                StatusCode::BAD_REQUEST,
                refused.to_string(),
                "correct the configuration and reload again; nothing was done",
            ),
            ReloadRefused::Busy(_) => Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                refused.to_string(),
                "reload again: what has changed already stays as it is",
            ),
        })?;
        report = reloaded.report;
        Ok(reloaded.command)
    };
    let Json(done) = act_by(&desk, send).await?;
    Ok(Json(Answer { done, report }))
}
