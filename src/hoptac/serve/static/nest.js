// Marks that nest or cross, as properly nested pieces: elements cannot cross, so a mark that does is cut.

/** Calls `open(mark, first)`, `close(mark, last)` and `text(start, end)` in order for characters `start` to `end`. */
export function nest(marks, start, end, { open, close, text }) {
  const inside = marks
    .filter((mark) => mark.start < end && mark.end > start)
    .sort((a, b) => a.start - b.start || b.end - a.end || (a.layer < b.layer ? 1 : -1));
  const cuts = new Set([start, end]);
  for (const mark of inside) cuts.add(Math.max(mark.start, start)).add(Math.min(mark.end, end));
  const positions = [...cuts].sort((a, b) => a - b);
  const stack = [];
  let waiting = 0;
  positions.forEach((position, index) => {
    const again = [];
    while (stack.some((mark) => Math.min(mark.end, end) <= position)) {
      const mark = stack.pop();
      close(mark, mark.end === position);
      if (Math.min(mark.end, end) > position) again.push(mark);
    }
    const opened = again.reverse();
    while (waiting < inside.length && inside[waiting].start <= position && position < end) {
      opened.push(inside[waiting]);
      waiting += 1;
    }
    opened.sort((a, b) => b.end - a.end || (a.layer < b.layer ? 1 : a.layer > b.layer ? -1 : 0));
    for (const mark of opened) {
      open(mark, mark.start === position);
      stack.push(mark);
    }
    const following = positions[index + 1] ?? end;
    if (position < following) text(position, following);
  });
}
