//! The engine by itself: no journal, no threads, no clock.

mod absurd_reports;
mod amends;
mod bench;
mod contracts;
mod corporate;
mod currencies;
mod days;
mod doubt;
mod groups;
mod held;
mod kills;
mod lasting_doubt;
mod limits;
mod linked;
mod many;
mod many_fills;
mod money_alarm;
mod moves;
mod order_life;
mod pre_trade;
mod random_orders;
mod splits;
mod strategies;
mod trading_days;
mod verbal;
mod waiting;
