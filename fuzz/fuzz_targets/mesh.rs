//! Arbitrary bytes as a mesh file.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    spadina_fuzz::check(spadina_fuzz::mesh, data);
});
