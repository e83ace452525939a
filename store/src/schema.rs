//! The tables and views. Base tables in schema `raw` hold the journal's own integers; views in `main` show them to people.
//!
//! Why integers below: a price of 1e-8 in `i64` has 19 digits, a notional of 1e-16 in `i128` up to 39. `DECIMAL(18,8)`
//! and `DECIMAL(38,16)` hold all sane values but not all values, and one absurd number in an order that was refused must
//! not stop the flusher. `BIGINT` and `HUGEINT` hold every value, append fast, and the views turn them into exact
//! decimals: `DECIMAL(28,8)` for prices and quantities (always fits), `DECIMAL(38,16)` for notionals (NULL beyond 1e22).
//!
//! No indexes, keys or constraints: rows are only ever appended, and DuckDB's indexes cost more than they give here.

/// Raised with every change of the tables or views; a database of another version is built again from the journal.
pub const SCHEMA_VERSION: i64 = 4;

/// Tables that hold rows of frames, in schema `raw`. All have `seq`; all but `frames` have `idx`.
pub(crate) const TABLES: [&str; 19] = [
    "frames",
    "executions",
    "risk_decisions",
    "positions",
    "quotes",
    "instruments",
    "accounts",
    "sessions",
    "strategies",
    "currency_cash",
    "commissions",
    "operator_acts",
    "limits",
    "restrictions",
    "overrides",
    "suspended_reports",
    "position_adjustments",
    "day_marks",
    "day_closes",
];

const BASE: &str = "
CREATE SCHEMA raw;
CREATE TABLE raw.flush_cursor(last_seq UBIGINT, last_time_ns BIGINT, last_chain UBIGINT, schema_version BIGINT);
CREATE TABLE raw.frames(
  seq UBIGINT, time_ns BIGINT, command VARCHAR, session_id UINTEGER, msg_seq_num UBIGINT, events UTINYINT);
CREATE TABLE raw.executions(
  seq UBIGINT, idx UTINYINT, time_ns BIGINT, event VARCHAR, exec_type VARCHAR, ord_status VARCHAR, order_id UBIGINT,
  cl_ord_id VARCHAR, orig_cl_ord_id VARCHAR, session_id UINTEGER, session VARCHAR, account VARCHAR, symbol VARCHAR,
  side VARCHAR, ord_type VARCHAR, time_in_force VARCHAR, order_qty BIGINT, price BIGINT, last_qty BIGINT,
  last_px BIGINT, cum_qty BIGINT, leaves_qty BIGINT, avg_px BIGINT, cum_notional HUGEINT, venue_exec_id UBIGINT,
  reason VARCHAR);
CREATE TABLE raw.risk_decisions(
  seq UBIGINT, idx UTINYINT, time_ns BIGINT, request VARCHAR, verdict VARCHAR, session_id UINTEGER, session VARCHAR,
  account VARCHAR, symbol VARCHAR, side VARCHAR, order_id UBIGINT, cl_ord_id VARCHAR, order_qty BIGINT, price BIGINT,
  worst_px BIGINT, check_code VARCHAR, unit VARCHAR, limit_units HUGEINT, observed_units HUGEINT, reference_px BIGINT);
CREATE TABLE raw.positions(
  seq UBIGINT, idx UTINYINT, time_ns BIGINT, account VARCHAR, symbol VARCHAR, qty BIGINT, cost HUGEINT,
  realised HUGEINT, fees HUGEINT, cash_from_trades HUGEINT, account_cash HUGEINT, fee HUGEINT, strategy VARCHAR);
CREATE TABLE raw.quotes(
  seq UBIGINT, idx UTINYINT, time_ns BIGINT, source_time_ns BIGINT, symbol VARCHAR, bid_px BIGINT, bid_qty BIGINT,
  ask_px BIGINT, ask_qty BIGINT, last_px BIGINT);
CREATE TABLE raw.instruments(
  seq UBIGINT, idx UTINYINT, time_ns BIGINT, instrument_id UINTEGER, symbol VARCHAR, currency VARCHAR, tick BIGINT,
  lot BIGINT, max_order_qty BIGINT, multiplier BIGINT, collar BIGINT, reference_age_max_ns BIGINT, tradable BOOLEAN);
CREATE TABLE raw.accounts(
  seq UBIGINT, idx UTINYINT, time_ns BIGINT, account_id UINTEGER, account VARCHAR, currency VARCHAR,
  max_order_notional HUGEINT, max_order_qty BIGINT, max_long BIGINT, max_short BIGINT, fee_rate BIGINT,
  open_orders_max UINTEGER, cash_account BOOLEAN);
CREATE TABLE raw.sessions(
  seq UBIGINT, idx UTINYINT, time_ns BIGINT, session_id UINTEGER, sender_comp_id VARCHAR, target_comp_id VARCHAR,
  account VARCHAR, messages_per_second UINTEGER);
CREATE TABLE raw.strategies(
  seq UBIGINT, idx UTINYINT, time_ns BIGINT, strategy_id UINTEGER, strategy VARCHAR);
CREATE TABLE raw.currency_cash(
  seq UBIGINT, idx UTINYINT, time_ns BIGINT, account VARCHAR, currency VARCHAR, flow VARCHAR, amount HUGEINT,
  rate_digits UBIGINT, rate_places UTINYINT, rate_time_ns BIGINT, cash HUGEINT, booked HUGEINT,
  booked_converted HUGEINT, deposited HUGEINT, deposited_converted HUGEINT);
CREATE TABLE raw.commissions(
  seq UBIGINT, idx UTINYINT, time_ns BIGINT, account VARCHAR, symbol VARCHAR, order_id UBIGINT, fill UBIGINT,
  outcome VARCHAR, comm_type VARCHAR, said BIGINT, currency VARCHAR, amount HUGEINT, charged HUGEINT, rate_digits UBIGINT,
  rate_places UTINYINT, rate_time_ns BIGINT, account_cash HUGEINT);
CREATE TABLE raw.operator_acts(
  seq UBIGINT, idx UTINYINT, time_ns BIGINT, act VARCHAR, subject VARCHAR, actor VARCHAR, reason VARCHAR,
  before VARCHAR, after VARCHAR, amount HUGEINT, cash HUGEINT);
CREATE TABLE raw.limits(
  seq UBIGINT, idx UTINYINT, time_ns BIGINT, scope VARCHAR, name VARCHAR, kind VARCHAR, unit VARCHAR, before HUGEINT, value HUGEINT,
  outcome VARCHAR, proposal UBIGINT, expires_ns BIGINT, asked_by VARCHAR, asked_because VARCHAR, settled_by VARCHAR,
  settled_because VARCHAR, configured BOOLEAN);
CREATE TABLE raw.restrictions(
  seq UBIGINT, idx UTINYINT, time_ns BIGINT, asked VARCHAR, restriction UBIGINT, symbol VARCHAR, account VARCHAR, forbids VARCHAR,
  from_ns BIGINT, until_ns BIGINT, outcome VARCHAR, proposal UBIGINT, expires_ns BIGINT, asked_by VARCHAR,
  asked_because VARCHAR, settled_by VARCHAR, settled_because VARCHAR);
CREATE TABLE raw.overrides(
  seq UBIGINT, idx UTINYINT, time_ns BIGINT, asked_at UBIGINT, session VARCHAR, account VARCHAR, symbol VARCHAR, side VARCHAR,
  order_qty BIGINT, price BIGINT, expires_ns BIGINT, outcome VARCHAR, order_id UBIGINT, check_code VARCHAR,
  asked_by VARCHAR, asked_because VARCHAR, settled_by VARCHAR, settled_because VARCHAR);
CREATE TABLE raw.suspended_reports(
  seq UBIGINT, idx UTINYINT, time_ns BIGINT, order_id UBIGINT, venue_exec_id UBIGINT, report VARCHAR,
  last_qty BIGINT, last_px BIGINT, why VARCHAR);
CREATE TABLE raw.position_adjustments(
  seq UBIGINT, idx UTINYINT, time_ns BIGINT, account VARCHAR, symbol VARCHAR, qty BIGINT, px BIGINT, value HUGEINT,
  moves_cash BOOLEAN, in_kind HUGEINT, actor VARCHAR, reason VARCHAR);
CREATE TABLE raw.day_marks(
  seq UBIGINT, idx UTINYINT, time_ns BIGINT, close_seq UBIGINT, symbol VARCHAR, policy VARCHAR, bid_px BIGINT,
  ask_px BIGINT, last_px BIGINT, age_ns BIGINT, stale BOOLEAN);
CREATE TABLE raw.day_closes(
  seq UBIGINT, idx UTINYINT, time_ns BIGINT, trading_day UINTEGER, close_seq UBIGINT, previous_seq UBIGINT,
  digest VARCHAR, positions UINTEGER, unmarked UINTEGER, marks UINTEGER, breaks UINTEGER);
";

/// `{time}` and the `px(..)`, `money(..)` forms below are written out by [`ddl`].
const VIEWS: &str = "
CREATE VIEW flush_cursor AS SELECT last_seq, time(last_time_ns) AS last_time, schema_version FROM raw.flush_cursor;
CREATE VIEW frames AS SELECT seq, time(time_ns) AS time, command, session_id, msg_seq_num, events FROM raw.frames;
CREATE VIEW executions AS SELECT
  seq, idx, seq || '-' || idx AS exec_id, time(time_ns) AS time, event, exec_type, ord_status, order_id, cl_ord_id,
  orig_cl_ord_id, session_id, session, account, symbol, side, ord_type, time_in_force, px(order_qty) AS order_qty,
  px(price) AS price, px(last_qty) AS last_qty, px(last_px) AS last_px, px(cum_qty) AS cum_qty,
  px(leaves_qty) AS leaves_qty, px(avg_px) AS avg_px, money(cum_notional) AS cum_notional, venue_exec_id, reason
  FROM raw.executions;
CREATE VIEW orders AS SELECT
  order_id, cl_ord_id, session, account, symbol, side, ord_type, time_in_force, ord_status, order_qty, price, cum_qty,
  leaves_qty, avg_px, time AS last_time, seq AS last_seq
  FROM executions
  WHERE order_id > 0 AND event NOT IN ('OrderRefused', 'CancelRejected', 'StatusReported')
  QUALIFY row_number() OVER (PARTITION BY order_id ORDER BY seq DESC, idx DESC) = 1;
CREATE VIEW risk_decisions AS SELECT
  seq, idx, time(time_ns) AS time, request, verdict, session_id, session, account, symbol, side, order_id, cl_ord_id,
  px(order_qty) AS order_qty, px(price) AS price, px(worst_px) AS worst_px, check_code, unit,
  unit(limit_units) AS limit_value, unit(observed_units) AS observed_value, px(reference_px) AS reference_px
  FROM raw.risk_decisions;
CREATE VIEW refusals AS SELECT * FROM risk_decisions WHERE verdict = 'refused';
CREATE VIEW positions AS SELECT
  seq, idx, time(time_ns) AS time, account, symbol, px(qty) AS qty, money(cost) AS cost, money(realised) AS realised,
  money(fees) AS fees, money(cash_from_trades) AS cash_from_trades, money(account_cash) AS account_cash,
  money(fee) AS fee
  FROM raw.positions WHERE strategy IS NULL;
CREATE VIEW strategy_positions AS SELECT
  seq, idx, time(time_ns) AS time, account, symbol, strategy, px(qty) AS qty, money(cost) AS cost,
  money(realised) AS realised, money(fees) AS fees, money(cash_from_trades) AS cash_from_trades, money(fee) AS fee
  FROM raw.positions WHERE strategy IS NOT NULL;
CREATE VIEW strategy_positions_now AS SELECT * FROM strategy_positions
  QUALIFY row_number() OVER (PARTITION BY account, symbol, strategy ORDER BY seq DESC, idx DESC) = 1;
CREATE VIEW positions_now AS SELECT * FROM positions
  QUALIFY row_number() OVER (PARTITION BY account, symbol ORDER BY seq DESC, idx DESC) = 1;
CREATE VIEW currency_cash AS SELECT
  seq, idx, time(time_ns) AS time, account, currency, flow, money(amount) AS amount,
  rate_digits / pow(10, rate_places) AS rate, time(rate_time_ns) AS rate_time, money(cash) AS cash,
  money(booked) AS booked, money(booked_converted) AS booked_converted, money(deposited) AS deposited,
  money(deposited_converted) AS deposited_converted
  FROM raw.currency_cash;
CREATE VIEW commissions AS SELECT
  seq, idx, time(time_ns) AS time, account, symbol, order_id, fill, outcome, comm_type, px(said) AS said, currency,
  money(amount) AS amount, money(charged) AS charged, rate_digits / pow(10, rate_places) AS rate,
  time(rate_time_ns) AS rate_time, money(account_cash) AS account_cash
  FROM raw.commissions;
CREATE MACRO position_at(ts) AS TABLE SELECT * FROM positions
  WHERE time <= CAST(ts AS TIMESTAMP_NS)
  QUALIFY row_number() OVER (PARTITION BY account, symbol ORDER BY seq DESC, idx DESC) = 1;
CREATE VIEW quotes AS SELECT
  seq, time(time_ns) AS time, time(source_time_ns) AS source_time, symbol, px(bid_px) AS bid_px, px(bid_qty) AS bid_qty,
  px(ask_px) AS ask_px, px(ask_qty) AS ask_qty, px(last_px) AS last_px
  FROM raw.quotes;
CREATE VIEW instruments AS SELECT
  seq, time(time_ns) AS time, instrument_id, symbol, currency, px(tick) AS tick, px(lot) AS lot,
  px(max_order_qty) AS max_order_qty, multiplier, px(collar) AS collar, reference_age_max_ns, tradable
  FROM raw.instruments QUALIFY row_number() OVER (PARTITION BY instrument_id ORDER BY seq DESC, idx DESC) = 1;
CREATE VIEW accounts AS SELECT
  seq, time(time_ns) AS time, account_id, account, currency, money(max_order_notional) AS max_order_notional,
  px(max_order_qty) AS max_order_qty, px(max_long) AS max_long, px(max_short) AS max_short, px(fee_rate) AS fee_rate,
  open_orders_max, cash_account
  FROM raw.accounts QUALIFY row_number() OVER (PARTITION BY account_id ORDER BY seq DESC, idx DESC) = 1;
CREATE VIEW sessions AS SELECT
  seq, time(time_ns) AS time, session_id, sender_comp_id, target_comp_id, account, messages_per_second
  FROM raw.sessions QUALIFY row_number() OVER (PARTITION BY session_id ORDER BY seq DESC, idx DESC) = 1;
CREATE VIEW operator_acts AS SELECT
  seq, idx, time(time_ns) AS time, act, subject, actor, reason, before, after, money(amount) AS amount,
  money(cash) AS cash
  FROM raw.operator_acts;
CREATE VIEW limits AS SELECT
  seq, idx, time(time_ns) AS time, scope, name, kind, unit, unit(before) AS before, unit(value) AS value,
  outcome, proposal, time(expires_ns) AS expires,
  asked_by, asked_because, settled_by, settled_because, configured, outcome = 'set' AS effective
  FROM raw.limits;
CREATE VIEW restrictions AS SELECT
  seq, idx, time(time_ns) AS time, asked, restriction, symbol, account, forbids, time(from_ns) AS from_time,
  time(until_ns) AS until_time, outcome, proposal, time(expires_ns) AS expires,
  asked_by, asked_because, settled_by, settled_because, outcome = 'set' AS effective
  FROM raw.restrictions;
CREATE VIEW overrides AS SELECT
  seq, idx, time(time_ns) AS time, asked_at, session, account, symbol, side, px(order_qty) AS order_qty, px(price) AS price,
  time(expires_ns) AS expires, outcome, order_id, check_code, asked_by, asked_because, settled_by, settled_because,
  outcome IN ('approved', 'used') AS effective
  FROM raw.overrides;
CREATE VIEW suspended_reports AS SELECT
  seq, idx, time(time_ns) AS time, order_id, venue_exec_id, report, px(last_qty) AS last_qty, px(last_px) AS last_px, why
  FROM raw.suspended_reports;
CREATE VIEW position_adjustments AS SELECT
  seq, idx, time(time_ns) AS time, account, symbol, px(qty) AS qty, px(px) AS px, money(value) AS value, moves_cash,
  money(in_kind) AS in_kind, actor, reason
  FROM raw.position_adjustments;
CREATE VIEW day_closes AS SELECT
  seq, time(time_ns) AS time, DATE '1970-01-01' + CAST(trading_day AS INTEGER) AS trading_day, close_seq, previous_seq,
  digest, positions, unmarked, marks, breaks
  FROM raw.day_closes;
CREATE VIEW day_marks AS SELECT
  m.seq, time(m.time_ns) AS time, DATE '1970-01-01' + CAST(c.trading_day AS INTEGER) AS trading_day, m.symbol,
  m.policy, px(m.bid_px) AS bid_px, px(m.ask_px) AS ask_px, px(m.last_px) AS last_px, m.age_ns, m.stale
  FROM raw.day_marks AS m LEFT JOIN raw.day_closes AS c ON c.close_seq = m.close_seq;
";

/// All statements that make an empty database of this version.
pub(crate) fn ddl() -> String {
    let views = expand(VIEWS, "px(", |column| {
        format!("(CAST({column} AS DECIMAL(19,0)) * CAST('0.00000001' AS DECIMAL(9,8)))")
    });
    let views = expand(&views, "money(", money);
    let views = expand(&views, "unit(", |column| {
        format!(
            "CASE unit WHEN 'Notional' THEN {} WHEN 'Px' THEN {e8} WHEN 'Qty' THEN {e8} WHEN 'Ratio' THEN {e8} \
             ELSE TRY_CAST({column} AS DECIMAL(38,16)) END",
            money(column),
            e8 = format_args!(
                "TRY_CAST(TRY_CAST({column} AS DECIMAL(30,0)) * CAST('0.00000001' AS DECIMAL(8,8)) AS DECIMAL(38,16))"
            ),
        )
    });
    let views = expand(&views, "time(", |column| format!("make_timestamp_ns({column})"));
    format!("{BASE}{views}INSERT INTO raw.flush_cursor VALUES (0, 0, 0, {SCHEMA_VERSION});")
}

fn money(column: &str) -> String {
    format!("(TRY_CAST({column} AS DECIMAL(38,0)) * CAST('0.0000000000000001' AS DECIMAL(17,16)))")
}

/// Replaces each `form column)` that stands alone as a word; columns have no parentheses of their own.
fn expand(text: &str, form: &str, with: impl Fn(&str) -> String) -> String {
    let mut expanded = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(at) = rest.find(form) {
        let (before, from) = rest.split_at(at);
        expanded.push_str(before);
        let whole_word = !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        match from[form.len()..].split_once(')') {
            Some((column, after)) if whole_word => {
                expanded.push_str(&with(column));
                rest = after;
            }
            _ => {
                expanded.push_str(form);
                rest = &from[form.len()..];
            }
        }
    }
    expanded.push_str(rest);
    expanded
}
