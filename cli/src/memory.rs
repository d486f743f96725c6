//! The end of memory: a message and status 1, where the standard library would abort.

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Write;

#[global_allocator]
static MEMORY: Reported = Reported;

/// The allocator of the system, which ends the program where there is no more.
struct Reported;

// SAFETY: all calls go to the system's allocator with the same arguments; null is never returned.
unsafe impl GlobalAlloc for Reported {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        given(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        given(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        given(unsafe { System.realloc(block, layout, size) }, size)
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(block, layout) }
    }
}

/// The block, if there is one.
fn given(block: *mut u8, size: usize) -> *mut u8 {
    if block.is_null() {
        // Nothing here takes memory.
        let out = &mut std::io::stderr();
        let _ =
            writeln!(out, "error: there is no memory for another {size} bytes; take a smaller mesh, or fewer threads");
        std::process::exit(1);
    }
    block
}
