//! Unknowns, arrays and index arrays of a system by a handle instead of a name.

use super::{Error, System};
use crate::problem::Problem;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};

/// The number of a system, which no other has in this process.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Identity(u64);

impl Identity {
    /// A new number.
    pub fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A section of a problem that handles name. Only those of this module are.
pub trait Kind: sealed::Kind {}

/// The unknowns of a problem.
#[derive(Debug)]
pub enum Unknowns {}

/// The arrays and parameters of a problem.
#[derive(Debug)]
pub enum Arrays {}

/// The index arrays and sizes of a problem.
#[derive(Debug)]
pub enum Indices {}

impl Kind for Unknowns {}
impl Kind for Arrays {}
impl Kind for Indices {}

mod sealed {
    use super::{Arrays, Indices, Problem, Unknowns};

    /// A section of a problem.
    pub trait Kind: Sized {
        /// The place of a name in the section.
        fn position(problem: &Problem, name: &str) -> Option<usize>;
    }

    impl Kind for Unknowns {
        fn position(problem: &Problem, name: &str) -> Option<usize> {
            problem.unknowns.iter().position(|(own, _)| own == name)
        }
    }

    impl Kind for Arrays {
        fn position(problem: &Problem, name: &str) -> Option<usize> {
            problem.arrays.iter().position(|(own, _)| own == name)
        }
    }

    impl Kind for Indices {
        fn position(problem: &Problem, name: &str) -> Option<usize> {
            problem.indices.iter().position(|(own, _)| own == name)
        }
    }

    /// Only what this crate knows is a key.
    pub trait Key {}
}

/// An unknown, array or index array of one system. Another system refuses it, even one of the same problem.
pub struct Handle<K> {
    system: Identity,
    number: usize,
    kind: PhantomData<fn() -> K>,
}

/// A handle of an unknown.
pub type UnknownHandle = Handle<Unknowns>;

/// A handle of an array or parameter.
pub type ArrayHandle = Handle<Arrays>;

/// A handle of an index array or size.
pub type IndicesHandle = Handle<Indices>;

impl<K> Clone for Handle<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Handle<K> {}

impl<K> PartialEq for Handle<K> {
    fn eq(&self, other: &Self) -> bool {
        (self.system, self.number) == (other.system, other.number)
    }
}

impl<K> Eq for Handle<K> {}

impl<K> Hash for Handle<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.system, self.number).hash(state);
    }
}

impl<K> fmt::Debug for Handle<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle({} of system {})", self.number, self.system.0)
    }
}

/// A name, or a handle: whatever says which unknown, array or index array is meant.
pub trait Key<K: Kind>: sealed::Key {
    /// Its place among those of the problem.
    #[doc(hidden)]
    fn find(&self, system: &System) -> Result<usize, Error>;
}

impl<T: AsRef<str> + ?Sized> sealed::Key for &T {}

impl<K: Kind, T: AsRef<str> + ?Sized> Key<K> for &T {
    fn find(&self, system: &System) -> Result<usize, Error> {
        let name = self.as_ref();
        K::position(&system.problem, name).ok_or_else(|| Error::NoSuchArray { name: name.into() })
    }
}

impl<K> sealed::Key for Handle<K> {}

impl<K: Kind> Key<K> for Handle<K> {
    fn find(&self, system: &System) -> Result<usize, Error> {
        if self.system == system.identity { Ok(self.number) } else { Err(Error::OtherSystem) }
    }
}

impl System {
    fn handle<K: Kind>(&self, name: &str) -> Result<Handle<K>, Error> {
        Ok(Handle { system: self.identity, number: Key::<K>::find(&name, self)?, kind: PhantomData })
    }

    /// A handle of an unknown.
    pub fn unknown_handle(&self, name: &str) -> Result<UnknownHandle, Error> {
        self.handle(name)
    }

    /// A handle of an array or parameter.
    ///
    /// ```
    /// # use spadina::{Options, Problem, System, Term};
    /// # let text = "fn energy(x: array<f32, 2>, k: f32) -> f32 { let d = x[1] - x[0]; return k * d * d; }";
    /// # let problem = Problem::new().unknown("x", vec![0.0, 1.0, 3.0]).array("k", 1.0);
    /// # let problem = problem.indices("edges", vec![[0, 1], [1, 2]]).term(Term::energy("edge.wgsl", text).over("edges"));
    /// # let mut system = System::build(problem, Options::default())?;
    /// let k = system.array_handle("k")?; // a name that is not there is refused here
    /// for stiffness in [1.0, 2.0, 4.0] {
    ///     system.set_array(k, &[stiffness])?;
    ///     assert_eq!(system.value()?, 5.0 * stiffness);
    /// }
    /// # Ok::<(), spadina::Error>(())
    /// ```
    pub fn array_handle(&self, name: &str) -> Result<ArrayHandle, Error> {
        self.handle(name)
    }

    /// A handle of an index array or size.
    pub fn indices_handle(&self, name: &str) -> Result<IndicesHandle, Error> {
        self.handle(name)
    }
}
