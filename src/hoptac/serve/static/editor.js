// Selecting and marking, by mouse and by keyboard.

import { makeMark } from "./document.js";
import { byId, speak, toast } from "./elements.js";
import { around, ENTITY, EVIDENCE, lineAt, neighbour, obstacle, withMark } from "./marks.js";
import { Menu } from "./menu.js";
import { percent } from "./schema.js";
import { say } from "./strings.js";
import { TextPane } from "./textpane.js";
import { charBackward, charForward, snap, trim, wordBackward, wordForward } from "./words.js";

const SPOKEN = 200; // characters read out at once

export class Editor {
  /** `changed()` is called after every change of the article. */
  constructor(root, schema, changed) {
    this.root = root;
    this.schema = schema;
    this.changed = changed;
    this.pane = new TextPane(root);
    this.menu = new Menu(byId("menu"), {
      choose: (layer, label, everywhere) => this.label(layer, label, everywhere),
      remove: (mark) => this.remove(mark),
      leave: () => root.focus({ preventScroll: true }),
    });
    root.addEventListener("mousedown", () => {
      this.dragging = true;
      root.classList.add("wb-dragging");
    });
    root.addEventListener("click", (event) => this.gutter(event));
    document.addEventListener("mousedown", (event) => {
      if (!this.menu.root.contains(event.target)) this.menu.close();
    });
    document.addEventListener("mouseup", (event) => this.released(event));
    root.addEventListener("keydown", (event) => this.key(event));
    this.menu.root.addEventListener("keydown", (event) => this.menuKey(event));
    root.addEventListener("focus", () => root.classList.add("wb-focused"));
    root.addEventListener("blur", () => root.classList.remove("wb-focused"));
  }

  load(article) {
    this.article = article;
    const line = article.lines.find((each) => !article.furniture.has(each.start) && each.end > each.start);
    this.selection = { anchor: line?.start ?? 0, focus: line?.start ?? 0, current: null };
    this.draw();
  }

  draw() {
    this.menu.close();
    this.pane.draw(this.article, this.schema);
    const { current } = this.selection;
    if (current !== null && !this.article.marks.some((mark) => mark.id === current)) this.selection.current = null;
    this.pane.show(this.selection, false);
  }

  select(anchor, focus, current = null, scroll = false) {
    this.selection = { anchor, focus, current };
    this.pane.show(this.selection, scroll);
  }

  /** Make a mark current and bring it into view. */
  go(mark) {
    this.menu.close();
    this.pane.reveal(mark.start);
    this.select(mark.start, mark.end, mark.id, true);
    this.root.focus({ preventScroll: true });
    const score = mark.score === null ? say("byHand") : percent(mark.score);
    speak(`${this.schema.name(mark.label)}: ${this.textOf(mark)}, ${score}`);
  }

  textOf({ start, end }) {
    return this.article.text.slice(start, end);
  }

  span() {
    const { anchor, focus } = this.selection;
    const [start, end] = trim(this.article.text, Math.min(anchor, focus), Math.max(anchor, focus));
    return { start, end };
  }

  /** The mark that is current, or the innermost one around the caret. */
  mark() {
    const { current, anchor, focus } = this.selection;
    if (current !== null) return this.article.marks.find((mark) => mark.id === current) ?? null;
    const span = this.span();
    const inner = around(this.article.marks, span.start, span.end)[0] ?? null;
    return anchor === focus || (inner && inner.start === span.start && inner.end === span.end) ? inner : null;
  }

  // Mouse

  released(event) {
    if (!this.dragging || !this.article) return;
    this.dragging = false;
    this.root.classList.remove("wb-dragging");
    if (event.target.closest?.("button, summary")) return;
    const native = window.getSelection();
    if (!native.focusNode || !this.root.contains(native.focusNode)) return;
    const anchor = this.pane.offsetAt(native.anchorNode, native.anchorOffset);
    const focus = this.pane.offsetAt(native.focusNode, native.focusOffset);
    const [start, end] = (event.altKey ? trim : snap)(this.article.text, Math.min(anchor, focus), Math.max(anchor, focus));
    if (start < end) {
      const same = this.article.marks.find((mark) => mark.start === start && mark.end === end);
      this.select(start, end, same?.id ?? null);
      this.openMenu();
      return;
    }
    const id = event.target.closest?.("[data-mark]")?.dataset.mark;
    const mark = this.article.marks.find((each) => String(each.id) === id);
    if (mark) {
      this.select(mark.start, mark.end, mark.id);
      this.openMenu();
    } else {
      this.select(focus, focus);
    }
  }

  gutter(event) {
    const line = event.target.closest?.("[data-line]")?.dataset.line;
    if (line !== undefined) this.toggleLine(Number(line));
  }

  openMenu() {
    const span = this.target();
    if (span.start === span.end) return false;
    this.menu.open({
      rect: this.pane.rectOf(span.start, span.end),
      text: this.textOf(span),
      marks: around(this.article.marks, span.start, span.end),
      places: this.places(span).length,
      schema: this.schema,
    });
    return true;
  }

  /** What a label is put on: the selection, or else the mark around the caret. */
  target() {
    const span = this.span();
    return span.start === span.end ? (this.mark() ?? span) : span;
  }

  // Changes

  label(layer, label, everywhere = false) {
    let span = this.target();
    if (span.start === span.end) return this.refuse(say("selectFirst"));
    const current = this.mark();
    // With a name inside a phrase, an area is meant for the phrase.
    if (layer === EVIDENCE && current?.layer === ENTITY) {
      span = around(this.article.marks, span.start, span.end).find((mark) => mark.layer === EVIDENCE) ?? span;
    }
    const wanted = makeMark(layer, label, span.start, span.end);
    const problem = obstacle(this.article, wanted);
    if (problem) return this.refuse(this.explain(problem));
    let { marks, replaced } = withMark(this.article.marks, wanted);
    let count = 1;
    for (const place of everywhere ? this.places(span) : []) {
      const other = makeMark(layer, label, place.start, place.end);
      const longer = marks.some((m) => m.layer === layer && m.start < other.end && other.start < m.end && !inside(m, other));
      if (place.start === span.start || longer || obstacle({ ...parts(this.article), marks }, other)) continue;
      const step = withMark(marks, other);
      ({ marks } = step);
      replaced += step.replaced;
      count += 1;
    }
    this.article.change({ marks });
    this.selection = { anchor: wanted.start, focus: wanted.end, current: wanted.id };
    this.redrawn();
    const notes = [count > 1 ? say("places", { n: count }) : "", replaced ? say("replaced", { n: replaced }) : ""].filter(Boolean);
    const told = say("marked", { label: this.schema.name(label), text: this.textOf(span) });
    toast(notes.length ? `${told} (${notes.join(", ")})` : told);
    return true;
  }

  remove(mark = this.mark(), everywhere = false) {
    if (!mark) return this.refuse(say("selectFirst"));
    const text = this.textOf(mark);
    const goes = (each) =>
      each === mark || (everywhere && each.layer === mark.layer && each.label === mark.label && this.textOf(each) === text);
    const marks = this.article.marks.filter((each) => !goes(each));
    const count = this.article.marks.length - marks.length;
    this.article.change({ marks });
    this.selection = { anchor: mark.start, focus: mark.start, current: null };
    this.redrawn();
    const told = say("deleted", { label: this.schema.name(mark.label), text });
    toast(count > 1 ? `${told} (${say("places", { n: count })})` : told);
    return true;
  }

  /** Remove marks that stand in the way of others. */
  resolve(giving) {
    const gone = new Set(giving);
    this.article.change({ marks: this.article.marks.filter((mark) => !gone.has(mark)) });
    this.redrawn();
  }

  toggleLine(start) {
    const furniture = new Set(this.article.furniture);
    const line = this.article.lines.find((each) => each.start === start);
    if (furniture.delete(start)) {
      this.article.change({ furniture });
      toast(say("lineIn"));
    } else {
      if (!this.textOf(line).trim()) return;
      furniture.add(start);
      const marks = this.article.marks.filter((mark) => mark.end <= line.start || mark.start >= line.end);
      const count = this.article.marks.length - marks.length;
      this.article.change({ furniture, marks });
      this.pane.open.add(start);
      toast(count ? say("lineOutMarks", { n: count }) : say("lineOut"));
    }
    this.selection = { anchor: line.start, focus: line.start, current: null };
    this.redrawn();
  }

  undo() {
    toast(say(this.article.undo() ? "undone" : "nothingUndo"));
    this.redrawn();
  }

  redo() {
    toast(say(this.article.redo() ? "redone" : "nothingRedo"));
    this.redrawn();
  }

  redrawn() {
    this.draw();
    this.root.focus({ preventScroll: true });
    this.changed();
  }

  explain({ kind, other }) {
    return other ? say(kind, { label: this.schema.name(other.label), text: this.textOf(other) }) : say(kind);
  }

  refuse(message) {
    toast(message, true);
    return false;
  }

  /** Every whole-word place of a span's characters in lines of the article. */
  places(span) {
    const { text, lines, furniture } = this.article;
    const wanted = this.textOf(span);
    const found = [];
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      const [start, end] = snap(text, at, at + wanted.length);
      const whole = start === at && end === at + wanted.length;
      if (at === span.start || (whole && !furniture.has(lines[lineAt(lines, at)].start))) found.push({ start: at, end: at + wanted.length });
    }
    return found;
  }

  // Keyboard

  key(event) {
    if (event.target !== this.root || !this.article) return;
    if (this.moves(event) || this.acts(event)) event.preventDefault();
  }

  menuKey(event) {
    if (event.target.localName === "input" && event.target.type === "search") return;
    if (this.acts(event)) event.preventDefault();
  }

  acts(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
    if (digit && Number(digit) <= this.schema.entities.length) {
      this.label(ENTITY, this.schema.entities[Number(digit) - 1].label, event.shiftKey);
      return true;
    }
    const key = event.key.toLowerCase();
    if (key === "a") {
      if (!this.openMenu()) this.refuse(say("selectFirst"));
      else this.menu.focusAreas();
    } else if (key === "enter" && event.target === this.root) {
      if (!this.openMenu()) this.refuse(say("selectFirst"));
      else this.menu.focusFirst();
    } else if (key === "delete" || key === "backspace") {
      this.remove(this.mark(), event.shiftKey);
    } else if (key === "n" || key === "p") {
      const { marks } = this.article;
      const mark = neighbour(marks, this.selection.focus, this.mark()?.id ?? null, key === "p");
      if (mark) this.go(mark);
    } else if (key === "f") {
      this.toggleLine(this.article.lines[lineAt(this.article.lines, this.selection.focus)].start);
    } else if (key === "escape") {
      this.menu.close();
      this.select(this.selection.focus, this.selection.focus);
    } else {
      return false;
    }
    return true;
  }

  /** Move the caret, or an end of the selection; true where the key did. */
  moves(event) {
    const { anchor, focus } = this.selection;
    const arrows = { ArrowLeft: -1, ArrowRight: 1 };
    const byWords = event.ctrlKey || event.metaKey;
    if (event.key in arrows && event.altKey && event.shiftKey) {
      // The other end: so that a span can be changed on both sides.
      const start = this.step(Math.min(anchor, focus), arrows[event.key], true);
      const end = Math.max(anchor, focus);
      if (start < end) this.moved(start, end, [Math.min(start, anchor, focus), Math.max(start, Math.min(anchor, focus))]);
      return true;
    }
    if (event.altKey) return false;
    let next;
    if (event.key in arrows) next = this.step(focus, arrows[event.key], byWords);
    else if (byWords && event.key === "Home") next = this.article.lines[0].start;
    else if (byWords && event.key === "End") next = this.article.text.length;
    else if (["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key) && !byWords) next = this.nativeStep(event.key);
    else return false;
    this.moved(event.shiftKey ? anchor : next, next, [Math.min(focus, next), Math.max(focus, next)]);
    return true;
  }

  moved(anchor, focus, [from, to]) {
    this.menu.close();
    this.pane.reveal(focus);
    this.select(anchor, focus, null, true);
    speak(this.article.text.slice(from, to).slice(0, SPOKEN));
  }

  /** One character or word on; from a line's end to the next line that is seen. */
  step(at, direction, byWords) {
    const { lines, text } = this.article;
    const index = lineAt(lines, at);
    const line = lines[index];
    const inLine = text.slice(line.start, line.end);
    const atEdge = direction > 0 ? at >= line.end : at <= line.start;
    if (!atEdge) {
      const [forward, backward] = byWords ? [wordForward, wordBackward] : [charForward, charBackward];
      return line.start + (direction > 0 ? forward : backward)(inLine, at - line.start);
    }
    for (let next = index + direction; next >= 0 && next < lines.length; next += direction) {
      const edge = direction > 0 ? lines[next].start : lines[next].end;
      const fold = this.pane.placeOf(edge)[0].parentElement.closest("details");
      if (lines[next].end > lines[next].start && (!fold || fold.open)) return edge;
    }
    return at;
  }

  /** Up, down, and to the ends of a line as it is set: the browser knows where that is. */
  nativeStep(key) {
    const { focus } = this.selection;
    const native = window.getSelection();
    native.collapse(...this.pane.placeOf(focus));
    const backward = key === "ArrowUp" || key === "Home";
    native.modify("move", backward ? "backward" : "forward", key.startsWith("Arrow") ? "line" : "lineboundary");
    if (!native.focusNode || !this.root.contains(native.focusNode)) return focus;
    return this.pane.offsetAt(native.focusNode, native.focusOffset);
  }
}

const inside = (one, other) => other.start <= one.start && one.end <= other.end;
const parts = ({ lines, furniture }) => ({ lines, furniture });
