//! Configurations, right and wrong.

use gateway::fix::dictionary::Level;
use gateway::fix::value::TimePrecision;
use gateway::fix::version::Version;
use model::{Abilities, Command, ContractKind, CostMethod, Qty, ValuationMethod};

use super::*;

const DEPLOYED: &str = include_str!("../../deploy/millrace.toml");

const SMALL: &str = r#"
[[instruments]]
symbol = "ACME"
tick = "0.01"
max_order_qty = 1000

[[accounts]]
account = "ALPHA"
cash = "1000.50"
max_order_notional = 1e6
max_order_qty = 100
max_long = 100

[limits]
waived = ["order_qty", "order_notional", "collar", "message_rate", "open_notional"]

[[sessions]]
target_comp_id = "CLIENT1"
account = "ALPHA"
"#;

fn problems(text: &str) -> Vec<Problem> {
    Configuration::parse("test.toml", text).expect_err("this configuration is wrong").problems
}

fn small() -> String {
    SMALL.replace("1e6", "\"1000000\"")
}

#[test]
fn deployed_file_passes_and_has_what_the_readme_promises() {
    let read = Configuration::parse("deploy/millrace.toml", DEPLOYED).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(read.instruments.len() >= 8);
    assert!(read.accounts.len() >= 3);
    for name in ["CLIENT1", "CLIENT4", "LOAD1", "LOAD16"] {
        assert!(read.sessions.iter().any(|session| session.target_comp_id.as_str() == name), "{name}");
    }
    assert_eq!(read.fix.listen.to_string(), "127.0.0.1:9876");
    assert_eq!(read.http.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(read.journal.durability, Durability::Durable);
}

/// The deployed file is the manual of the keys, so it must write the defaults that a shorter file gets.
#[test]
fn deployed_file_writes_the_defaults() {
    let deployed = Configuration::parse("deploy/millrace.toml", DEPLOYED).unwrap();
    let small = Configuration::parse("test.toml", &small()).unwrap();
    assert_eq!(deployed.data_dir, small.data_dir);
    assert_eq!(deployed.fix, small.fix);
    let mandatory = deployed.firm.mandatory;
    assert_eq!(deployed.firm, DefineFirm { mandatory, ..small.firm });
    assert_eq!(deployed.http, small.http);
    assert_eq!(deployed.journal, small.journal);
    assert_eq!(deployed.engine, small.engine);
    assert_eq!(deployed.store, small.store);
}

#[test]
fn five_errors_are_reported_at_once_each_with_key_value_reason_and_suggestion() {
    let text = small()
        .replace("tick = \"0.01\"", "tick = \"-0.01\"")
        .replace("max_long", "max_lnog")
        .replace("\"CLIENT1\"\naccount = \"ALPHA\"", "\"CLIENT1\"\naccount = \"ALPHAA\"")
        + "[journal]\ndurability = \"durabel\"\n[fix]\nlisten = \"0.0.0.0:9876\"\n";
    let found = problems(&text);
    let about =
        |key: &str| found.iter().find(|problem| problem.key == key).unwrap_or_else(|| panic!("{key}: {found:?}"));
    assert_eq!(about("instruments[0].tick").value, "\"-0.01\"");
    assert!(about("instruments[0].tick").reason.contains("above zero"));
    assert_eq!(about("accounts[0].max_lnog").suggestion.as_deref(), Some("did you mean max_long?"));
    assert!(about("accounts[0].max_long").reason.contains("missing"));
    assert_eq!(about("sessions[0].account").suggestion.as_deref(), Some("did you mean ALPHA?"));
    assert_eq!(about("journal.durability").suggestion.as_deref(), Some("did you mean \"durable\"?"));
    assert!(about("fix.listen").reason.contains("beyond this machine"));
    assert_eq!(found.len(), 6);
    assert!(found.windows(2).all(|pair| pair[0].line <= pair[1].line));
    assert_eq!(about("instruments[0].tick").line, 4);
}

#[test]
fn text_that_is_not_toml_names_its_line_and_the_rest_is_checked_too() {
    let found = problems(&(small() + "[journal\n[http]\nlisten = \"nowhere\"\n"));
    assert!(found.iter().any(|problem| problem.key.is_empty() && problem.line > 15), "{found:?}");
    assert!(found.iter().any(|problem| problem.key == "http.listen"), "{found:?}");
}

#[test]
fn empty_file_says_what_a_daemon_needs() {
    let found = problems("");
    let keys: Vec<&str> = found.iter().map(|problem| problem.key.as_str()).collect();
    let mandatory = ["order_qty", "order_notional", "collar", "message_rate", "open_notional"];
    let mandatory = mandatory.map(|kind| format!("limits.firm.{kind}"));
    let wanted: Vec<&str> = mandatory.iter().map(String::as_str).chain(["instruments", "accounts"]).collect();
    assert_eq!(keys, wanted);
}

#[test]
fn numbers_are_exact_as_text_and_as_numbers() {
    let read = Configuration::parse("test.toml", &small().replace("max_order_qty = 100\n", "max_order_qty = 0.5\n"));
    let read = read.unwrap();
    assert_eq!(read.accounts[0].definition.max_order_qty, Qty::from_units(50_000_000));
    assert_eq!(read.accounts[0].cash, Notional::from_units(10_005_000_000_000_000_000));
    for wrong in ["0.000000001", "\"1.2.3\"", "true", "\"9999999999\"", "-1", "nan", "inf"] {
        let text = small().replace("max_order_qty = 100\n", &format!("max_order_qty = {wrong}\n"));
        assert_eq!(problems(&text)[0].key, "accounts[0].max_order_qty", "{wrong}");
    }
}

#[test]
fn percent_and_basis_points_become_shares() {
    let text =
        small().replace("tick =", "collar_percent = 2.5\ntick =").replace("cash =", "fee_bps = \"0.25\"\ncash =");
    let read = Configuration::parse("test.toml", &text).unwrap();
    assert_eq!(read.instruments[0].definition.collar, 2_500_000);
    assert_eq!(read.accounts[0].definition.fee_rate, 2_500);
}

#[test]
fn cost_method_is_average_unless_said_otherwise() {
    let methods = ["", "cost_method = \"average\"\n", "cost_method = \"fifo\"\n"].map(|line| {
        let read = Configuration::parse("test.toml", &small().replace("cash =", &format!("{line}cash ="))).unwrap();
        read.accounts[0].definition.cost_method
    });
    assert_eq!(methods, [CostMethod::Average, CostMethod::Average, CostMethod::Fifo]);
    let found = problems(&small().replace("cash =", "cost_method = \"lifo\"\ncash ="));
    assert_eq!(found[0].key, "accounts[0].cost_method");
}

#[test]
fn contracts_are_linear_unless_said_otherwise() {
    let read = |keys: &str| Configuration::parse("test.toml", &small().replace("tick =", &format!("{keys}tick =")));
    let terms = |keys: &str| {
        let definition = read(keys).unwrap().instruments[0].definition;
        (definition.contract_kind, definition.valuation, definition.fx_rate, definition.fx_places)
    };
    assert_eq!(terms(""), (ContractKind::Linear, ValuationMethod::Premium, 0, 0));
    assert_eq!(terms("valuation = \"futures\"\n").1, ValuationMethod::Futures);
    assert_eq!(terms("contract = \"inverse\"\n"), (ContractKind::Inverse, ValuationMethod::Futures, 0, 0));
    let quanto = "contract = \"quanto\"\nfx_rate = \"0.0000150\"\n";
    assert_eq!(terms(quanto), (ContractKind::Quanto, ValuationMethod::Futures, 15, 6));
    for (wrong, key) in [
        ("contract = \"quanto\"\n", "fx_rate"),
        ("contract = \"quanto\"\nfx_rate = 0\n", "fx_rate"),
        ("fx_rate = 1\n", "fx_rate"),
        ("contract = \"inverse\"\nvaluation = \"premium\"\n", "valuation"),
    ] {
        let found = problems(&small().replace("tick =", &format!("{wrong}tick =")));
        assert_eq!(found[0].key, format!("instruments[0].{key}"), "{wrong}");
    }
}

#[test]
fn names_that_clash_are_reported() {
    let limits = SMALL.find("[limits]").zip(SMALL.find("[[sessions]]")).map(|(from, to)| &SMALL[from..to]);
    let again = small().replace(limits.expect("the configuration has limits"), "");
    let found = problems(
        &(small() + &again + "[[session_families]]\nprefix = \"CLIENT\"\ncount = 2\naccounts = [\"ALPHA\"]\n"),
    );
    let keys: Vec<&str> = found.iter().map(|problem| problem.key.as_str()).collect();
    assert_eq!(
        keys,
        ["instruments[1].symbol", "accounts[1].account", "sessions[1].target_comp_id", "session_families[0].prefix"]
    );
}

#[test]
fn pinning_must_fit_the_layout() {
    let found = problems(&(small() + "[engine]\ncores = { engine = 0, journal = 1 }\n"));
    assert_eq!(found[0].key, "engine.cores.journal");
    let found = problems(&(small() + "[engine]\nlayout = \"dedicated\"\ncores = { engine = 0, fix = 0 }\n"));
    assert_eq!(found[0].key, "engine.cores.fix");
    let fits = small() + "[engine]\nlayout = \"dedicated\"\ncores = { engine = 0, fix = 1 }\n";
    assert_eq!(Configuration::parse("test.toml", &fits).unwrap().engine.cores.fix, Some(1));
}

#[test]
fn synthetic_quotes_need_a_price_on_a_tick() {
    let quotes = "[quotes]\nsource = \"synthetic\"\n";
    assert_eq!(problems(&(small() + quotes))[0].key, "instruments[0].price");
    let uneven = small().replace("tick =", "price = \"10.005\"\ntick =");
    assert_eq!(problems(&(uneven + quotes))[0].reason, "is not a multiple of the tick");
}

#[test]
fn opening_cash_is_paid_only_into_accounts_that_are_new() {
    let read = Configuration::parse("test.toml", &small()).unwrap();
    let first = read.definitions(|_| model::VenueId::PAPER, |_| true);
    assert!(matches!(
        first[..],
        [Command::DefineInstrument(_), Command::DefineAccount(_), Command::DefineSession(_), Command::AdjustCash(_)]
    ));
    assert_eq!(read.definitions(|_| model::VenueId::PAPER, |_| false).len(), 3);
}

#[test]
fn missing_file_is_one_clear_problem() {
    let missing = Configuration::load(Path::new("no/such/file.toml")).unwrap_err();
    assert!(missing.to_string().contains("deploy/millrace.toml"), "{missing}");
}

#[test]
fn problems_read_like_a_compiler() {
    let wrong = Configuration::parse("test.toml", &small().replace("max_long", "max_lnog")).unwrap_err();
    let text = wrong.to_string();
    assert!(text.starts_with("test.toml: 2 errors\n"), "{text}");
    assert!(text.contains("accounts[0].max_lnog = 100\n      unknown key; did you mean max_long?"), "{text}");
    assert_eq!(wrong.to_json()[0]["file"], "test.toml");
}

#[test]
fn access_of_a_session_is_read_whole() {
    let hash = gateway::fix::auth::hash_password(b"secret").unwrap();
    let text = small()
        + &format!("username = \"u1\"\npassword_hash = \"{hash}\"\nallowed_addresses = [\"10.0.0.0/8\"]\n")
        + "throttle_per_second = 2000\nthrottle_over = \"disconnect\"\n[fix.lockout]\naddress_failures = 0\n";
    let read = Configuration::parse("test.toml", &text).unwrap_or_else(|problems| panic!("{problems}"));
    let access = &read.sessions[0].access;
    assert!(access.credentials.is_some());
    assert_eq!(access.allowed.len(), 1);
    let throttle = access.throttle.unwrap();
    assert_eq!((throttle.per_second, throttle.burst), (2_000, 2_000));
    assert_eq!(read.fix.lockout.address_failures, 0);
    assert!(!format!("{read:?}").contains("argon2"), "a hash is nobody's business");
}

#[test]
fn access_errors_come_at_once_and_show_no_secret() {
    let text = small()
        + "username = \"u1\"\npassword_hash = \"hunter2\"\npassword = \"hunter2\"\n"
        + "allowed_addresses = [\"10.0.0.1/8\", \"localhost\"]\nthrottle_per_second = 10\n";
    let wrong = Configuration::parse("test.toml", &text).unwrap_err();
    let shown = wrong.to_string();
    assert!(!shown.contains("hunter2") && !wrong.to_json().to_string().contains("hunter2"), "{shown}");
    for words in [
        "sessions[0].password_hash",
        "is not a hash like $argon2id$",
        "`millrace fix hash-password` makes one",
        "sessions[0].password =",
        "\"10.0.0.1/8\" has bits set behind its prefix",
        "\"localhost\" is not an address",
        "is below messages_per_second",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let alone = problems(&(small() + "username = \"u1\"\n"));
    assert_eq!(alone[0].key, "sessions[0].password_hash");
}

#[test]
fn template_is_read_and_two_must_not_overlap() {
    let template = "[[session_families]]\ntemplate = true\nprefix = \"DESK-\"\ncount = 5\naccounts = [\"ALPHA\"]\n";
    let read = Configuration::parse("test.toml", &(small() + template)).unwrap();
    assert_eq!((read.sessions.len(), read.templates.len()), (1, 1));
    assert_eq!(read.templates[0].sessions_max, 5);
    let found = problems(&(small() + template + &template.replace("DESK-", "DESK").replace("ALPHA", "ALPHAA")));
    let keys: Vec<&str> = found.iter().map(|problem| problem.key.as_str()).collect();
    assert_eq!(keys, ["session_families[1].prefix", "session_families[1].accounts"]);
}

#[test]
fn validation_and_timestamps_are_words() {
    let with = |lines: &str| Configuration::parse("test.toml", &format!("[fix]\n{lines}\n{}", small()));
    let read = with("validation = \"strict\"\ntimestamps = \"nanoseconds\"").unwrap();
    assert_eq!(read.fix.protocol.validation, Some(Level::Strict));
    assert_eq!(read.sessions[0].protocol.timestamps, TimePrecision::Nanos);
    let wrong = with("validation = \"strikt\"\ntimestamps = 3").expect_err("both are wrong").problems;
    let keys: Vec<&str> = wrong.iter().map(|problem| problem.key.as_str()).collect();
    assert_eq!(keys, ["fix.validation", "fix.timestamps"]);
}

#[test]
fn session_speaks_as_fix_says_or_as_it_says_itself() {
    let text = small()
        + "version = \"FIX.4.2\"\nreset_on_logon = true\naccept_reset = false\nheartbeat_max = \"5s\"\n"
        + "schedule = { start = \"sun 17:00\", end = \"fri 17:00\", zone = \"America/New_York\" }\n"
        + "[[session_families]]\nprefix = \"DESK\"\ncount = 2\naccounts = [\"ALPHA\"]\nversion = \"FIX.5.0SP2\"\n"
        + "[fix]\nlast_msg_seq_num_processed = true\nnext_expected_msg_seq_num = true\ntimestamps = \"microseconds\"\n";
    let read = Configuration::parse("test.toml", &text).unwrap_or_else(|problems| panic!("{problems}"));
    let single = read.sessions[0].protocol.session("MILL", "CLIENT1");
    assert_eq!(single.version, Version::Fix42);
    assert!(single.reset_on_logon && !single.allow_reset && single.last_msg_seq_num_processed);
    assert!(!single.next_expected_msg_seq_num, "FIX 4.2 has no 789");
    assert_eq!((single.heart_bt_secs_max, single.time_precision), (5, TimePrecision::Micros));
    assert!(read.sessions[0].access.schedule.is_some());
    let member = read.sessions[2].protocol.session("MILL", "DESK2");
    assert_eq!(member.version, Version::Fix50Sp2);
    assert!(member.next_expected_msg_seq_num && member.allow_reset && !member.reset_on_logon);
    assert_eq!(member.heart_bt_secs_max, 60);
}

#[test]
fn what_a_session_cannot_speak_is_said_at_once() {
    let text = small()
        + "version = \"FIX.4.3\"\nschedule = { start = \"08:00\", end = \"25:00\", zone = \"UTC\" }\n"
        + "dictionary = \"no/such.xml\"\nrequire_tls = true\nbad_logon_answer = \"silent\"\n"
        + "[[session_families]]\nprefix = \"DESK\"\ncount = 2\naccounts = [\"ALPHA\"]\nversion = \"FIX.4.2\"\n"
        + "next_expected_msg_seq_num = true\nschedule = { start = \"08:00\", end = \"17:00\" }\n";
    let found = problems(&text);
    let about = |key: &str| found.iter().filter(|problem| problem.key == key).collect::<Vec<_>>();
    assert_eq!(about("sessions[0].version")[0].suggestion.as_deref(), Some("did you mean \"FIX.4.2\"?"));
    assert!(about("sessions[0].schedule")[0].reason.contains("\"25:00\" is not a time of the day"));
    let dictionary: Vec<&str> = about("sessions[0].dictionary").iter().map(|problem| problem.reason.as_str()).collect();
    assert!(dictionary[0].contains("not used by validation") && dictionary[1].contains("cannot be read"), "{found:?}");
    assert!(about("sessions[0].require_tls")[0].reason.contains("no TLS"));
    assert_eq!(about("sessions[0].bad_logon_answer")[0].suggestion.as_deref(), Some("did you mean \"silence\"?"));
    assert!(about("session_families[0].next_expected_msg_seq_num")[0].reason.contains("FIX 4.4"));
    assert!(about("session_families[0].schedule.zone")[0].reason.contains("missing"));
    assert_eq!(found.len(), 8, "{found:?}");
}

#[test]
fn dictionary_of_a_session_is_read_and_its_errors_have_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.xml");
    let with = |xml: &str| {
        std::fs::write(&file, xml).unwrap();
        let text = small() + &format!("validation = \"strict\"\ndictionary = \"{}\"\n", file.display());
        Configuration::parse("test.toml", &text)
    };
    let xml = "<fix major='4' minor='4'>\n<messages/>\n<fields>\n\
               <field number='9001' name='Desk' type='STRING'/>\n</fields>\n</fix>\n";
    let read = with(xml).unwrap_or_else(|problems| panic!("{problems}"));
    let dictionary = read.sessions[0].protocol.session("MILL", "CLIENT1").dictionary.unwrap();
    assert!(dictionary.field(9001).is_some());
    assert_eq!(Some(read), with(xml).ok(), "the same text is the same dictionary");
    let wrong = with(&xml.replace("type='STRING'", "type='STRANG'")).unwrap_err();
    assert!(wrong.to_string().contains("own.xml, line 4: "), "{wrong}");
}

#[test]
fn tls_files_that_cannot_be_used_are_named_by_their_key_and_nothing_of_the_key_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("fix.pem"), folder.path().join("fix.key"));
    let text =
        small() + &format!("[fix.tls]\ncertificate = \"{}\"\nkey = \"{}\"\n", certificate.display(), key.display());
    assert_eq!(problems(&text)[0].key, "fix.tls.certificate");
    std::fs::write(&key, "-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n").unwrap();
    std::fs::write(&certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
    let wrong = Configuration::parse("test.toml", &text).unwrap_err();
    assert_eq!(wrong.problems[0].key, "fix.tls.key");
    assert!(!format!("{wrong} {wrong:?}").contains("SECRET"), "{wrong}");
    let found = problems(&(small() + "[fix.tls]\nlisten = \"here\"\n"));
    let keys: Vec<&str> = found.iter().map(|problem| problem.key.as_str()).collect();
    assert_eq!(keys, ["fix.tls.certificate", "fix.tls.key", "fix.tls.listen"]);
}

#[test]
fn broker_is_read_whole_and_instruments_find_it() {
    let broker = r#"
[[brokers]]
target_comp_id = "PRIME"
version = "FIX.4.2"
addresses = ["127.0.0.1:9", "127.0.0.1:10"]
heartbeat = "10s"
account = "OMNIBUS"
username = "us"
schedule = { start = "08:00", end = "17:00", zone = "Europe/London" }
"#;
    let text = small().replace("max_order_qty = 1000\n", "max_order_qty = 1000\nbroker = \"PRIME\"\n") + broker;
    let read = Configuration::parse("test.toml", &text).unwrap_or_else(|problems| panic!("{problems}"));
    let [broker] = &read.brokers[..] else { panic!("one broker") };
    let session = broker.session();
    assert_eq!((session.version.name(), session.heart_bt_secs), ("FIX.4.2", 10));
    assert_eq!(session.role, gateway::fix::session::Role::Initiator);
    assert_eq!((&*session.sender_comp_id, &*session.target_comp_id), (&b"MILLRACE"[..], &b"PRIME"[..]));
    assert_eq!(broker.connect().unwrap().addresses.len(), 2);
    assert!(broker.schedule.is_some());
    assert_eq!(read.instruments[0].broker.as_str(), "PRIME");
    let venue = model::VenueId::broker(model::SessionId(3));
    let defined = read.definitions(|_| venue, |_| false);
    let there = |one: &Command| match one {
        Command::DefineInstrument(one) if one.venue == venue => Some(one.abilities),
        _ => None,
    };
    let abilities = defined.iter().find_map(there).expect("its instrument goes there");
    assert!(
        abilities.has(Abilities::DAYS.with(Abilities::STOP)) && !abilities.has(Abilities::ICEBERG),
        "the usual ones"
    );
}

#[test]
fn broker_does_what_the_file_says() {
    let broker = r#"
[[brokers]]
target_comp_id = "PRIME"
addresses = ["127.0.0.1:9"]
does = ["iceberg", "min_qty"]
foreign_account = "ALPHA"
ask = "mass_status"
"#;
    let text = small() + broker;
    let read = Configuration::parse("test.toml", &text).unwrap_or_else(|problems| panic!("{problems}"));
    let [broker] = &read.brokers[..] else { panic!("one broker") };
    assert_eq!(broker.does, Abilities::ICEBERG.with(Abilities::MIN_QTY));
    assert_eq!((broker.foreign_account.as_str(), broker.ask), ("ALPHA", gateway::fix::broker::Ask::MassStatus));

    let wrong = text.replace("min_qty", "teleport").replace("ALPHA\"\nask", "OMEGA\"\nversion = \"FIX.4.2\"\nask");
    let found = problems(&wrong);
    for (key, says) in [
        ("brokers[0].does", "teleport"),
        ("brokers[0].foreign_account", "not defined"),
        ("brokers[0].ask", "OrderMassStatusRequest"),
    ] {
        let reported = found.iter().any(|problem| problem.key == key && problem.reason.contains(says));
        assert!(reported, "{key} {says}: {found:?}");
    }
}

#[test]
fn broker_s_mistakes_are_reported_each_with_its_key() {
    let broker = r#"
[[brokers]]
target_comp_id = "CLIENT1"
addresses = ["nowhere"]
heartbeat = "1500ms"
password_file = "/nonexistent/password"
reconnect_min = "5s"
reconnect_max = "1s"
[brokers.tls]
ca = "/nonexistent/ca.pem"
server_name = "prime"
certificate = "/nonexistent/own.pem"
"#;
    let text = small().replace("max_order_qty = 1000\n", "max_order_qty = 1000\nbroker = \"CLEINT1\"\n") + broker;
    let found = problems(&text);
    for (key, says) in [
        ("brokers[0].target_comp_id", "defined twice"),
        ("brokers[0].addresses", "is not an address"),
        ("brokers[0].heartbeat", "whole seconds"),
        ("brokers[0].password_file", "No such file"),
        ("brokers[0].reconnect_max", "less than"),
        ("brokers[0].tls.key", "missing"),
        ("brokers[0].tls.ca", "/nonexistent/ca.pem"),
        ("instruments[0].broker", "not defined"),
    ] {
        let reported = found.iter().any(|problem| problem.key == key && problem.reason.contains(says));
        assert!(reported, "{key} {says}: {found:?}");
    }
}
