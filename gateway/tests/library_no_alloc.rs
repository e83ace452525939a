//! Once logged on, the library allocates nothing per message: the echo there and back, both ends on one thread.

#[path = "../examples/support/echo.rs"]
mod echo;

use std::net::SocketAddr;
use std::time::Duration;

use echo::Echo;
use gateway::fix::driver::{Application, ConnectSettings, Driver, Limits, MemoryStore, Outbound, SessionKey};
use gateway::fix::message::Message;
use gateway::fix::session::SessionConfig;
use gateway::fix::tag;

/// Sends the next order when one is back.
#[derive(Default)]
struct Client {
    logged_on: bool,
    back: u64,
}

impl Client {
    fn order(&self, out: &mut Outbound<'_>) {
        out.send(b"D", |body| {
            body.field_u64(tag::CL_ORD_ID, self.back);
            body.field_str(tag::SYMBOL, "AAPL");
            body.field_char(tag::SIDE, b'1');
            body.field_time(tag::TRANSACT_TIME, 1_700_000_000_000_000_000);
            // Out of order, so that the echo has to sort.
            body.field_u64(tag::ORDER_QTY, 100);
            body.field_char(tag::ORD_TYPE, b'1');
        });
    }
}

impl Application for Client {
    fn on_logon(&mut self, _: SessionKey, out: &mut Outbound<'_>) {
        self.logged_on = true;
        self.order(out);
    }

    fn on_message(&mut self, _: SessionKey, message: &Message<'_>, out: &mut Outbound<'_>) {
        assert_eq!(message.get_u64(tag::CL_ORD_ID, u64::MAX), Ok(self.back));
        self.back += 1;
        self.order(out);
    }
}

#[test]
fn echo_allocates_nothing_once_it_is_warm() {
    let mut server = Driver::new(Limits::default()).expect("a driver");
    let listener = server.listen(SocketAddr::from(([127, 0, 0, 1], 0)), None).expect("listening");
    // Small, so that it is full and goes round.
    let store = || Box::new(MemoryStore::new(100, 10_000));
    server.accept(listener, SessionConfig::acceptor("ECHO", "CLIENT"), store());
    let mut client = Driver::new(Limits::default()).expect("a driver");
    let to = ConnectSettings::to(server.local_addr(listener));
    client.initiate(SessionConfig::initiator("CLIENT", "ECHO"), store(), to);
    let (mut echo, mut orders) = (Echo::default(), Client::default());
    let mut until = |count: u64| {
        while orders.back < count {
            client.poll(Duration::ZERO, &mut orders).expect("the client goes on");
            server.poll(Duration::ZERO, &mut echo).expect("the server goes on");
        }
    };
    until(2_000);
    let touched = allocation_counter::measure(|| until(12_000));
    assert_eq!((touched.count_total, touched.count_current), (0, 0), "allocator calls for 20,000 messages");
}
