// The numbers of an element, in a buffer where neighbouring invocations have neighbouring ones.

fn take(at: u32) -> real {
    return scratch[at * words.threads + thread];
}

fn put(at: u32, number: real) {
    scratch[at * words.threads + thread] = number;
}
