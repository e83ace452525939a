//! What happened, in order, on disk, provable.
