//! What a drill trades: instruments on the paper venue or at a broker, clients with traders and strategies, and orders that rest.

use std::net::SocketAddr;

/// The broker's CompID, and what begins the name of each client's session.
pub(super) const BROKER: &str = "PRIME";
pub(super) const CLIENT: &str = "DRILL";
/// Clients' sessions, and instruments.
pub(super) const CLIENTS: usize = 4;
pub(super) const INSTRUMENTS: usize = 8;
/// The market is around this price; orders rest far below it.
const MARKET_PX: u32 = 100;
/// Prices that orders rest at, from this one upwards.
const RESTING_PX: usize = 20;
const RESTING_PXS: usize = 50;
/// 1e-8 units of one.
const ONE: i64 = 100_000_000;

/// One order of a client.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) cl_ord_id: String,
    pub(super) symbol: String,
    pub(super) client: usize,
    /// In 1e-8.
    pub(super) order_qty: i64,
    pub(super) price: i64,
}

/// The order of this number: far from the market, so that it rests.
pub(super) fn order(number: usize) -> Order {
    let whole = |number: usize| i64::try_from(number).unwrap_or(i64::MAX / ONE) * ONE;
    Order {
        cl_ord_id: format!("drill-{number}"),
        symbol: symbol(number % INSTRUMENTS),
        client: number / INSTRUMENTS % CLIENTS,
        order_qty: whole(1 + number % 10),
        price: whole(RESTING_PX + number % RESTING_PXS),
    }
}

fn symbol(number: usize) -> String {
    format!("D{number}")
}

/// The session of a client.
pub(super) fn session(client: usize) -> String {
    format!("{CLIENT}{}", client + 1)
}

/// A small daemon for so many orders; with a broker, all of them go there.
pub(super) fn config(orders: usize, broker: Option<SocketAddr>) -> String {
    let mut config = format!(
        r#"
[fix]
sender_comp_id = "MILLRACE"
[engine]
orders_max = {}
huge_pages = false
[limits]
waived = ["order_qty", "order_notional", "collar", "message_rate", "open_notional"]
[store]
enabled = false
[quotes]
source = "synthetic"
per_second = 200
"#,
        4 * orders.max(4_096)
    );
    if let Some(address) = broker {
        config += &format!(
            r#"
[[brokers]]
target_comp_id = "{BROKER}"
addresses = ["{address}"]
reconnect_min = "20ms"
reconnect_max = "100ms"
"#
        );
    }
    let goes = if broker.is_some() { format!("broker = \"{BROKER}\"") } else { String::new() };
    for number in 0..INSTRUMENTS {
        config += &format!(
            r#"
[[instruments]]
symbol = "{}"
tick = "0.01"
max_order_qty = 1_000
collar_percent = 99
reference_age = "1h"
price = "{MARKET_PX}"
{goes}
"#,
            symbol(number)
        );
    }
    for number in 0..CLIENTS {
        config += &format!(
            r#"
[[accounts]]
account = "ACC{0}"
kind = "margin"
cash = "1000000000"
max_order_notional = "1000000"
max_order_qty = 1_000
max_long = 1_000_000_000
max_short = 1_000_000_000
open_orders_max = 1_000_000

[[sessions]]
target_comp_id = "{1}"
account = "ACC{0}"
trader = "TRADER{2}"
strategy = "STRATEGY{3}"
messages_per_second = 1_000_000
"#,
            number + 1,
            session(number),
            1 + number / 2,
            1 + number % 2,
        );
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Configuration;

    #[test]
    fn configuration_is_sound_with_and_without_a_broker() {
        for broker in [None, Some(SocketAddr::from(([127, 0, 0, 1], 4_711)))] {
            let read = Configuration::parse("drill", &config(10, broker)).map_err(|problems| problems.to_string());
            let read = read.expect("it is sound");
            assert_eq!((read.sessions.len(), read.instruments.len()), (CLIENTS, INSTRUMENTS));
            assert_eq!(read.brokers.len(), usize::from(broker.is_some()));
        }
    }
}
