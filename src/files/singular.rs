//! `singular` and `epsilon`: the policy for derivatives that do not exist, of a problem or of a term.

use super::keys::{Key, Value, positive, word};
use super::text::ProblemText;
use crate::problem::{Place, ProblemError, Singular};

/// A policy, without its number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SingularWord {
    /// `error`
    Error,
    /// `zero`
    Zero,
    /// `smooth`
    Smooth,
}

/// The two keys as they stand.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct SingularKeys {
    /// `singular`, with its place.
    pub word: Option<(SingularWord, Place)>,
    /// `epsilon`, with its place.
    pub epsilon: Option<(f64, Place)>,
}

const WORDS: [(&str, SingularWord); 3] =
    [("error", SingularWord::Error), ("zero", SingularWord::Zero), ("smooth", SingularWord::Smooth)];
const WANTED: &str = "\"error\", \"zero\" or \"smooth\"";

impl SingularKeys {
    /// Takes a key that is one of the two.
    pub(super) fn take(
        &mut self,
        source: &ProblemText<'_>,
        key: &Key<'_>,
        value: &Value<'_>,
    ) -> Result<bool, ProblemError> {
        let place = source.place(key.span().start);
        match key.get_ref().as_ref() {
            "singular" => self.word = Some((word(source, key, value, &WORDS, WANTED)?, place)),
            "epsilon" => self.epsilon = Some((positive(source, key, value)?, place)),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Checks the keys of a problem together with those of its terms.
    pub(super) fn check<'a>(&self, terms: impl Iterator<Item = &'a SingularKeys> + Clone) -> Result<(), ProblemError> {
        self.policy()?;
        terms.clone().try_for_each(|term| term.of_term(self).map(|_| ()))?;
        let lent = terms.into_iter().any(|term| term.is(SingularWord::Smooth) && term.epsilon.is_none());
        match &self.epsilon {
            Some((_, place)) if !self.is(SingularWord::Smooth) && !lent => Err(useless(place)),
            _ => Ok(()),
        }
    }

    /// The policy of a problem.
    pub fn policy(&self) -> Result<Singular, ProblemError> {
        match &self.word {
            Some((SingularWord::Zero, _)) => Ok(Singular::Zero),
            Some((SingularWord::Smooth, place)) => smooth(place, self.epsilon.as_ref()),
            None | Some((SingularWord::Error, _)) => Ok(Singular::Error),
        }
    }

    /// The policy of a term of a problem, if it has one of its own: the number may be the problem's, or the word.
    pub fn of_term(&self, problem: &SingularKeys) -> Result<Option<Singular>, ProblemError> {
        match (&self.word, &self.epsilon) {
            (None, None) => Ok(None),
            (None, Some((epsilon, _))) if problem.is(SingularWord::Smooth) => Ok(Some(Singular::Smooth(*epsilon))),
            (Some((SingularWord::Smooth, place)), own) => {
                smooth(place, own.as_ref().or(problem.epsilon.as_ref())).map(Some)
            }
            (_, Some((_, place))) => Err(useless(place)),
            (Some((SingularWord::Zero, _)), None) => Ok(Some(Singular::Zero)),
            (Some((SingularWord::Error, _)), None) => Ok(Some(Singular::Error)),
        }
    }

    fn is(&self, word: SingularWord) -> bool {
        self.word.as_ref().is_some_and(|(own, _)| *own == word)
    }
}

fn smooth(place: &Place, epsilon: Option<&(f64, Place)>) -> Result<Singular, ProblemError> {
    match epsilon {
        Some((epsilon, _)) => Ok(Singular::Smooth(*epsilon)),
        None => Err(ProblemError::Missing {
            place: place.clone(),
            what: "`epsilon` of singular = \"smooth\"".into(),
            hint: "give the distance from singular points within which functions are smoothed, as in epsilon = 1e-6",
        }),
    }
}

fn useless(place: &Place) -> ProblemError {
    ProblemError::Useless { place: place.clone(), key: "epsilon", lacking: "singular = \"smooth\"" }
}
