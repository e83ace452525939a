//! The echo's canonical order with repeating groups, and groups in them, in every version and at every level of validation.

use super::sessions::config;
use super::support::{Raw, Side, body, local};
use gateway::fix::dictionary::{Dictionary, Level};
use gateway::fix::driver::{Limits, MemoryStore};
use gateway::fix::session::SessionConfig;

#[test]
fn groups_come_back_whole_in_the_place_of_their_count_in_every_version() {
    const ORDER: &str = "11=a|21=1|38=5|40=1|54=1|55=X|60=20240101-00:00:00|";
    const PARTIES: &str = "453=2|448=p|447=D|452=1|802=2|523=s|803=2|523=t|803=1|448=q|447=D|452=3|";
    const NESTED: &str = "539=1|524=n|525=D|538=1|804=1|545=u|805=2|";
    const ALLOCS: &str = "78=2|79=b|80=3|79=a|80=2|";
    const LEGS: &str = "555=2|600=l|604=2|605=m|606=1|605=n|606=4|600=k|";
    const UNDERLYINGS: &str = "711=2|311=v|457=1|458=w|459=1|311=u|";
    const SYMBOLS: &str = "146=2|311=v|305=1|319=2|311=u|305=1|";
    // What is sent, group first and the rest from the end; what comes back, ascending.
    let nested_allocs = format!("78=2|79=b|{NESTED}80=3|79=a|80=2|");
    let new: [&[(&str, String, String)]; 2] = [
        &[
            ("D", format!("{ALLOCS}{ORDER}"), format!("{ORDER}{ALLOCS}")),
            ("c", format!("{SYMBOLS}321=0|320=r|55=X|"), format!("55=X|{SYMBOLS}320=r|321=0|")),
            ("d", format!("323=1|{SYMBOLS}322=s|320=r|55=X|"), format!("55=X|{SYMBOLS}320=r|322=s|323=1|")),
        ],
        &[
            ("D", format!("{PARTIES}{nested_allocs}{ORDER}"), format!("{ORDER}{nested_allocs}{PARTIES}")),
            ("c", format!("{UNDERLYINGS}{LEGS}321=0|320=r|55=X|"), format!("55=X|320=r|321=0|{LEGS}{UNDERLYINGS}")),
            (
                "d",
                format!("{LEGS}{UNDERLYINGS}323=1|322=s|320=r|55=X|"),
                format!("55=X|320=r|322=s|323=1|{LEGS}{UNDERLYINGS}"),
            ),
        ],
    ];
    for (version, cases) in [("FIX.4.2", new[0]), ("FIX.4.4", new[1]), ("FIXT.1.1", new[1])] {
        for level in [Level::Strict, Level::Lenient, Level::Off] {
            let mut side = Side::new(Limits::default());
            let listener = side.driver.listen(local(0), None).expect("listening");
            let config = config(version, "C");
            let dictionary = Some(Dictionary::standard(config.version));
            let config = SessionConfig { dictionary, validation: level, ..config };
            side.driver.accept(listener, config, Box::new(MemoryStore::default()));
            let mut client = Raw::connect(side.driver.local_addr(listener), version, "C");
            client.logon(&mut side, if version == "FIXT.1.1" { "1137=9|" } else { "" });
            for (msg_type, sent, back) in cases {
                client.send(msg_type, sent);
                let message = client.next(&mut side, "the message");
                assert_eq!(body(&message), back, "{version} {level:?}: {message}");
            }
        }
    }
}
