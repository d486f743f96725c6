// An element is worked on by one invocation, in variables of its own.

const TEAM = 1u;
const member = 0u;

var<private> room: array<real, ROOM>;

// The number of the element, in its dispatch.
fn own_element(id: vec3u, group: vec3u) -> u32 {
    return id.y * words.row + id.x;
}

fn join(number: u32, local: u32) {
}

fn take(at: u32) -> real {
    return room[at];
}

fn put(at: u32, number: real) {
    room[at] = number;
}

// Waits until all members have come here.
fn sync() {
}

// What the first member says.
fn agree(own: bool) -> bool {
    return own;
}
