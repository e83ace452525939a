//! What is sent: a seeded mix of new orders, cancels and replaces.
//!
//! The draw for message `i` is a pure function of the seed and `i`: it does not depend on what was answered before, so two
//! runs with one seed ask for the same things. Only which own order a cancel meets depends on what is live by then.

use anyhow::{Context, Result, ensure};
use gateway::fix::value::parse_decimal;
use serde::Serialize;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::limits;

/// A symbol and the shape of its orders; amounts in 1e-8.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Instrument {
    /// Symbol(55).
    pub symbol: String,
    /// Reference price around which limit prices lie, in 1e-8.
    pub price: i64,
    /// Price step, in 1e-8.
    pub tick: i64,
    /// Quantity step, in 1e-8.
    pub lot: i64,
}

impl FromStr for Instrument {
    type Err = anyhow::Error;

    /// `SYMBOL:PRICE:TICK` or `SYMBOL:PRICE:TICK:LOT`; the lot is 1 when it is not given.
    fn from_str(text: &str) -> Result<Instrument> {
        let parts: Vec<&str> = text.split(':').collect();
        ensure!(matches!(parts.len(), 3 | 4), "`{text}` is not SYMBOL:PRICE:TICK or SYMBOL:PRICE:TICK:LOT");
        let amount = |name: &str, part: &str| -> Result<i64> {
            let value = parse_decimal(part.as_bytes()).ok().with_context(|| format!("{name} `{part}` of `{text}`"))?;
            ensure!(value > 0, "{name} `{part}` of `{text}` is not above zero");
            Ok(value)
        };
        let instrument = Instrument {
            symbol: parts[0].to_owned(),
            price: amount("price", parts[1])?,
            tick: amount("tick", parts[2])?,
            lot: amount("lot", parts.get(3).unwrap_or(&"1"))?,
        };
        check_name("symbol", &instrument.symbol)?;
        Ok(instrument)
    }
}

/// Refuses names that cannot stand in a FIX field.
pub fn check_name(what: &str, name: &str) -> Result<()> {
    ensure!(!name.is_empty() && name.len() <= limits::NAME_BYTES_MAX, "{what} `{name}` is empty or too long");
    ensure!(name.bytes().all(|byte| byte.is_ascii_graphic()), "{what} `{name}` is not plain ASCII");
    Ok(())
}

/// Shares of the traffic, in percent. Cancels, replaces and refused orders are shares of all messages; market orders are
/// a share of the good new orders.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Mix {
    pub cancel_percent: u8,
    pub replace_percent: u8,
    pub market_percent: u8,
    /// Orders beyond a limit, outside the price collar, or for an unknown symbol, in equal parts.
    pub refused_percent: u8,
    /// Distance of limit prices from the reference, in basis points; below zero crosses the market.
    pub away_bps_min: i32,
    pub away_bps_max: i32,
    /// Order quantities are 1 to this many lots.
    pub lots_max: u32,
}

impl Mix {
    /// Limit orders one or two percent away from the market, and 10 % cancels: the mix for comparing speed.
    pub fn canonical() -> Mix {
        Mix {
            cancel_percent: 10,
            replace_percent: 0,
            market_percent: 0,
            refused_percent: 0,
            away_bps_min: 100,
            away_bps_max: 200,
            lots_max: 10,
        }
    }

    /// Everything a desk does: new, cancel, replace; market and limit; some beyond a limit so that refusals are seen.
    pub fn demo() -> Mix {
        Mix {
            cancel_percent: 25,
            replace_percent: 15,
            market_percent: 15,
            refused_percent: 3,
            away_bps_min: -10,
            away_bps_max: 60,
            lots_max: 10,
        }
    }

    /// Says what is wrong with the shares.
    pub fn check(&self) -> Result<()> {
        let all = u32::from(self.cancel_percent) + u32::from(self.replace_percent) + u32::from(self.refused_percent);
        ensure!(all <= 100, "cancels, replaces and refused orders are {all} % together");
        ensure!(self.market_percent <= 100, "market orders are {} %", self.market_percent);
        ensure!(self.lots_max > 0, "orders of zero lots");
        ensure!(
            -5_000 <= self.away_bps_min && self.away_bps_min <= self.away_bps_max && self.away_bps_max <= 5_000,
            "limit prices {} to {} basis points away",
            self.away_bps_min,
            self.away_bps_max
        );
        Ok(())
    }
}

/// Kind of request, the unit of the accounting.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// NewOrderSingle(D).
    New,
    /// OrderCancelRequest(F).
    Cancel,
    /// OrderCancelReplaceRequest(G).
    Replace,
}

/// Side(54) as FIX writes it.
pub const BUY: u8 = b'1';
/// Side(54) as FIX writes it.
pub const SELL: u8 = b'2';
/// OrdType(40) as FIX writes it.
pub const MARKET: u8 = b'1';
/// OrdType(40) as FIX writes it.
pub const LIMIT: u8 = b'2';

/// Stands for a symbol that no venue has.
pub const UNKNOWN_INSTRUMENT: u16 = u16::MAX;

/// The terms of one order, as they are written into D, F and G.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Order {
    /// Position in the instrument list, or [`UNKNOWN_INSTRUMENT`].
    pub instrument: u16,
    /// Position in the account list.
    pub account: u16,
    /// Side(54).
    pub side: u8,
    /// OrdType(40).
    pub ord_type: u8,
    /// OrderQty(38) in 1e-8.
    pub qty: i64,
    /// Price(44) in 1e-8; meaningless for a market order.
    pub px: i64,
}

/// What should be wrong with an order, so that a refusal is seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    Quantity,
    Price,
    Symbol,
}

/// What message `i` asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Draw {
    pub request: Request,
    /// The new order; also sent in place of a cancel or replace while no own order is live.
    pub order: Order,
    /// Chooses among the own live orders.
    pub pick: u64,
    away_bps: i32,
}

/// Current reference prices in 1e-8, one for each instrument, moved by whoever feeds the quotes.
pub type References = Arc<Vec<AtomicI64>>;

/// The seeded generator.
#[derive(Clone, Debug)]
pub struct Workload {
    seed: u64,
    mix: Mix,
    instruments: Vec<Instrument>,
    accounts: usize,
    sessions: usize,
    references: Option<References>,
}

impl Workload {
    /// `accounts` are dealt to the `sessions` in turn; with fewer accounts than sessions, sessions share them.
    pub fn new(
        seed: u64,
        mix: &Mix,
        instruments: &[Instrument],
        accounts: usize,
        sessions: usize,
        references: Option<References>,
    ) -> Result<Workload> {
        mix.check()?;
        ensure!(!instruments.is_empty() && instruments.len() < usize::from(UNKNOWN_INSTRUMENT), "no instruments");
        ensure!((1..=usize::from(u16::MAX)).contains(&accounts), "no accounts");
        ensure!(sessions > 0, "no sessions");
        for instrument in instruments {
            check_name("symbol", &instrument.symbol)?;
            let sizes = [instrument.price, instrument.tick, instrument.lot];
            ensure!(
                sizes.iter().all(|size| *size > 0),
                "{}: price, tick and lot must be above zero",
                instrument.symbol
            );
            let largest = i64::from(mix.lots_max).checked_mul(instrument.lot);
            ensure!(largest.is_some(), "{}: {} lots are too many", instrument.symbol, mix.lots_max);
        }
        if let Some(references) = &references {
            ensure!(references.len() == instruments.len(), "one reference price for each instrument");
        }
        Ok(Workload { seed, mix: mix.clone(), instruments: instruments.to_vec(), accounts, sessions, references })
    }

    /// What message `index`, sent by `session`, asks for.
    pub fn draw(&self, index: u64, session: usize) -> Draw {
        let mut rng = fastrand::Rng::with_seed(self.seed ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let share = rng.u8(0..100);
        let (cancel, replace) = (self.mix.cancel_percent, self.mix.cancel_percent + self.mix.replace_percent);
        let refused = replace + self.mix.refused_percent;
        let request = match share {
            share if share < cancel => Request::Cancel,
            share if share < replace => Request::Replace,
            _ => Request::New,
        };
        let fault = (request == Request::New && share < refused)
            .then(|| [Fault::Quantity, Fault::Price, Fault::Symbol][rng.usize(0..3)]);
        let instrument = rng.usize(0..self.instruments.len());
        let side = if rng.bool() { BUY } else { SELL };
        let ord_type =
            if rng.u8(0..100) < self.mix.market_percent && fault != Some(Fault::Price) { MARKET } else { LIMIT };
        let away_bps = rng.i32(self.mix.away_bps_min..=self.mix.away_bps_max);
        let lots = rng.u32(1..=self.mix.lots_max);
        let mut order = Order {
            instrument: u16::try_from(instrument).unwrap_or(UNKNOWN_INSTRUMENT),
            account: self.account(session, rng.usize(0..self.accounts)),
            side,
            ord_type,
            qty: i64::from(lots) * self.instruments[instrument].lot,
            px: self.price(instrument, side, away_bps),
        };
        if let Some(fault) = fault {
            self.spoil(&mut order, fault);
        }
        Draw { request, order, pick: rng.u64(..), away_bps }
    }

    /// The terms to replace `original` with: its instrument, side and account; quantity and price of the draw.
    pub fn replacement(&self, draw: &Draw, original: &Order) -> Order {
        let Some(instrument) = self.instruments.get(usize::from(original.instrument)) else { return *original };
        let lots = 1 + draw.pick % u64::from(self.mix.lots_max);
        Order {
            ord_type: LIMIT,
            qty: i64::try_from(lots).map_or(instrument.lot, |lots| lots * instrument.lot),
            px: self.price(usize::from(original.instrument), original.side, draw.away_bps),
            ..*original
        }
    }

    /// An account of `session`: those whose position is the session's number modulo the number of sessions.
    fn account(&self, session: usize, pick: usize) -> u16 {
        let own = self.accounts.saturating_sub(session).div_ceil(self.sessions);
        let position = match own {
            0 => session % self.accounts,
            own => session + (pick % own) * self.sessions,
        };
        u16::try_from(position).unwrap_or(0)
    }

    /// A limit price `away_bps` from the reference on the passive side, on a tick, at least one tick.
    fn price(&self, instrument: usize, side: u8, away_bps: i32) -> i64 {
        let Instrument { tick, .. } = self.instruments[instrument];
        let away = if side == BUY { -away_bps } else { away_bps };
        let px = i128::from(self.reference(instrument)) * i128::from(10_000 + away) / 10_000;
        let px = i64::try_from(px).unwrap_or(i64::MAX);
        (px / tick * tick).max(tick)
    }

    fn reference(&self, instrument: usize) -> i64 {
        match &self.references {
            Some(references) => references[instrument].load(Ordering::Relaxed).max(1),
            None => self.instruments[instrument].price,
        }
    }

    fn spoil(&self, order: &mut Order, fault: Fault) {
        let Instrument { tick, lot, .. } = self.instruments[usize::from(order.instrument)];
        let reference = self.reference(usize::from(order.instrument));
        match fault {
            // A thousand million units: beyond any limit, still a number that fits.
            Fault::Quantity => order.qty = (100_000_000_000_000_000 / lot * lot).max(lot),
            Fault::Price if order.side == BUY => order.px = reference.saturating_mul(10) / tick * tick,
            Fault::Price => order.px = (reference / 10 / tick * tick).max(tick),
            Fault::Symbol => order.instrument = UNKNOWN_INSTRUMENT,
        }
    }
}

/// The instruments of `deploy/millrace.toml` with its starting prices, used when none are given.
pub fn default_instruments() -> Vec<Instrument> {
    [
        "AAPL:189.50:0.01",
        "MSFT:412.30:0.01",
        "NVDA:118.75:0.01",
        "AMZN:183.20:0.01",
        "SPY:548.10:0.01",
        "TSLA:243.60:0.01",
        "KO:62.40:0.01",
        "XOM:114.90:0.01",
    ]
    .iter()
    .filter_map(|text| text.parse().ok())
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workload(mix: Mix, seed: u64) -> Workload {
        Workload::new(seed, &mix, &default_instruments(), 5, 2, None).expect("good settings")
    }

    #[test]
    fn same_seed_draws_the_same_and_another_seed_differs() {
        let draws = |seed| (0..2_000).map(|index| workload(Mix::demo(), seed).draw(index, 0)).collect::<Vec<_>>();
        assert_eq!(draws(7), draws(7));
        assert_ne!(draws(7), draws(8));
    }

    #[test]
    fn shares_of_the_mix_are_met() {
        let workload = workload(Mix::demo(), 1);
        let draws: Vec<Draw> = (0..100_000).map(|index| workload.draw(index, 1)).collect();
        let percent = |count: usize| count * 100 / draws.len();
        assert!((24..=26).contains(&percent(draws.iter().filter(|d| d.request == Request::Cancel).count())));
        assert!((14..=16).contains(&percent(draws.iter().filter(|d| d.request == Request::Replace).count())));
        let unknown = draws.iter().filter(|d| d.order.instrument == UNKNOWN_INSTRUMENT).count();
        assert!((800..=1_200).contains(&unknown), "{unknown} of 100,000");
    }

    #[test]
    fn canonical_orders_rest_on_ticks_away_from_the_market() {
        let workload = workload(Mix::canonical(), 3);
        for index in 0..10_000 {
            let Order { instrument, side, px, qty, ord_type, .. } = workload.draw(index, 0).order;
            let instrument = &workload.instruments[usize::from(instrument)];
            assert_eq!(ord_type, LIMIT);
            assert_eq!(px % instrument.tick, 0);
            assert_eq!(qty % instrument.lot, 0);
            assert!(if side == BUY { px < instrument.price } else { px > instrument.price - instrument.tick });
        }
    }

    #[test]
    fn sessions_use_their_own_accounts_and_share_when_there_are_too_few() {
        let five = workload(Mix::canonical(), 1);
        for index in 0..1_000 {
            assert_eq!(five.draw(index, 0).order.account % 2, 0);
            assert_eq!(five.draw(index, 1).order.account % 2, 1);
            assert!(five.draw(index, 0).order.account < 5);
        }
        let one = Workload::new(1, &Mix::canonical(), &default_instruments(), 1, 4, None).expect("good settings");
        assert_eq!(one.draw(1, 3).order.account, 0);
    }

    #[test]
    fn bad_settings_are_refused_with_words() {
        assert!("A:1".parse::<Instrument>().is_err());
        assert!("A:0:1".parse::<Instrument>().is_err());
        assert!("A\u{1}:1:1".parse::<Instrument>().is_err());
        let mix = Mix { cancel_percent: 60, replace_percent: 60, ..Mix::canonical() };
        assert!(mix.check().is_err());
    }
}
