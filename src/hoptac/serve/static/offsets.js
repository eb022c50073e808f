// Offsets: this page counts UTF-16 code units, as JavaScript does; the server counts code points, as Python does.

/** Converts offsets of one text both ways. */
export class Offsets {
  constructor(text) {
    this.pairs = []; // where each surrogate pair begins, in code units
    for (let unit = 0; unit < text.length; unit += 1) {
      if (text.codePointAt(unit) > 0xffff) {
        this.pairs.push(unit);
        unit += 1;
      }
    }
  }

  /** Code points before code unit `unit`; half of a pair counts as the whole. */
  toPoints(unit) {
    return unit - below(this.pairs, (pair) => pair + 1 < unit);
  }

  /** The code unit at which code point `point` begins. */
  toUnits(point) {
    return point + below(this.pairs, (pair, index) => pair - index < point);
  }
}

function below(pairs, test) {
  let low = 0;
  let high = pairs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(pairs[middle], middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
