//! The engine by itself: no journal, no threads, no clock.

mod bench;
mod order_life;
mod random_orders;
mod trading_days;
