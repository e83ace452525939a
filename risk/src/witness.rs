//! Who watches the controls: an order stops at the first refusal, the record wants to see all of them. One code serves both, so
//! what is explained is what was decided.

use model::{Check, Refusal};

/// What one control saw of an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The check, its limit, the value seen and the reference price. See [`Check::unit`] for what the numbers count.
    pub seen: Refusal,
    /// What it said.
    pub verdict: Verdict,
}

/// What a control says of an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The order may pass.
    Passed,
    /// The order is refused.
    Refused,
    /// The control is not about such an order.
    NotConcerned,
}

/// Hears what each control sees.
pub(crate) trait Witness {
    /// Does it want to know what binds also where nothing objects? It takes longer to find than whether anything does.
    const NAMES_ALL: bool = false;

    /// The control refuses the order, or lets it pass; `seen` is what it compared.
    fn judged(&mut self, objects: bool, seen: impl FnOnce() -> Refusal) -> Result<(), Refusal>;

    /// The control is not about this order.
    fn not_concerned(&mut self, check: Check) -> Result<(), Refusal>;

    /// The control has ended. With an error where it could not judge, or refused.
    fn ended(&mut self, result: Result<(), Refusal>) -> Result<(), Refusal>;
}

/// Ends with the first refusal, and builds nothing but it: nearly every control lets nearly every order pass.
pub(crate) struct FirstRefusal;

impl Witness for FirstRefusal {
    #[inline]
    fn judged(&mut self, objects: bool, seen: impl FnOnce() -> Refusal) -> Result<(), Refusal> {
        if objects { Err(seen()) } else { Ok(()) }
    }

    #[inline]
    fn not_concerned(&mut self, _: Check) -> Result<(), Refusal> {
        Ok(())
    }

    #[inline]
    fn ended(&mut self, result: Result<(), Refusal>) -> Result<(), Refusal> {
        result
    }
}

/// Lets pass what only soft checks refuse: two people said so.
pub(crate) struct FirstHardRefusal;

impl Witness for FirstHardRefusal {
    fn judged(&mut self, objects: bool, seen: impl FnOnce() -> Refusal) -> Result<(), Refusal> {
        if objects { Err(seen()) } else { Ok(()) }
    }

    fn not_concerned(&mut self, _: Check) -> Result<(), Refusal> {
        Ok(())
    }

    fn ended(&mut self, result: Result<(), Refusal>) -> Result<(), Refusal> {
        result.or_else(|refusal| if refusal.check.is_soft() { Ok(()) } else { Err(refusal) })
    }
}

/// Writes down what every control saw.
pub(crate) struct Record<F>(pub(crate) F);

impl<F: FnMut(Finding)> Witness for Record<F> {
    const NAMES_ALL: bool = true;

    fn judged(&mut self, objects: bool, seen: impl FnOnce() -> Refusal) -> Result<(), Refusal> {
        self.0(Finding { seen: seen(), verdict: if objects { Verdict::Refused } else { Verdict::Passed } });
        Ok(())
    }

    fn not_concerned(&mut self, check: Check) -> Result<(), Refusal> {
        self.0(Finding { seen: Refusal::of(check), verdict: Verdict::NotConcerned });
        Ok(())
    }

    fn ended(&mut self, result: Result<(), Refusal>) -> Result<(), Refusal> {
        if let Err(seen) = result {
            self.0(Finding { seen, verdict: Verdict::Refused });
        }
        Ok(())
    }
}
