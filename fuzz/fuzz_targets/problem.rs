//! Arbitrary text as a problem file.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    spadina_fuzz::check(spadina_fuzz::problem, data);
});
