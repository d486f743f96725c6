//! The functions against correctly rounded ones, and at special values.

mod accuracy;
mod oracle;
mod special;
