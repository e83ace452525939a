//! The operator's hands: the subcommands.
