//! Bounded queues between threads. A full queue is a value that the sender must deal with, never a wait.

use std::sync::Arc;

use crossbeam_queue::ArrayQueue;

/// The queue was full; here is the value back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Full<T>(pub T);

/// The sending end; may be cloned and shared.
#[derive(Debug)]
pub struct Producer<T>(Arc<ArrayQueue<T>>);

/// The receiving end; there is one.
#[derive(Debug)]
pub struct Consumer<T>(Arc<ArrayQueue<T>>);

/// A queue with room for `slots` values, all of it allocated now. Panics if `slots` is zero.
pub fn bounded<T>(slots: usize) -> (Producer<T>, Consumer<T>) {
    let queue = Arc::new(ArrayQueue::new(slots));
    (Producer(Arc::clone(&queue)), Consumer(queue))
}

impl<T> Clone for Producer<T> {
    fn clone(&self) -> Self {
        Producer(Arc::clone(&self.0))
    }
}

impl<T> Producer<T> {
    /// Hands the value over, or gives it back at once where there is no room.
    ///
    /// # Errors
    /// [`Full`] with the value.
    pub fn try_push(&self, value: T) -> Result<(), Full<T>> {
        self.0.push(value).map_err(Full)
    }

    /// Free slots at this moment; others may take them.
    pub fn free(&self) -> usize {
        self.0.capacity() - self.0.len()
    }
}

impl<T> Consumer<T> {
    /// The oldest value, if there is one.
    pub fn pop(&mut self) -> Option<T> {
        self.0.pop()
    }

    /// Values that wait at this moment.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Is nothing waiting at this moment?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_queue_gives_the_value_back() {
        let (producer, mut consumer) = bounded(1);
        assert_eq!(producer.try_push(1), Ok(()));
        assert_eq!(producer.try_push(2), Err(Full(2)));
        assert_eq!(consumer.pop(), Some(1));
        assert_eq!(consumer.pop(), None);
    }
}
