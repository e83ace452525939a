//! A password from the standard input: from a terminal without echo and twice, from a pipe its first line.

use std::io::{BufRead, IsTerminal, Read, StdinLock, Write};

use anyhow::{Context, Result, bail};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// Longest password: it must fit into a Logon(A) with room for everything else.
const PASSWORD_BYTES_MAX: usize = 1_024;

/// Reads it.
///
/// # Errors
/// Where there is none, it is too long, no FIX field can hold it, or the two do not agree.
pub fn read() -> Result<String> {
    let stdin = std::io::stdin();
    let terminal = stdin.is_terminal();
    let mut stdin = stdin.lock();
    if !terminal {
        return line(&mut stdin);
    }
    let _quiet = Quiet::begin()?;
    let first = prompt("Password: ", &mut stdin)?;
    if prompt("Again: ", &mut stdin)? != first {
        bail!("the two do not agree");
    }
    Ok(first)
}

fn prompt(words: &str, stdin: &mut StdinLock<'_>) -> Result<String> {
    let mut terminal = std::io::stderr();
    write!(terminal, "{words}")?;
    terminal.flush()?;
    let read = line(stdin);
    // The end of the line was not echoed either.
    writeln!(terminal)?;
    read
}

fn line(input: &mut impl BufRead) -> Result<String> {
    let mut bytes = Vec::new();
    input.take(PASSWORD_BYTES_MAX as u64 + 2).read_until(b'\n', &mut bytes).context("cannot read the password")?;
    let text = String::from_utf8(bytes).context("the password is not UTF-8 text")?;
    let password = text.strip_suffix('\n').unwrap_or(&text);
    let password = password.strip_suffix('\r').unwrap_or(password);
    if password.is_empty() {
        bail!("no password was given; write it on the standard input");
    }
    if password.len() > PASSWORD_BYTES_MAX {
        bail!("the password is longer than {PASSWORD_BYTES_MAX} bytes");
    }
    if password.contains('\x01') {
        bail!("the password has the byte in it that ends every FIX field");
    }
    Ok(password.to_owned())
}

/// The terminal without echo, until dropped.
struct Quiet(Termios);

impl Quiet {
    fn begin() -> Result<Quiet> {
        let before = tcgetattr(std::io::stdin()).context("cannot ask the terminal for its settings")?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        tcsetattr(std::io::stdin(), OptionalActions::Flush, &quiet).context("cannot turn the terminal's echo off")?;
        Ok(Quiet(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_is_the_first_line_as_it_is() {
        let of = |text: &str| line(&mut text.as_bytes()).ok();
        assert_eq!(of("correct horse\nmore").as_deref(), Some("correct horse"));
        assert_eq!(of(" spaced \r\n").as_deref(), Some(" spaced "));
        assert_eq!(of("no end").as_deref(), Some("no end"));
        for wrong in ["", "\n", "a\x01b\n", &"x".repeat(PASSWORD_BYTES_MAX + 1)] {
            assert_eq!(of(wrong), None, "{}", wrong.len());
        }
        assert!(of(&"x".repeat(PASSWORD_BYTES_MAX)).is_some());
    }
}
