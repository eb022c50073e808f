// The menu that a selection or a mark opens: labels to choose from, and the marks there are already.

import { make } from "./elements.js";
import { ENTITY, EVIDENCE } from "./marks.js";
import { percent } from "./schema.js";
import { say } from "./strings.js";

const SHOWN = 60; // characters of the selected text
const GAP = 8; // pixels between the menu, the words and the window
const TOP_BAR = 50; // pixels that the bar covers
const LEAST = 90; // pixels of the list of areas

export class Menu {
  /** `choose(layer, label, everywhere)` and `remove(mark)` do what is picked; `leave()` takes the focus back. */
  constructor(root, { choose, remove, leave }) {
    this.root = root;
    this.does = { choose, remove, leave };
    root.addEventListener("keydown", (event) => this.key(event));
  }

  get isOpen() {
    return !this.root.hidden;
  }

  /** Open at `rect` of the screen for `text`, with `marks` around it and `places` where the text stands. */
  open({ rect, text, marks, places, schema }) {
    this.schema = schema;
    const everywhere = make("input", { type: "checkbox" });
    const choose = (layer, label) => this.does.choose(layer, label, everywhere.checked);
    const current = (layer, label) => marks.some((mark) => mark.layer === layer && mark.label === label);
    const entities = schema.entities.map((entity, index) =>
      make(
        `button.wb-choice.ht-e${index + 1}`,
        {
          type: "button",
          title: entity.definition,
          "aria-pressed": String(current(ENTITY, entity.label)),
          "data-entity": entity.label,
          click: () => choose(ENTITY, entity.label),
        },
        make("kbd", {}, String(index + 1)),
        make("span.ht-swatch"),
        schema.name(entity.label),
      ),
    );
    this.list = make("div.wb-areas");
    this.filter = make("input", {
      type: "search",
      placeholder: say("areaFilter"),
      "aria-label": say("areaFilter"),
      autocomplete: "off",
      input: () => this.listAreas(choose, current),
    });
    this.listAreas(choose, current);
    const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
    this.root.replaceChildren(
      make("div.wb-menu-text", { lang: "vi" }, shown),
      ...marks.map((mark) => this.row(mark)),
      make("div.wb-menu-title", {}, say("entity")),
      make("div.wb-choices", {}, ...entities),
      ...(places > 1 ? [make("label.wb-check", {}, everywhere, make("span", {}, say("everywhere", { n: places })))] : []),
      make("div.wb-menu-title.wb-area-title", {}, say("area"), make("kbd", {}, "A")),
      this.filter,
      this.list,
    );
    this.root.hidden = false;
    this.place(rect);
  }

  row(mark) {
    const swatch = mark.layer === ENTITY ? `span.ht-swatch.${this.schema.style(mark.label)}` : "span.wb-underline";
    const score = mark.score === null ? say("byHand") : percent(mark.score);
    return make(
      "div.wb-row.wb-here",
      {},
      make(swatch),
      make("span", {}, this.schema.name(mark.label)),
      make("span.ht-count", {}, score),
      make("button", { type: "button", "data-delete": mark.id, click: () => this.does.remove(mark) }, say("delete")),
    );
  }

  listAreas(choose, current) {
    const found = this.schema.findAreas(this.filter.value);
    const buttons = found.map((area) =>
      make(
        "button.wb-choice",
        {
          type: "button",
          title: area.definition,
          "aria-pressed": String(current(EVIDENCE, area.label)),
          "data-area": area.label,
          click: () => choose(EVIDENCE, area.label),
        },
        make("span.wb-underline"),
        this.schema.name(area.label),
      ),
    );
    this.list.replaceChildren(...(buttons.length ? buttons : [make("p.ht-none", {}, say("noArea"))]));
  }

  /** Below the words, or above them where there is more room, else beside them; the list of areas shrinks to fit. */
  place(rect) {
    this.list.style.maxHeight = "";
    const below = window.innerHeight - rect.bottom - 2 * GAP;
    const above = rect.top - TOP_BAR - 2 * GAP;
    const under = this.root.offsetHeight <= below || below >= above;
    const excess = this.root.offsetHeight - (under ? below : above);
    if (excess > 0) this.list.style.maxHeight = `${Math.max(LEAST, this.list.offsetHeight - excess)}px`;
    const { offsetWidth: width, offsetHeight: height } = this.root;
    const fits = height <= (under ? below : above);
    const wanted = fits ? rect.left : rect.right + GAP;
    const left = Math.max(GAP, Math.min(wanted, document.documentElement.clientWidth - width - GAP));
    const lowest = Math.max(TOP_BAR + GAP, window.innerHeight - height - GAP);
    const top = Math.min(under ? rect.bottom + GAP : Math.max(TOP_BAR + GAP, rect.top - height - GAP), lowest);
    this.root.style.left = `${left + window.scrollX}px`;
    this.root.style.top = `${top + window.scrollY}px`;
  }

  close() {
    this.root.hidden = true;
  }

  focusFirst() {
    (this.root.querySelector('[aria-pressed="true"]') ?? this.root.querySelector(".wb-choice")).focus();
  }

  focusAreas() {
    this.filter.focus();
  }

  key(event) {
    const stops = [...this.root.querySelectorAll("button, input")];
    const at = stops.indexOf(document.activeElement);
    if (event.key === "Escape") {
      this.close();
      this.does.leave();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      stops[(at + (event.key === "ArrowDown" ? 1 : -1) + stops.length) % stops.length].focus();
    } else if (event.key === "Enter" && document.activeElement === this.filter) {
      this.list.querySelector("button")?.click();
    } else {
      return; // every other key goes on to the page
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
