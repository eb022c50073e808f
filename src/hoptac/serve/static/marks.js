// What marks obey: entities never overlap entities, evidence never overlaps evidence, and the two may nest but not
// cross; a mark stays on one line, and lines that are no part of the article hold none.

export const ENTITY = "entity";
export const EVIDENCE = "evidence";

const overlap = (one, other) => one.start < other.end && other.start < one.end;
const covers = (one, other) => one.start <= other.start && other.end <= one.end;
const cross = (one, other) => overlap(one, other) && !covers(one, other) && !covers(other, one);
const length = (mark) => mark.end - mark.start;
const byPosition = (one, other) => one.start - other.start || other.end - one.end || one.id - other.id;

/** The lines of a text, without their line breaks, in the way of the annotation files. */
export function linesOf(text) {
  const lines = [];
  let start = 0;
  for (const line of text.split("\n")) {
    lines.push({ start, end: start + (line.endsWith("\r") ? line.length - 1 : line.length) });
    start += line.length + 1;
  }
  return lines;
}

/** The index of the line that holds `at`. */
export function lineAt(lines, at) {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lines[middle].start <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Why a mark may not stand: "empty", "line", "furniture", "crosses" with the `other` mark, or null. */
export function obstacle(doc, mark) {
  const line = doc.lines[lineAt(doc.lines, mark.start)];
  if (mark.start >= mark.end) return { kind: "empty" };
  if (mark.end > line.end) return { kind: "line" };
  if (doc.furniture.has(line.start)) return { kind: "furniture" };
  const other = doc.marks.find((each) => each.layer !== mark.layer && cross(each, mark));
  return other ? { kind: "crosses", other } : null;
}

/** The marks with a new one, and how many of its layer gave way to it. */
export function withMark(marks, mark) {
  const kept = marks.filter((each) => each.layer !== mark.layer || !overlap(each, mark));
  return { marks: [...kept, mark].sort(byPosition), replaced: marks.length - kept.length };
}

/** The marks that cannot stand together: of each pair the one that would give way. */
export function conflicts(doc) {
  const { lines, furniture } = doc;
  const standing = [];
  const giving = [];
  const order = { [ENTITY]: 0, [EVIDENCE]: 1 };
  const longest = [...doc.marks].sort(
    (one, other) => order[one.layer] - order[other.layer] || length(other) - length(one) || byPosition(one, other),
  );
  for (const mark of longest) {
    const blocked =
      obstacle({ lines, furniture, marks: standing }, mark) ||
      standing.some((other) => other.layer === mark.layer && overlap(other, mark));
    (blocked ? giving : standing).push(mark);
  }
  return giving.sort(byPosition);
}

/** The marks around a span, innermost first. */
export function around(marks, start, end) {
  return marks.filter((mark) => covers(mark, { start, end })).sort((a, b) => length(a) - length(b) || b.id - a.id);
}

/** The next mark after a place in the text, or before it; around the ends. */
export function neighbour(marks, at, current, backward) {
  if (!marks.length) return null;
  const index = marks.findIndex((mark) => mark.id === current);
  if (index >= 0) return marks[(index + (backward ? -1 : 1) + marks.length) % marks.length];
  if (backward) return marks.findLast((mark) => mark.start < at) || marks[marks.length - 1];
  return marks.find((mark) => mark.start >= at) || marks[0];
}
