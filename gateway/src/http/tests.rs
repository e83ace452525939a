//! The control plane as a client meets it: real sockets, plain HTTP/1.1.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use model::queue::{Consumer, bounded};
use model::{
    AccountDefined, AccountId, AccountName, CashAdjusted, Command, CompId, Currency, DefineAccount, EngineTime, Event,
    Notional, Qty, Seq, Text, TradingState, TradingStateChanged,
};
use serde_json::{Value, json};

use super::*;
use crate::fix::broker::{PositionsRefused, VenuePositions};
use crate::views::{SharedViews, Views};

struct Fixed;

impl JournalMark for Fixed {
    fn durable(&self) -> Seq {
        Seq(90)
    }
    fn synced(&self) -> Seq {
        Seq(85)
    }
    fn written(&self) -> Seq {
        Seq(100)
    }
}

impl Store for Fixed {
    fn status(&self) -> StoreStatus {
        StoreStatus { enabled: true, healthy: true, seq: 80, rows: 7, ..StoreStatus::default() }
    }
}

impl Sessions for Fixed {
    fn sessions(&self) -> Vec<SessionStatus> {
        vec![SessionStatus { target_comp_id: "CLIENT\"1".into(), logged_on: true, ..SessionStatus::default() }]
    }
    fn set_numbers(&self, _: crate::fix::control::NewNumbers) -> Result<Command, crate::fix::control::NumbersRefused> {
        Err(crate::fix::control::NumbersRefused::Connected)
    }
    fn positions(&self, broker: CompId, accounts: Vec<AccountName>) -> Result<VenuePositions, PositionsRefused> {
        match broker.as_str() {
            "PRIME" => Ok(VenuePositions {
                accounts: accounts.iter().map(AccountName::to_string).collect(),
                through: 7,
                ..VenuePositions::default()
            }),
            "DUMB" => Err(PositionsRefused::Refused("ALPHA: unsupported".to_owned())),
            _ => Err(PositionsRefused::Unknown),
        }
    }
}

impl Reload for Fixed {
    fn reload(&self, _: Text<24>, reason: Text<64>) -> Result<Reloaded, ReloadRefused> {
        match reason.as_str() {
            "busy" => Err(ReloadRefused::Busy("the queue is full".into())),
            _ => Err(ReloadRefused::Configuration("millrace.toml: 2 errors".into())),
        }
    }
}

impl Samples for Fixed {
    fn read(&self, into: &mut Vec<Sample>) {
        let sample = |label: &str, value| Sample {
            name: "loop_rounds_total",
            help: "Rounds.",
            kind: Kind::Counter,
            label: Some(("agent", label.to_owned())),
            value,
        };
        into.push(sample("hot", 5.0));
        into.push(sample("journal", 6.0));
    }
}

impl SqlDesk for Fixed {
    fn query(&self, sql: &str, _rows_max: usize, _time_max: Duration) -> Result<SqlAnswer, SqlRefusal> {
        match sql {
            "select 1" => Ok(SqlAnswer { columns: vec!["1".into()], rows: vec![vec![json!(1)]], truncated: false }),
            "late" => Err(SqlRefusal::TimedOut),
            _ => Err(SqlRefusal::Statement("syntax error".into())),
        }
    }
}

#[derive(Default)]
struct Flag(AtomicBool);

impl Readiness for Flag {
    fn check(&self) -> Check {
        let ok = self.0.load(Ordering::Relaxed);
        Check { name: "journal".into(), ok, why: if ok { "writes" } else { "recovering" }.into() }
    }
}

struct House {
    running: Running,
    token: Token,
    views: SharedViews,
    ready: Arc<Flag>,
    commands: Consumer<Command>,
    _dir: tempfile::TempDir,
}

fn house() -> House {
    let dir = tempfile::tempdir().unwrap();
    let token = Token::load_or_create(&dir.path().join("operator.token")).unwrap();
    let (producer, commands) = bounded(1);
    let views = Views::shared();
    views.write().fold(Seq(1), EngineTime(1), &Command::DefineAccount(account()), [defined()]);
    let ready = Arc::new(Flag::default());
    let fixed = Arc::new(Fixed);
    let sources = Sources {
        views: Arc::clone(&views),
        journal: fixed.clone(),
        store: fixed.clone(),
        sessions: fixed.clone(),
        samples: vec![fixed.clone()],
        readiness: vec![ready.clone()],
        sql: Some(fixed.clone()),
        reload: Some(fixed),
        uses: None,
        commands: producer,
    };
    let settings = Settings { listen: "127.0.0.1:0".parse().unwrap(), allowed_hosts: vec!["desk.example".into()] };
    let running = start(settings, token.clone(), sources).unwrap();
    House { running, token, views, ready, commands, _dir: dir }
}

fn account() -> DefineAccount {
    DefineAccount {
        max_order_notional: Notional::whole(1),
        max_order_qty: Qty::whole(1),
        max_long: Qty::whole(1),
        max_short: Qty::ZERO,
        fee_rate: 0,
        open_orders_max: 1,
        cash_account: 1,
        cost_method: model::CostMethod::Average,
        reserved: [0; 2],
        account: AccountName::literal("ALPHA"),
        currency: Currency::literal("USD"),
    }
}

fn defined() -> Event {
    Event::AccountDefined(AccountDefined { definition: account(), account: AccountId(0), reserved: [0; 12] })
}

struct Answer {
    status: u16,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }
}

fn raw(to: SocketAddr, request: &str) -> Answer {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    let text = text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    Answer { status, text }
}

impl House {
    fn get(&self, path: &str) -> Answer {
        raw(self.running.listen(), &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
    }

    /// With the operator's token.
    fn read(&self, path: &str) -> Answer {
        let token = self.token.reveal();
        let head = format!("Host: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n");
        raw(self.running.listen(), &format!("GET {path} HTTP/1.1\r\n{head}"))
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        post(self.running.listen(), self.token.reveal(), path, &body.to_string())
    }
}

fn post(to: SocketAddr, token: &str, path: &str, body: &str) -> Answer {
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        to.port(),
        body.len()
    );
    raw(to, &request)
}

#[test]
fn health_is_503_with_the_reason_until_every_check_holds() {
    let house = house();
    let answer = house.get("/health");
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["checks"][0]["why"], "recovering");
    house.ready.0.store(true, Ordering::Relaxed);
    let answer = house.get("/health");
    assert_eq!((answer.status, &answer.json()["ready"]), (200, &json!(true)));
}

#[test]
fn status_shows_lags_sessions_and_counters() {
    let status = house().get("/status").json();
    assert_eq!(status["journal"]["durable_lag"], 10);
    assert_eq!(status["journal"]["sync_lag"], 15);
    assert_eq!(status["store_lag"], 10);
    assert_eq!(status["views_lag"], 89);
    assert_eq!(status["fix"][0]["logged_on"], true);
    assert_eq!(status["counters"]["loop_rounds_total{hot}"], 5.0);
    let typed: Status = serde_json::from_value(status).unwrap();
    assert_eq!(typed.views.accounts[0].account, "ALPHA");
}

#[test]
fn metrics_have_each_family_once_and_labels_escaped() {
    let answer = house().get("/metrics");
    assert_eq!(answer.status, 200);
    let mut families: Vec<&str> = answer.text.lines().filter(|line| line.starts_with("# TYPE")).collect();
    let all = families.len();
    families.sort_unstable();
    families.dedup();
    assert_eq!(families.len(), all);
    for line in [
        "millrace_journal_durable_lag_frames 10",
        "millrace_loop_rounds_total{agent=\"hot\"} 5",
        "millrace_session_logged_on{target_comp_id=\"CLIENT\\\"1\"} 1",
        "millrace_refusals_total{check=\"COLLAR_HIGH\"} 0",
    ] {
        assert!(answer.text.lines().any(|other| other == line), "{line} in\n{}", answer.text);
    }
}

#[test]
fn post_without_the_token_is_refused() {
    let house = house();
    let to = house.running.listen();
    for token in ["", "wrong", &house.token.reveal()[1..]] {
        let answer = post(to, token, "/sql", "{\"sql\":\"select 1\"}");
        assert_eq!(answer.status, 401);
        assert!(answer.json()["what_to_do"].as_str().is_some_and(|text| text.contains("operator.token")));
    }
}

#[test]
fn request_for_a_foreign_host_or_from_a_foreign_page_is_refused() {
    let house = house();
    let to = house.running.listen();
    let ask = |headers: &str| raw(to, &format!("GET /status HTTP/1.1\r\n{headers}Connection: close\r\n\r\n")).status;
    assert_eq!(ask("Host: rebound.example\r\n"), 421);
    assert_eq!(ask("Host: localhost\r\nOrigin: https://evil.example\r\n"), 403);
    assert_eq!(ask("Host: desk.example:8080\r\n"), 200);
}

#[test]
fn sql_answers_rows_and_refusals() {
    let house = house();
    let ask = |sql: &str| house.post("/sql", &json!({ "sql": sql }));
    assert_eq!(ask("select 1").json()["rows"], json!([[1]]));
    assert_eq!((ask("nonsense").status, ask("late").status), (400, 504));
}

#[test]
fn bodies_that_are_wrong_or_too_large_are_refused_in_json() {
    let house = house();
    let to = house.running.listen();
    let ask = |path: &str, body: &str| post(to, house.token.reveal(), path, body);
    for (path, body) in [
        ("/sql", "{"),
        ("/operator/halt", "{\"scope\":\"world\",\"reason\":\"x\"}"),
        ("/operator/halt", "{\"scope\":\"global\",\"reason\":\"\"}"),
        ("/operator/cash", "{\"account\":\"ALPHA\",\"amount\":\"1e5\",\"reason\":\"x\"}"),
        ("/operator/cash", "{\"account\":\"ALPHA\",\"amount\":1.5,\"reason\":\"x\"}"),
    ] {
        let answer = ask(path, body);
        assert!((400..=422).contains(&answer.status), "{path} {body}: {}", answer.status);
        assert!(answer.json()["error"].is_string());
    }
    assert_eq!(ask("/sql", &format!("{{\"sql\":\"{}\"}}", "x".repeat(100_000))).status, 413);
    assert_eq!(house.read("/nothing").status, 404);
    assert_eq!(house.read("/sql").status, 405);
}

#[test]
fn orders_are_shown_to_nobody_without_the_token() {
    let house = house();
    assert_eq!(house.get("/orders/in-doubt").status, 401);
    assert_eq!(house.read("/orders/in-doubt").status, 200);
}

#[test]
fn act_upon_an_unknown_account_reaches_no_queue() {
    let mut house = house();
    let asked = json!({"scope": "account", "account": "NOBODY", "reason": "test"});
    assert_eq!(house.post("/operator/halt", &asked).status, 404);
    assert!(house.commands.pop().is_none());
}

#[test]
fn act_is_refused_when_queue_is_full() {
    let house = house();
    // The queue has one slot, and nobody takes the act out of it.
    let asked = json!({"scope": "global", "reason": "first"});
    let to = house.running.listen();
    let token = house.token.reveal().to_owned();
    let first = std::thread::spawn(move || post(to, &token, "/operator/halt", &asked.to_string()));
    while house.commands.is_empty() {
        std::thread::yield_now();
    }
    let command = Command::SetTradingState(model::SetTradingState {
        scope: model::Scope::Global,
        state: TradingState::Halted,
        reserved: [0; 6],
        account: AccountName::EMPTY,
        symbol: model::Symbol::EMPTY,
        actor: Text::literal("operator"),
        reason: Text::literal("first"),
    });
    fold_act(&house.views, 2, command);
    assert_eq!(first.join().unwrap().status, 200);
    assert_eq!(house.post("/operator/resume", &json!({"scope": "global", "reason": "second"})).status, 503);
}

#[test]
fn halt_cash_and_rate_answer_once_they_are_in_the_journal() {
    let House { running, token, views, mut commands, .. } = house();
    let to = running.listen();
    let acts = [
        ("/operator/halt", json!({"scope": "account", "account": "ALPHA", "actor": "kim", "reason": "test"})),
        ("/operator/cash", json!({"account": "ALPHA", "amount": "-12.5", "reason": "fee"})),
        ("/operator/fx-rate", json!({"currency": "EUR", "against": "USD", "rate": "1.0835", "reason": "ecb"})),
    ];
    for (seq, (path, asked)) in (2..).zip(acts) {
        let token = token.reveal().to_owned();
        let asking = std::thread::spawn(move || post(to, &token, path, &asked.to_string()));
        let command = loop {
            match commands.pop() {
                Some(command) => break command,
                None => std::thread::yield_now(),
            }
        };
        fold_act(&views, seq, command);
        let answer = asking.join().unwrap();
        assert_eq!((answer.status, &answer.json()["seq"]), (200, &json!(seq)), "{}", answer.text);
    }
    let views = views.read();
    assert!(views.accounts()[0].is_halted());
    assert_eq!(views.accounts()[0].cash.units(), -125_000_000_000_000_000);
}

/// What the engine and the views agent do with an act.
fn fold_act(views: &SharedViews, seq: u64, command: Command) {
    let event = match command {
        Command::SetTradingState(set) => Event::TradingStateChanged(TradingStateChanged {
            set,
            account: if set.account.is_empty() { AccountId::NONE } else { AccountId(0) },
            instrument: model::InstrumentId::NONE,
            before: TradingState::Active,
            reserved: [0; 7],
        }),
        Command::AdjustCash(adjustment) => Event::CashAdjusted(CashAdjusted {
            adjustment,
            cash: adjustment.amount,
            account: AccountId(0),
            reserved: [0; 12],
        }),
        Command::SetFxRate(set) => Event::FxRateSet(model::FxRateSet { set, before: set.rate }),
        other => panic!("not an act: {other:?}"),
    };
    views.write().fold(Seq(seq), EngineTime(5), &command, [event]);
}

#[test]
fn broker_is_asked_for_positions_of_accounts_that_there_are() {
    let house = house();
    house.views.write().fold(Seq(1), EngineTime(1), &Command::DefineAccount(account()), [defined()]);
    let told = house.read("/positions/PRIME?accounts=ALPHA").json();
    assert_eq!((&told["accounts"], &told["through"]), (&json!(["ALPHA"]), &json!(7)));
    assert_eq!(
        house.read("/positions/PRIME").json()["accounts"],
        json!([]),
        "all of them: the broker's agent names them"
    );
    assert_eq!(house.get("/positions/PRIME").status, 401, "positions are nobody else's business");
    for (path, status, says) in [
        ("/positions/PRIME?accounts=BETA", 404, "BETA"),
        ("/positions/NOBODY", 404, "no broker of that name"),
        ("/positions/DUMB", 502, "ALPHA: unsupported"),
    ] {
        let answer = house.read(path);
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert!(answer.text.contains(says), "{path}: {}", answer.text);
    }
}
