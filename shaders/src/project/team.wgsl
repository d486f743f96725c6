// An element is worked on by a workgroup, in a part of a buffer.

const TEAM = GROUP;
var<private> member: u32;
var<private> begin: u32;

var<workgroup> said: u32;

// The number of the element, in its dispatch.
fn own_element(id: vec3u, group: vec3u) -> u32 {
    return group.y * words.row + group.x;
}

fn join(number: u32, local: u32) {
    member = local;
    begin = number * ROOM;
}

fn take(at: u32) -> real {
    return scratch[begin + at];
}

fn put(at: u32, number: real) {
    scratch[begin + at] = number;
}

// Waits until all members have come here, and sees what they have written.
fn sync() {
    storageBarrier();
}

// What the first member says.
fn agree(own: bool) -> bool {
    if (member == 0u) {
        said = select(0u, 1u, own);
    }
    return workgroupUniformLoad(&said) == 1u;
}
