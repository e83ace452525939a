//! From command to events, the same every time.
