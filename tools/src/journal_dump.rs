//! `millrace journal dump DIR [--from SEQ] [--to SEQ] [-o json]`: the journal for a person, or a line of JSON a frame.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::Result;
use model::Seq;

use crate::json;

/// How the frames are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// A line for the command, an indented line for each event.
    Text,
    /// One JSON object a line.
    Json,
}

/// Writes the frames from `from` to `to`, both included. A reader that goes away ends it quietly.
///
/// # Errors
/// Where the journal cannot be read or is damaged, or the output cannot be written.
pub fn run(dir: &Path, from: Seq, to: Seq, form: Form, out: &mut impl Write) -> Result<()> {
    let mut written: io::Result<()> = Ok(());
    journal::read(dir, from, |frame| {
        if frame.seq > to {
            return ControlFlow::Break(());
        }
        written = match form {
            Form::Json => writeln!(out, "{}", json::frame(frame)),
            Form::Text => text(frame, out),
        };
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

fn text(frame: &journal::Frame<'_>, out: &mut impl Write) -> io::Result<()> {
    let command = &frame.command;
    writeln!(out, "{} {} {} {}", frame.seq, frame.time, command.name(), json::command(command))?;
    for event in frame.events() {
        writeln!(out, "    {} {}", event.name(), json::event(&event))?;
    }
    Ok(())
}
