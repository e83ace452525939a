//! May this order be accepted, and what does it reserve.
