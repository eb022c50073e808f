// The text with its marks: drawing, and the ways between places in the page and offsets in the text.

import { make } from "./elements.js";
import { ENTITY } from "./marks.js";
import { nest } from "./nest.js";
import { percent } from "./schema.js";
import { say, sayReason } from "./strings.js";

const HEADLINE = 180; // a first line of at most this many characters is set as a headline

export class TextPane {
  constructor(root) {
    this.root = root;
    this.pieces = []; // text nodes in order, with the offset of their first character
    this.starts = new WeakMap();
    this.open = new Set(); // lines whose fold the reader has opened
    this.caret = make("span.wb-caret", { "aria-hidden": "true" });
  }

  draw(article, schema) {
    this.article = article;
    this.schema = schema;
    this.pieces = [];
    this.numbers = new Map([...article.areas().keys()].map((label, index) => [label, index + 1]));
    this.labels = article.marks.filter((mark) => mark.layer === ENTITY).map((mark) => mark.label);
    const children = [];
    let headline = true;
    let fold = [];
    const closeFold = () => {
      if (fold.length) children.push(this.fold(fold));
      fold = [];
    };
    for (const line of article.lines) {
      const blank = article.text.slice(line.start, line.end).trim() === "";
      if (article.furniture.has(line.start)) {
        fold.push(line);
        continue;
      }
      if (!blank) closeFold();
      const first = headline && !blank;
      if (first) headline = false;
      const style = blank ? "ht-blank" : first && line.end - line.start <= HEADLINE ? "ht-headline" : "ht-line";
      (blank && fold.length ? fold : children).push(blank && fold.length ? line : this.line(line, style, blank));
    }
    closeFold();
    this.root.replaceChildren(...children, this.caret);
  }

  line(line, style, blank) {
    const out = this.article.furniture.has(line.start);
    const label = say(out ? "takeIn" : "takeOut");
    const button = blank
      ? null
      : make("button.wb-gutter", { type: "button", tabindex: "-1", title: label, "aria-label": label, "data-line": line.start }, out ? "+" : "−");
    const reason = this.article.reasons.get(line.start);
    return make(`p.${style}`, { "data-reason": out && reason ? sayReason(reason) : null }, button, ...this.marked(line));
  }

  fold(lines) {
    const visible = lines.filter((line) => this.article.furniture.has(line.start));
    const reasons = new Set(visible.map((line) => this.article.reasons.get(line.start)).filter(Boolean));
    const told = [...reasons].map(sayReason).join(", ") || say("byHand");
    const title = say(visible.length === 1 ? "leftOutOne" : "leftOut", { n: visible.length, reasons: told });
    const toggled = (event) => {
      for (const line of lines) this.open[event.target.open ? "add" : "delete"](line.start);
    };
    return make(
      "details.ht-dropped",
      { open: lines.some((line) => this.open.has(line.start)), toggle: toggled },
      make("summary", {}, title),
      ...lines.map((line) => this.line(line, "ht-line", !this.article.furniture.has(line.start))),
    );
  }

  marked({ start, end }) {
    const top = document.createDocumentFragment();
    const stack = [top];
    const marks = this.article.marks.filter((mark) => mark.start < end && mark.end > start);
    nest(marks, start, end, {
      open: (mark, first) => {
        const element = this.element(mark, first);
        stack.at(-1).append(element);
        stack.push(element);
      },
      close: (mark, last) => {
        const element = stack.pop();
        if (last) element.append(this.tag(mark));
      },
      text: (from, to) => stack.at(-1).append(this.piece(from, to)),
    });
    if (start === end) top.append(this.piece(start, end));
    return [...top.childNodes];
  }

  piece(start, end) {
    const node = document.createTextNode(this.article.text.slice(start, end));
    this.pieces.push({ node, start });
    this.starts.set(node, start);
    return node;
  }

  element(mark, first) {
    const score = mark.score === null ? say("byHand") : percent(mark.score);
    const tip = `${this.schema.name(mark.label)} · ${score}`;
    const style = mark.layer === ENTITY ? `ht-entity.${this.schema.style(mark.label, this.labels)}` : "ht-evidence";
    return make(`mark.${style}`, { "data-tip": tip, "data-mark": mark.id, id: first ? `mark-${mark.id}` : null });
  }

  tag(mark) {
    return mark.layer === ENTITY
      ? make("span.ht-tag", { "aria-hidden": "true" }, mark.label)
      : make("sup.ht-number", { "aria-hidden": "true" }, String(this.numbers.get(mark.label)));
  }

  /** The offset of a place in the page; a place outside of the text's characters is the next one that is. */
  offsetAt(node, offset) {
    const start = this.starts.get(node);
    if (start !== undefined) return start + Math.min(offset, node.length);
    const place = document.createRange();
    place.setStart(node, offset);
    let low = 0;
    let high = this.pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (place.comparePoint(this.pieces[middle].node, 0) >= 0) high = middle;
      else low = middle + 1;
    }
    return low < this.pieces.length ? this.pieces[low].start : this.article.text.length;
  }

  /** The node and the offset in it that stand for an offset of the text. */
  placeOf(offset) {
    let low = 0;
    let high = this.pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.pieces[middle].start <= offset) low = middle;
      else high = middle - 1;
    }
    const { node, start } = this.pieces[low];
    return [node, Math.min(offset - start, node.length)];
  }

  rangeOf(start, end) {
    const range = document.createRange();
    range.setStart(...this.placeOf(start));
    range.setEnd(...this.placeOf(end));
    return range;
  }

  /** Where an offset or a span is on the screen. */
  rectOf(start, end) {
    const range = this.rangeOf(start, end);
    const rect = range.getClientRects()[0];
    return rect ?? range.startContainer.parentElement.getBoundingClientRect();
  }

  /** Show the selection: the caret, the selected characters, or the mark that is current. */
  show({ anchor, focus, current }, scroll) {
    for (const element of this.root.querySelectorAll(".wb-current")) element.classList.remove("wb-current");
    const chosen = this.root.querySelectorAll(`[data-mark="${current}"]`);
    for (const element of chosen) element.classList.add("wb-current");
    const selection = window.getSelection();
    if (current !== null) selection.collapse(...this.placeOf(anchor));
    else selection.setBaseAndExtent(...this.placeOf(anchor), ...this.placeOf(focus));
    if (CSS.highlights) {
      CSS.highlights.delete("wb-selection");
      if (anchor !== focus && current === null) {
        const range = this.rangeOf(Math.min(anchor, focus), Math.max(anchor, focus));
        CSS.highlights.set("wb-selection", new Highlight(range));
      }
    }
    this.caret.hidden = anchor !== focus || current !== null;
    const rect = this.rectOf(focus, focus);
    if (!this.caret.hidden) {
      const base = this.root.getBoundingClientRect();
      this.caret.style.left = `${rect.left - base.left}px`;
      this.caret.style.top = `${rect.top - base.top}px`;
      this.caret.style.height = `${rect.height}px`;
    }
    if (scroll) {
      const seen = chosen[0]?.getBoundingClientRect() ?? rect;
      const margin = Math.min(120, window.innerHeight / 5);
      if (seen.top < margin) window.scrollBy(0, seen.top - margin);
      else if (seen.bottom > window.innerHeight - margin) window.scrollBy(0, seen.bottom - window.innerHeight + margin);
    }
  }

  /** Open the fold that a place is in, if it is in one. */
  reveal(offset) {
    const fold = this.placeOf(offset)[0].parentElement.closest("details");
    if (fold) fold.open = true;
  }
}
