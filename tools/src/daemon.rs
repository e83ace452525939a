//! The running daemon over its HTTP interface: plain requests to a loopback address, with the operator's token.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// One address, and the right to act.
#[derive(Debug)]
pub struct Daemon {
    listen: SocketAddr,
    token: Option<String>,
}

impl Daemon {
    /// The daemon at `listen`; the token is read from its data folder where this user may.
    pub fn new(listen: SocketAddr, data: &Path) -> Daemon {
        let token = fs::read_to_string(data.join("operator.token")).ok().map(|token| token.trim().to_owned());
        Daemon { listen, token }
    }

    /// The daemon at `listen`, with the token in a file of one's own.
    pub fn with_token_of(listen: SocketAddr, file: &Path) -> Daemon {
        let token = fs::read_to_string(file).ok().map(|token| token.trim().to_owned());
        Daemon { listen, token }
    }

    /// `GET path`, as JSON.
    ///
    /// # Errors
    /// Where nobody answers, the answer is no JSON, or the daemon would not, in its own words. That it is not ready is an answer.
    pub fn get(&self, path: &str) -> Result<Value> {
        let (status, value) = self.ask("GET", path, "")?;
        if (400..500).contains(&status) {
            bail!(self.refused(&value));
        }
        Ok(value)
    }

    /// `POST path` with a JSON body and the operator's token.
    ///
    /// # Errors
    /// As for [`Daemon::get`], and with the daemon's own words where it refuses.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let (status, value) = self.ask("POST", path, &body.to_string())?;
        if !(200..300).contains(&status) {
            bail!(self.refused(&value));
        }
        Ok(value)
    }

    fn refused(&self, value: &Value) -> String {
        let why = value["error"].as_str().map_or_else(|| value.to_string(), str::to_owned);
        let what_to_do = value["what_to_do"].as_str().map_or_else(String::new, |what| format!("\n{what}"));
        format!("the daemon at {} refused: {why}{what_to_do}", self.listen)
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Result<(u16, Value)> {
        let nobody = || format!("no daemon answers at {}; start one with `millrace serve`", self.listen);
        let mut stream = TcpStream::connect_timeout(&self.listen, Duration::from_secs(2)).with_context(nobody)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let authorization = match &self.token {
            Some(token) => format!("Authorization: Bearer {token}\r\n"),
            None => String::new(),
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{authorization}Content-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.listen,
            body.len(),
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer)?;
        parse(&answer)
    }
}

fn parse(answer: &[u8]) -> Result<(u16, Value)> {
    let answer = std::str::from_utf8(answer).context("the daemon's answer is no text")?;
    let (head, body) = answer.split_once("\r\n\r\n").context("the daemon's answer has no end of head")?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no HTTP status")?;
    let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
    let body = if chunked { dechunk(body)? } else { body.to_owned() };
    Ok((status, serde_json::from_str(&body).unwrap_or(Value::String(body))))
}

fn dechunk(mut body: &str) -> Result<String> {
    let mut whole = String::new();
    loop {
        let (size, rest) = body.split_once("\r\n").context("a chunk without a size")?;
        let size = usize::from_str_radix(size.trim(), 16).context("a chunk's size is no number")?;
        if size == 0 {
            return Ok(whole);
        }
        whole.push_str(rest.get(..size).context("a chunk is cut short")?);
        body = rest.get(size + 2..).context("a chunk is cut short")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_whole_and_in_chunks() {
        let plain = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}";
        assert_eq!(parse(plain).unwrap(), (200, serde_json::json!({ "a": 1 })));
        let chunked = b"HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n";
        assert_eq!(parse(chunked).unwrap(), (404, serde_json::json!({ "a": 1 })));
        assert!(parse(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshort").is_err());
    }
}
