//! The table of what can be asked, and the answers that need no file of their own.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde::Deserialize;
use tokio::sync::Semaphore;

use super::guard::{Problem, guard};
use super::sources::{Sources, SqlAnswer, SqlRefusal};
use super::status::{Health, Status, health, status};
use super::{
    alarms, close, corporate, currencies, kills, limits, market, metrics, operator, operators::Operators, orders,
    overrides, positions, reload, restricted,
};

/// Largest body.
pub(super) const BODY_MAX: usize = 64 * 1024;

/// Rows of one SQL answer.
const SQL_ROWS_MAX: usize = 10_000;

/// Time of one SQL statement.
const SQL_TIME_MAX: Duration = Duration::from_secs(30);

/// Statements at once; each holds a thread.
const SQL_AT_ONCE: usize = 2;

/// What can be asked, for whoever asked for something else.
const PATHS: &str = "GET /health /metrics /status /orders/in-doubt /kills /limits /limits/proposals /restricted /overrides /alarms /close /positions/{broker}, POST /sql /reload, and /operator/ halt resume kill rearm restrict cash fx-rate sequence order split dividend settle symbol phase resolve limits limits/{proposal}/approve limits/{proposal}/decline restricted restricted/{frame}/remove restricted/{frame}/approve restricted/{frame}/decline overrides overrides/{frame}/approve overrides/{frame}/decline position breaks close arm";

/// What every handler shares.
pub(super) struct Desk {
    pub(super) sources: Sources,
    pub(super) operators: Operators,
    pub(super) allowed_hosts: Vec<String>,
    pub(super) pending: operator::Pending,
    sql_places: Arc<Semaphore>,
}

impl Desk {
    pub(super) fn new(sources: Sources, operators: Operators, allowed_hosts: Vec<String>) -> Arc<Desk> {
        let sql_places = Arc::new(Semaphore::new(SQL_AT_ONCE));
        Arc::new(Desk { sources, operators, allowed_hosts, pending: operator::Pending::default(), sql_places })
    }
}

pub(super) fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/health", get(get_health))
        .route("/metrics", get(get_metrics))
        .route("/status", get(get_status))
        .route("/sql", post(post_sql))
        .route("/operator/halt", post(operator::halt))
        .route("/operator/resume", post(operator::resume))
        .route("/operator/kill", post(kills::kill))
        .route("/operator/rearm", post(kills::rearm))
        .route("/operator/restrict", post(kills::restrict))
        .route("/kills", get(kills::list))
        .route("/limits", get(limits::list))
        .route("/limits/proposals", get(limits::proposals))
        .route("/operator/limits", post(limits::propose))
        .route("/operator/limits/{proposal}/approve", post(limits::approve))
        .route("/operator/limits/{proposal}/decline", post(limits::decline))
        .route("/alarms", get(alarms::list))
        .route("/restricted", get(restricted::list))
        .route("/operator/restricted", post(restricted::add))
        .route("/operator/restricted/{frame}/remove", post(restricted::remove))
        .route("/operator/restricted/{frame}/approve", post(restricted::approve))
        .route("/operator/restricted/{frame}/decline", post(restricted::decline))
        .route("/overrides", get(overrides::list))
        .route("/operator/overrides", post(overrides::ask))
        .route("/operator/overrides/{frame}/approve", post(overrides::approve))
        .route("/operator/overrides/{frame}/decline", post(overrides::decline))
        .route("/operator/cash", post(operator::cash))
        .route("/operator/sequence", post(operator::sequence))
        .route("/operator/order", post(market::order))
        .route("/operator/split", post(corporate::split))
        .route("/operator/fx-rate", post(currencies::fx_rate))
        .route("/operator/dividend", post(corporate::dividend))
        .route("/operator/settle", post(corporate::settle))
        .route("/operator/symbol", post(corporate::change_symbol))
        .route("/operator/phase", post(market::phase))
        .route("/operator/resolve", post(orders::resolve))
        .route("/operator/position", post(close::adjust_position))
        .route("/operator/breaks", post(close::report_breaks))
        .route("/operator/close", post(close::close_day))
        .route("/operator/arm", post(close::arm))
        .route("/close", get(close::status))
        .route("/positions/{broker}", get(positions::positions))
        .route("/orders/in-doubt", get(orders::in_doubt))
        .route("/reload", post(reload::reload))
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), guard))
        .with_state(desk)
}

/// The body, or why it is none, in our form.
pub(super) fn body<T>(asked: Result<Json<T>, JsonRejection>) -> Result<T, Problem> {
    let Json(body) = asked.map_err(|refused| {
        Problem::new(refused.status(), refused.body_text(), "send a JSON object with Content-Type: application/json")
    })?;
    Ok(body)
}

async fn get_health(State(desk): State<Arc<Desk>>) -> (StatusCode, Json<Health>) {
    let health = health(&desk.sources);
    let code = if health.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, Json(health))
}

async fn get_metrics(State(desk): State<Arc<Desk>>) -> Response {
    ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], metrics::exposition(&desk.sources)).into_response()
}

async fn get_status(State(desk): State<Arc<Desk>>) -> Json<Status> {
    Json(status(&desk.sources))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sql {
    sql: String,
}

async fn post_sql(
    State(desk): State<Arc<Desk>>,
    asked: Result<Json<Sql>, JsonRejection>,
) -> Result<Json<SqlAnswer>, Problem> {
    let asked = body(asked)?;
    let Some(sql_desk) = desk.sources.sql.clone() else {
        return Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the analytics are off",
            "set enabled = true in [store] of the configuration",
        ));
    };
    let Ok(place) = Arc::clone(&desk.sql_places).try_acquire_owned() else {
        return Err(Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            format!("{SQL_AT_ONCE} statements are running already"),
            "wait for one of them",
        ));
    };
    let answer = tokio::task::spawn_blocking(move || {
        // Held until the statement ends, also where the asker has gone.
        let _place = place;
        sql_desk.query(&asked.sql, SQL_ROWS_MAX, SQL_TIME_MAX)
    });
    match answer.await {
        Ok(Ok(rows)) => Ok(Json(rows)),
        Ok(Err(SqlRefusal::Statement(why))) => {
            Err(Problem::new(StatusCode::BAD_REQUEST, why, "correct the statement; SHOW TABLES lists what there is"))
        }
        Ok(Err(SqlRefusal::TimedOut)) => Err(Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            format!("the statement took longer than {} s and was stopped", SQL_TIME_MAX.as_secs()),
            "ask for less, or query a copy of the database",
        )),
        Ok(Err(SqlRefusal::Unavailable(why))) => Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            why,
            "trading goes on; /status says how the analytics are",
        )),
        Err(died) => Err(Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            format!("the statement's thread ended: {died}"),
            "please report it together with the statement",
        )),
    }
}

async fn unknown_path() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "no such path", PATHS)
}

async fn wrong_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "this path does not take that method", PATHS)
}
