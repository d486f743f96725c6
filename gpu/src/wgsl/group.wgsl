var<private> local: u32;
var<workgroup> partial: array<real, 256>;

fn total(own: real) -> real {
  workgroupBarrier();
  partial[local] = own;
  workgroupBarrier();
  for (var half = 128u; half > 0u; half = half / 2u) {
    if local < half {
      partial[local] += partial[local + half];
    }
    workgroupBarrier();
  }
  return partial[0];
}
