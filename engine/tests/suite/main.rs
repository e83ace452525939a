//! The engine by itself: no journal, no threads, no clock.

mod amends;
mod bench;
mod days;
mod doubt;
mod held;
mod linked;
mod many;
mod order_life;
mod random_orders;
mod trading_days;
mod verbal;
