//! The last alarms.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::routes::Desk;
use crate::views::AlarmStatus;

pub(super) async fn list(State(desk): State<Arc<Desk>>) -> Json<Vec<AlarmStatus>> {
    Json(desk.sources.views.read().alarms_status())
}
