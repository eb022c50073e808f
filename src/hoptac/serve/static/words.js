// Where words begin and end, for the caret and for selections made with the mouse.

const WORD = /[\p{L}\p{M}\p{N}]/u;
const graphemes = new Intl.Segmenter("vi", { granularity: "grapheme" });

/** Whether a character of a word stands right before `at`. */
function wordBefore(text, at) {
  if (at <= 0) return false;
  const low = text.charCodeAt(at - 1) >> 10 === 0x37;
  return WORD.test(text.slice(at - (low && at > 1 ? 2 : 1), at));
}

function wordAt(text, at) {
  return at < text.length && WORD.test(String.fromCodePoint(text.codePointAt(at)));
}

/** The next place after `at` where a word ends, as when moving by words; `text.length` at most. */
export function wordForward(text, at) {
  let place = at;
  while (place < text.length && /\s/u.test(text[place])) place += 1;
  if (!wordAt(text, place)) return charForward(text, place);
  while (wordAt(text, place)) place += text.codePointAt(place) > 0xffff ? 2 : 1;
  return place;
}

/** The last place before `at` where a word begins. */
export function wordBackward(text, at) {
  let place = at;
  while (place > 0 && /\s/u.test(text[place - 1])) place -= 1;
  if (!wordBefore(text, place)) return charBackward(text, place);
  while (wordBefore(text, place)) place -= text.charCodeAt(place - 1) >> 10 === 0x37 ? 2 : 1;
  return place;
}

/** The end of the character, as a reader counts them, that begins at `at`. */
export function charForward(text, at) {
  if (at >= text.length) return text.length;
  const found = graphemes.segment(text).containing(at);
  return found.index + found.segment.length;
}

/** The beginning of the character before `at`. */
export function charBackward(text, at) {
  return at <= 0 ? 0 : graphemes.segment(text).containing(at - 1).index;
}

/** A span without white space at its ends. */
export function trim(text, start, end) {
  let first = start;
  let last = end;
  while (first < last && /\s/u.test(text[first])) first += 1;
  while (last > first && /\s/u.test(text[last - 1])) last -= 1;
  return [first, last];
}

/** A span that begins and ends with whole words. */
export function snap(text, start, end) {
  let [first, last] = trim(text, start, end);
  if (first === last) return [first, last];
  while (wordAt(text, first) && wordBefore(text, first)) first -= text.charCodeAt(first - 1) >> 10 === 0x37 ? 2 : 1;
  while (wordBefore(text, last) && wordAt(text, last)) last += text.codePointAt(last) > 0xffff ? 2 : 1;
  return [first, last];
}
