//! History for people: tables and exports, rebuildable from the journal.
