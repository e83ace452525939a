//! Who may act. Without operators of their own one token stands for whoever has it, and who acts is what the request says; with
//! them, who acts is the owner of the token, so that two persons are two persons.

use std::fmt;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use serde_json::Value;
use subtle::ConstantTimeEq as _;

use super::guard::Problem;
use super::routes::BODY_MAX;
use super::token::Token;

macro_rules! rights {
    ($($(#[$doc:meta])* $variant:ident = $word:literal;)+) => {
        /// What an operator may be allowed to do.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Right {
            $($(#[$doc])* $variant,)+
        }

        impl Right {
            /// Every right, with its word.
            pub const ALL: &'static [(&'static str, Right)] = &[$(($word, Right::$variant),)+];

            /// As configurations write it.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Right::$variant => $word,)+
                }
            }
        }
    };
}

rights! {
    /// To change limits, and so to propose looser ones.
    Propose = "propose";
    /// To approve and to decline what others proposed.
    Approve = "approve";
    /// To put instruments on the restricted list, and to propose to take them off.
    Restricted = "restricted";
    /// To ask for an order to pass the limits of a single order.
    Override = "override";
    /// To kill a scope.
    Kill = "kill";
    /// To release what others have killed.
    Rearm = "rearm";
    /// To halt scopes or let them reduce only, and to lift that.
    Restrict = "restrict";
    /// To halt and to resume an account, an instrument or everything.
    Halt = "halt";
    /// To move cash, to put positions right, to set rates of exchange.
    Cash = "cash";
    /// To close the day, and to report what differs from a broker.
    Close = "close";
    /// To let a daemon trade that did not open from its close.
    Arm = "arm";
    /// To set sequence numbers.
    Sequence = "sequence";
    /// To enter orders by telephone.
    Order = "order";
    /// Splits, dividends, settlements, changes of symbols.
    Corporate = "corporate";
    /// To say what part of the trading day it is.
    Phase = "phase";
    /// To say what became of an order in doubt.
    Resolve = "resolve";
    /// To have the configuration read again.
    Reload = "reload";
    /// To ask the analytics.
    Sql = "sql";
}

/// The hash that a token is known by: a token is 32 random bytes made by a machine, so there is nothing to guess, and a slow hash
/// would only let strangers use up this machine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// Of what a request offers.
    pub fn of(token: &[u8]) -> TokenHash {
        TokenHash(*blake3::hash(token).as_bytes())
    }

    /// From `blake3:` and 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<TokenHash> {
        blake3::Hash::from_hex(text.strip_prefix("blake3:")?).ok().map(|hash| TokenHash(*hash.as_bytes()))
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "blake3:{}", blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

/// A person with a token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Operator {
    /// The actor of every act with that token.
    pub name: String,
    /// Its hash.
    pub token: TokenHash,
    /// What may be done with it; `None` is everything.
    pub may: Option<Vec<Right>>,
}

/// Who may act.
#[derive(Clone, Debug)]
pub enum Operators {
    /// Whoever has the installation's one token.
    Anybody(Token),
    /// These.
    Named(Vec<Operator>),
}

impl From<Token> for Operators {
    fn from(token: Token) -> Operators {
        Operators::Anybody(token)
    }
}

impl Operators {
    /// Whose token it is: `Some(None)` where it is nobody's own.
    pub(super) fn owner(&self, offered: &[u8]) -> Option<Option<&Operator>> {
        match self {
            Operators::Anybody(token) => token.matches(offered).then_some(None),
            Operators::Named(operators) => {
                let offered = TokenHash::of(offered);
                // All are looked at, so the time tells nothing of who it is.
                let is_theirs = |known: &Operator| bool::from(known.token.0.ct_eq(&offered.0));
                operators.iter().fold(None, |found, known| if is_theirs(known) { Some(Some(known)) } else { found })
            }
        }
    }
}

impl Operator {
    /// May it be done? What this table does not know may only be done by who may do everything.
    pub(super) fn may_post(&self, path: &str) -> Result<(), Problem> {
        let Some(may) = &self.may else { return Ok(()) };
        let right = right_for(path);
        if right.is_some_and(|right| may.contains(&right)) {
            return Ok(());
        }
        let what = right.map_or("everything", Right::word);
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            format!("{} may not do that", self.name),
            format!("ask somebody who may {what}, or have it added to `may` of [[operators]] in the configuration"),
        ))
    }

    /// The request with its owner as the actor.
    pub(super) async fn sign(&self, request: Request) -> Result<Request, Problem> {
        let (mut parts, body) = request.into_parts();
        let bytes = to_bytes(body, BODY_MAX).await.map_err(|_| {
            Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the body is larger than {BODY_MAX} bytes"),
                "send less",
            )
        })?;
        // What is no object is nothing that could be done; whose path it is says so.
        let Ok(Value::Object(mut asked)) = serde_json::from_slice(&bytes) else {
            return Ok(Request::from_parts(parts, Body::from(bytes)));
        };
        match asked.get("actor") {
            None | Some(Value::Null) => {}
            Some(Value::String(actor)) if *actor == self.name => {}
            Some(other) => {
                return Err(Problem::new(
                    StatusCode::FORBIDDEN,
                    format!("the token is {}'s, and the request says that {other} acts", self.name),
                    "leave actor out: who acts is whose token it is",
                ));
            }
        }
        asked.insert("actor".to_owned(), Value::String(self.name.clone()));
        parts.headers.remove(CONTENT_LENGTH);
        Ok(Request::from_parts(parts, Body::from(Value::Object(asked).to_string())))
    }
}

/// What lies below these is another person's word.
const PROPOSALS: [&str; 3] = ["/operator/limits/", "/operator/restricted/", "/operator/overrides/"];

fn right_for(path: &str) -> Option<Right> {
    let right = match path {
        "/operator/limits" => Right::Propose,
        "/operator/restricted" => Right::Restricted,
        "/operator/overrides" => Right::Override,
        "/operator/kill" => Right::Kill,
        "/operator/rearm" => Right::Rearm,
        "/operator/restrict" => Right::Restrict,
        "/operator/halt" | "/operator/resume" => Right::Halt,
        "/operator/cash" | "/operator/position" | "/operator/fx-rate" => Right::Cash,
        "/operator/close" | "/operator/breaks" => Right::Close,
        "/operator/arm" => Right::Arm,
        "/operator/sequence" => Right::Sequence,
        "/operator/order" => Right::Order,
        "/operator/split" | "/operator/dividend" | "/operator/settle" | "/operator/symbol" => Right::Corporate,
        "/operator/phase" => Right::Phase,
        "/operator/resolve" => Right::Resolve,
        "/reload" => Right::Reload,
        "/sql" => Right::Sql,
        path if path.starts_with("/operator/restricted/") && path.ends_with("/remove") => Right::Restricted,
        path if PROPOSALS.iter().any(|proposals| path.starts_with(proposals)) => Right::Approve,
        _ => return None,
    };
    Some(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ann(may: Option<Vec<Right>>) -> Operator {
        Operator { name: "ann".to_owned(), token: TokenHash::of(b"secret"), may }
    }

    #[test]
    fn token_is_known_by_its_hash_alone() {
        let hash = TokenHash::of(b"secret");
        assert_eq!(TokenHash::parse(&hash.to_string()), Some(hash));
        assert_eq!(format!("{hash:?}"), "TokenHash(..)");
        assert_eq!(TokenHash::parse("blake3:12"), None);
        let named = Operators::Named(vec![ann(None)]);
        assert_eq!(named.owner(b"secret").flatten().map(|owner| owner.name.as_str()), Some("ann"));
        assert!(named.owner(b"").is_none() && named.owner(b"secret ").is_none());
    }

    #[test]
    fn what_is_not_allowed_or_not_known_is_refused() {
        let limited = ann(Some(vec![Right::Propose, Right::Kill]));
        for (path, is_allowed) in [
            ("/operator/limits", true),
            ("/operator/kill", true),
            ("/operator/limits/7/approve", false),
            ("/operator/restricted/7/remove", false),
            ("/operator/restricted/7/approve", false),
            ("/operator/overrides/7/approve", false),
            ("/operator/rearm", false),
            ("/operator/what-comes-later", false),
        ] {
            assert_eq!(limited.may_post(path).is_ok(), is_allowed, "{path}");
            assert!(ann(None).may_post(path).is_ok());
        }
    }
}
