//! Declarations that host and shaders share, defined once, in Rust: structures of words, structures of reals,
//! enumerations and constants. The declarations in WGSL are written from it, so that neither side counts places.

/// A value that is one word of 32 bits in a shader.
pub trait Word: Copy {
    /// The word.
    fn word(self) -> u32;

    /// The value that a word is; `None` if it is that of none.
    fn of_word(word: u32) -> Option<Self>;
}

impl Word for u32 {
    fn word(self) -> u32 {
        self
    }

    fn of_word(word: u32) -> Option<Self> {
        Some(word)
    }
}

impl Word for bool {
    fn word(self) -> u32 {
        self.into()
    }

    fn of_word(word: u32) -> Option<Self> {
        match word {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

/// The declaration of a structure in WGSL, from the names of its fields and the lines that say what they are.
pub(crate) fn structure(name: &str, item: &str, fields: &[(&str, &[&str])]) -> String {
    let field = |&(field, lines): &(&str, &[&str])| {
        let lines: String = lines.iter().map(|line| format!("    //{line}\n")).collect();
        format!("{lines}    {field}: {item},\n")
    };
    let fields: String = fields.iter().map(field).collect();
    format!("struct {name} {{\n{fields}}}\n\n")
}

/// The name of a constant in WGSL, from that of a variant in Rust.
fn constant_name(variant: &str) -> String {
    let mut name = String::new();
    for (k, letter) in variant.char_indices() {
        if letter.is_uppercase() && k > 0 {
            name.push('_');
        }
        name.extend(letter.to_uppercase());
    }
    name
}

/// The constants of an enumeration in WGSL.
pub(crate) fn enumeration(variants: &[(&str, u32)]) -> String {
    let constants: Vec<(String, u32)> = variants.iter().map(|&(name, number)| (constant_name(name), number)).collect();
    words(constants.iter().map(|(name, number)| (name.as_str(), *number)))
}

/// Constants of one word each in WGSL.
pub(crate) fn words<'a>(constants: impl IntoIterator<Item = (&'a str, u32)>) -> String {
    constants.into_iter().map(|(name, number)| format!("const {name} = {number}u;\n")).collect()
}

/// Constant reals in WGSL.
pub(crate) fn reals<'a>(double: bool, constants: impl IntoIterator<Item = (&'a str, f64)>) -> String {
    let constants = constants.into_iter();
    match double {
        true => constants.map(|(name, number)| format!("const {name}: real = {number:e}lf;\n")).collect(),
        false => constants.map(|(name, number)| format!("const {name}: real = {:e}f;\n", number as f32)).collect(),
    }
}

/// A structure of words: in Rust with its fields, each of a type that is a [`Word`], in WGSL with the same fields as `u32`.
macro_rules! word_structure {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[doc = $doc:literal])* $field:ident: $type:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
        pub struct $name {
            $($(#[doc = $doc])* pub $field: $type,)*
        }

        impl $name {
            /// The number of words.
            pub const COUNT: usize = [$(stringify!($field)),*].len();

            /// The words, as a shader has them.
            pub fn words(self) -> [u32; Self::COUNT] {
                [$($crate::layout::Word::word(self.$field)),*]
            }

            /// From the words of a shader, of which others may follow; `None` if these are too few, or not such words.
            pub fn of_words(words: &[u32]) -> Option<Self> {
                let &[$($field),*] = words.first_chunk::<{ Self::COUNT }>()?;
                Some(Self { $($field: $crate::layout::Word::of_word($field)?),* })
            }

            /// The declaration in WGSL.
            pub fn wgsl() -> String {
                $crate::layout::structure(stringify!($name), "u32", &[$((stringify!($field), &[$($doc),*])),*])
            }

            /// The declaration in WGSL, and that of the uniform `words`, which every shader has at binding 0.
            pub fn uniform() -> String {
                Self::wgsl() + "@group(0) @binding(0) var<uniform> words: " + stringify!($name) + ";\n\n"
            }
        }
    };
}

/// A structure of reals, with `$count` for their number.
macro_rules! real_structure {
    (
        $(#[$meta:meta])* pub struct $name:ident { $($(#[doc = $doc:literal])* $field:ident,)* }
        $(#[$count_meta:meta])* pub const $count:ident;
    ) => {
        $(#[$count_meta])*
        pub const $count: usize = [$(stringify!($field)),*].len();

        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Default, Debug)]
        #[repr(C)]
        pub struct $name<T> {
            $($(#[doc = $doc])* pub $field: T,)*
        }

        impl<T: Copy> $name<T> {
            /// The reals, as a shader has them.
            pub fn reals(self) -> [T; $count] {
                [$(self.$field),*]
            }

            /// From the reals of a shader, of which others may follow; `None` if there are too few.
            pub fn of_reals(reals: &[T]) -> Option<Self> {
                let &[$($field),*] = reals.first_chunk::<$count>()?;
                Some(Self { $($field),* })
            }

            /// The declaration in WGSL.
            pub fn wgsl() -> String {
                $crate::layout::structure(stringify!($name), "real", &[$((stringify!($field), &[$($doc),*])),*])
            }
        }
    };
}

/// The place of a field among the reals of a structure.
macro_rules! place {
    ($name:ident, $field:ident) => {
        std::mem::offset_of!($name<f32>, $field) / size_of::<f32>()
    };
}

/// An enumeration whose variants are words: in WGSL constants, whose names are those of the variants in capitals.
macro_rules! word_enumeration {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $number:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $name {
            $($(#[$variant_meta])* $variant = $number,)*
        }

        impl $name {
            /// The number of variants.
            pub const COUNT: usize = [$(stringify!($variant)),*].len();

            /// The constants in WGSL.
            pub fn wgsl() -> String {
                $crate::layout::enumeration(&[$((stringify!($variant), $number)),*])
            }
        }

        impl $crate::layout::Word for $name {
            fn word(self) -> u32 {
                self as u32
            }

            fn of_word(word: u32) -> Option<Self> {
                match word {
                    $($number => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use {place, real_structure, word_enumeration, word_structure};

#[cfg(test)]
mod tests {
    use super::Word;

    word_enumeration! {
        /// Sizes.
        #[derive(Default)]
        pub enum Size {
            /// Small.
            #[default]
            Small = 0,
            /// Large, and then some.
            VeryLarge = 1,
        }
    }

    word_structure! {
        /// A thing.
        pub struct Thing {
            /// Its size,
            /// about.
            size: Size,
            /// True if it is there.
            exists: bool,
            /// Its number.
            number: u32,
        }
    }

    real_structure! {
        /// Coordinates.
        pub struct Point {
            /// The first.
            x,
            /// The second.
            y,
        }
        /// The number of coordinates.
        pub const COORDINATES;
    }

    #[test]
    fn both_sides_have_the_same_places() {
        let thing = Thing { size: Size::VeryLarge, exists: true, number: 7 };
        assert_eq!(thing.words(), [1, 1, 7]);
        assert_eq!(Thing::of_words(&[1, 1, 7, 9]), Some(thing));
        assert_eq!((Thing::of_words(&[1, 1]), Thing::of_words(&[2, 1, 7]), bool::of_word(2)), (None, None, None));
        let text = "struct Thing {\n    // Its size,\n    // about.\n    size: u32,\n    // True if it is there.\n    \
                    exists: u32,\n    // Its number.\n    number: u32,\n}\n\n";
        assert_eq!(Thing::wgsl(), text);
        assert!(Thing::uniform().ends_with("}\n\n@group(0) @binding(0) var<uniform> words: Thing;\n\n"));
        assert_eq!((Size::wgsl().as_str(), Size::COUNT), ("const SMALL = 0u;\nconst VERY_LARGE = 1u;\n", 2));
        assert_eq!(place!(Point, y), 1);
        assert_eq!(Point::of_reals(&[1.0, 2.0]).map(Point::reals), Some([1.0, 2.0]));
        assert_eq!((Point::of_reals(&[1.0]), COORDINATES), (None, 2));
        assert!(Point::<f32>::wgsl().contains("    y: real,\n"));
    }
}
