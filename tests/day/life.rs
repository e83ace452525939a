//! Orders through a trading day and into the next, over a restart too.

use super::{Daemon, act, config, hears_one, logon, order, phase, session, status, until, until_quoted};
use super::{ask_again, change, count};

use gateway::fix::value::{TimePrecision, TimeText};

const TRADER: &str = "account = \"DESK\"";
const MONDAY: &str = "2026-11-23";
const TUESDAY: &str = "2026-11-24";

fn today(daemon: &Daemon) -> serde_json::Value {
    let status = status(daemon);
    let days = status["views"]["days"].as_array().cloned().unwrap_or_default();
    days.into_iter().find(|day| day["symbol"] == "DAYS").unwrap_or_default()
}

#[test]
fn orders_wait_for_their_part_of_the_day_and_end_or_go_on_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let daemon = Daemon::start(folder.path(), &config(&session("TRADER", TRADER)));
    until_quoted(&daemon);
    let mut trader = logon(&daemon, "TRADER", 1, "30");
    phase(&daemon, "pre_open", MONDAY);

    order(&mut trader, "auction", &[(44, "60"), (59, "2")]);
    hears_one(&mut trader, &["35=8", "11=auction", "150=0", "636=N"]);
    phase(&daemon, "opening", MONDAY);
    hears_one(&mut trader, &["35=8", "11=auction", "150=L", "636=Y"]);
    // Nobody trades with it in the auction, and it lapses: the paper venue says so itself.
    hears_one(&mut trader, &["35=8", "11=auction", "150=4", "39=4", "151=0"]);
    phase(&daemon, "open", MONDAY);

    order(&mut trader, "day", &[(44, "60")]);
    hears_one(&mut trader, &["35=8", "11=day", "150=0"]);
    // Filled in part: what the market has, then the rest far from it.
    order(&mut trader, "gtc", &[(38, "1000000"), (44, "120"), (59, "1")]);
    hears_one(&mut trader, &["35=8", "11=gtc", "150=F"]);
    let terms = [(11, "rest"), (41, "gtc"), (55, "DAYS"), (54, "1"), (38, "1000000"), (40, "2"), (44, "60")];
    trader.say("G", &terms);
    let rest = hears_one(&mut trader, &["35=8", "11=rest", "150=5", "39=1"]);
    let field = |message: &str, tag: &str| {
        let value = message.split(&format!("|{tag}=")).nth(1).and_then(|rest| rest.split('|').next());
        value.unwrap_or_else(|| panic!("no {tag} in {message}")).to_owned()
    };
    let (cum, leaves) = (field(&rest, "14"), field(&rest, "151"));
    let trades = |counts: &serde_json::Value| counts["trades"].as_u64().is_some_and(|trades| trades > 0);
    until("the fills are counted", || trades(&today(&daemon)));
    let counts = today(&daemon);
    assert_eq!((&counts["trading_day"], &counts["orders"], &counts["cancels"]), (&MONDAY.into(), &3.into(), &1.into()));
    assert_ne!(counts["traded"], "0");

    phase(&daemon, "closed", MONDAY);
    hears_one(&mut trader, &["35=8", "11=day", "150=C", "39=C", "151=0"]);
    let done = hears_one(&mut trader, &["35=8", "11=rest", "150=3", "39=3"]);
    assert_eq!((field(&done, "14"), field(&done, "425")), (cum.clone(), cum.clone()));
    order(&mut trader, "late", &[(44, "60")]);
    hears_one(&mut trader, &["35=8", "11=late", "150=8", "103=2"]);

    phase(&daemon, "pre_open", TUESDAY);
    until("the counts begin again", || today(&daemon).is_null());
    phase(&daemon, "open", TUESDAY);
    let renewed = hears_one(&mut trader, &["35=8", "11=rest", "150=D", "378=1", "39=1", "425=0"]);
    assert_eq!((field(&renewed, "424"), field(&renewed, "14")), (leaves, cum));
}

#[test]
fn good_till_date_ends_at_its_time_and_a_telephoned_order_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let daemon = Daemon::start(folder.path(), &config(&session("TRADER", TRADER)));
    until_quoted(&daemon);
    let mut trader = logon(&daemon, "TRADER", 1, "30");
    phase(&daemon, "open", MONDAY);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let soon = i64::try_from(now.as_nanos()).expect("before 2262") + 2_000_000_000;
    let mut time = TimeText::new(TimePrecision::Millis);
    let soon = String::from_utf8(time.format(soon).to_vec()).expect("ASCII");
    order(&mut trader, "gtd", &[(44, "60"), (59, "6"), (126, &soon)]);
    hears_one(&mut trader, &["35=8", "11=gtd", "150=0"]);
    hears_one(&mut trader, &["35=8", "11=gtd", "150=C", "39=C"]);

    act(&daemon, &["order", "enter", "TRADER", "buy", "7", "DAYS", "--price", "55", "--reason", "by telephone"]);
    let told = hears_one(&mut trader, &["35=8", "38=7", "44=55", "150=0"]);
    assert!(!told.contains("|11="), "{told}");
    act(&daemon, &["halt", "--symbol", "DAYS", "--reason", "news"]);
    order(&mut trader, "halted", &[(44, "60")]);
    hears_one(&mut trader, &["35=8", "11=halted", "150=8"]);
    act(&daemon, &["resume", "--symbol", "DAYS", "--reason", "no news"]);
    order(&mut trader, "resumed", &[(44, "60")]);
    hears_one(&mut trader, &["35=8", "11=resumed", "150=0"]);
    act(&daemon, &["split", "DAYS", "2:1", "--reason", "corporate action"]);
    hears_one(&mut trader, &["35=8", "11=resumed", "150=D", "378=0", "38=20", "44=30"]);
    let journal = daemon.journal();
    for reason in ["by telephone", "no news", "corporate action"] {
        assert!(journal.contains(reason), "{reason} is in the journal");
    }
}

#[test]
fn stop_outlives_a_restart_and_fires_at_the_first_price_beyond_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let before = config(&session("TRADER", TRADER));
    {
        let daemon = Daemon::start(folder.path(), &before);
        until_quoted(&daemon);
        let mut trader = logon(&daemon, "TRADER", 1, "30");
        phase(&daemon, "open", MONDAY);
        order(&mut trader, "stop", &[(40, "3"), (99, "120"), (59, "1")]);
        hears_one(&mut trader, &["35=8", "11=stop", "150=0", "636=N"]);
        assert_eq!(count(&trader, &["11=stop", "150=L"]), 0);
        // kill -9
    }
    let gap = change(&before, "price = \"100\"\ncalendar", "price = \"140\"\ncalendar");
    let daemon = Daemon::start(folder.path(), &gap);
    let mut trader = logon(&daemon, "TRADER", 3, "30");
    ask_again(&mut trader);
    hears_one(&mut trader, &["35=8", "11=stop", "150=L"]);
    let fill = hears_one(&mut trader, &["35=8", "11=stop", "150=F", "39=2"]);
    let px: f64 = fill
        .split("|31=")
        .nth(1)
        .and_then(|rest| rest.split('|').next())
        .expect("LastPx(31)")
        .parse()
        .expect("a price");
    assert!(px > 130.0, "it trades where the market is: {fill}");
}
