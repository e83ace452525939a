//! A stranger that measures.
