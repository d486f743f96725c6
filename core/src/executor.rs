//! Work on several threads, by whoever has threads: the one way in which the crates share work.
//!
//! An [`Executor`] is passed down from the top: [`Serial`] runs everything on the caller's thread, `spadina` brings one on a
//! pool of threads, and an application can bring its own. The functions of this module are what code asks for; they give
//! results in the order of the items, so that nothing depends on the number of threads.

use std::fmt::Debug;
use std::sync::Mutex;

/// Runs tasks, on as many threads as it has.
pub trait Executor: Send + Sync + Debug {
    /// The number of tasks that may run at the same time; at least one.
    fn threads(&self) -> usize;

    /// Calls `task` once with every number below `count`, in any order and possibly at the same time; returns when all
    /// calls have returned. A task may call this again.
    fn run(&self, count: usize, task: &(dyn Fn(usize) + Sync));
}

/// The caller's thread.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Serial;

impl Executor for Serial {
    fn threads(&self) -> usize {
        1
    }

    fn run(&self, count: usize, task: &(dyn Fn(usize) + Sync)) {
        (0..count).for_each(task);
    }
}

/// Calls `f` for every item; gives the results in the order of the items.
pub fn map<T: Send, R: Send>(executor: &dyn Executor, items: Vec<T>, f: impl Fn(T) -> R + Sync) -> Vec<R> {
    if items.len() <= 1 || executor.threads() == 1 {
        return items.into_iter().map(f).collect();
    }
    let cells: Vec<Mutex<Cell<T, R>>> = items.into_iter().map(|item| Mutex::new(Cell::Item(item))).collect();
    executor.run(cells.len(), &|number| {
        let mut cell = cells[number].lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Cell::Item(item) = std::mem::replace(&mut *cell, Cell::Taken) {
            *cell = Cell::Result(f(item));
        }
    });
    let result = |cell: Mutex<Cell<T, R>>| match cell.into_inner() {
        Ok(Cell::Result(result)) => result,
        _ => unreachable!("an executor calls every task once and returns after the last"),
    };
    cells.into_iter().map(result).collect()
}

/// An item, and then what became of it.
enum Cell<T, R> {
    Item(T),
    Taken,
    Result(R),
}

/// Calls `f` for every item; gives the first error in the order of the items.
pub fn try_each<T: Send, E: Send>(
    executor: &dyn Executor,
    items: Vec<T>,
    f: impl Fn(T) -> Result<(), E> + Sync,
) -> Result<(), E> {
    map(executor, items, f).into_iter().collect()
}

/// The length of the shares of so many numbers, one share for each thread.
pub fn share(executor: &dyn Executor, numbers: usize) -> usize {
    numbers.div_ceil(executor.threads().max(1)).max(1)
}

/// Numbers that are worth several threads to be gone through once: 2 MiB, about what a core reads while another one wakes.
const MANY: usize = 1 << 18;

/// The length of the pieces in which so many numbers are gone through once: all on one thread, if they are few, or a share for
/// each thread.
pub fn large_pieces(executor: &dyn Executor, numbers: usize) -> usize {
    if numbers < MANY { numbers.max(1) } else { share(executor, numbers) }
}

/// Calls `f` with the position of the first and with the numbers of each piece of `length` numbers; gives the results in
/// order.
pub fn pieces<T: Send, R: Send>(
    executor: &dyn Executor,
    numbers: &mut [T],
    length: usize,
    f: impl Fn(usize, &mut [T]) -> R + Sync,
) -> Vec<R> {
    let length = length.max(1);
    let pieces = numbers.chunks_mut(length).enumerate().map(|(k, piece)| (k * length, piece)).collect();
    map(executor, pieces, |(first, piece)| f(first, piece))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Threads of its own for every call.
    #[derive(Debug)]
    struct Scoped;

    impl Executor for Scoped {
        fn threads(&self) -> usize {
            3
        }

        fn run(&self, count: usize, task: &(dyn Fn(usize) + Sync)) {
            std::thread::scope(|scope| {
                for first in 0..3 {
                    scope.spawn(move || (first..count).step_by(3).for_each(task));
                }
            });
        }
    }

    #[test]
    fn results_are_in_the_order_of_the_items() {
        for executor in [&Serial as &dyn Executor, &Scoped] {
            assert_eq!(map(executor, (0..100).collect(), |k: i32| k * k), (0..100).map(|k| k * k).collect::<Vec<_>>());
            let odd = |k: i32| if k % 2 == 1 { Err(k) } else { Ok(()) };
            assert_eq!(try_each(executor, (0..100).collect(), odd), Err(1));
            let mut numbers = vec![0; 10];
            let firsts = pieces(executor, &mut numbers, 4, |first, piece| {
                piece.iter_mut().enumerate().for_each(|(k, number)| *number = first + k);
                first
            });
            assert_eq!((numbers, firsts), ((0..10).collect(), vec![0, 4, 8]));
        }
    }
}
