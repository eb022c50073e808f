// Beside the text: the layers' switches, the areas with the phrases that show them, and the names by type.

import { make } from "./elements.js";
import { conflicts, ENTITY, EVIDENCE, lineAt } from "./marks.js";
import { percent } from "./schema.js";
import { say } from "./strings.js";

const CONTEXT = 90; // characters of a line that are shown on either side of its phrases

/** The switches of the layers; `hidden` holds the classes of those that are off. */
export function drawLegend(root, article, schema, hidden) {
  const count = (layer, label) => article.marks.filter((m) => m.layer === layer && (!label || m.label === label)).length;
  const own = article.marks.filter((m) => m.layer === ENTITY).map((m) => m.label);
  const labels = [...new Set([...schema.entities.map((entity) => entity.label), ...own])];
  const keys = labels.map((label) => [schema.style(label, own), schema.name(label), count(ENTITY, label)]);
  keys.push(["ht-area", say("areas"), count(EVIDENCE)]);
  root.replaceChildren(
    ...keys.map(([style, name, number], index) => {
      const change = (event) => hidden[event.target.checked ? "delete" : "add"](style);
      const box = make("input", { type: "checkbox", change });
      box.checked = !hidden.has(style);
      const key = index < schema.entities.length ? index + 1 : style === "ht-area" ? "A" : null;
      return make(
        `label.ht-key.${style}`,
        {},
        box,
        make("span", {}, name),
        make("span.ht-count", {}, String(number)),
        key && make("kbd", { "aria-hidden": "true" }, String(key)),
      );
    }),
  );
}

/** The areas and names; `go(mark)` is called for the one that is chosen. */
export function drawSide(root, article, schema, go) {
  root.replaceChildren(...areas(article, schema, go), ...names(article, schema, go));
}

function areas(article, schema, go) {
  const title = make("h2", {}, say("areas"));
  const found = [...article.areas()];
  if (!found.length) return [title, make("p.ht-none", {}, say("none"))];
  const items = found.map(([label, marks], index) => {
    const score = article.areaScores[label]?.score;
    const bar = make("span.ht-score", {}, score === undefined ? say("byHand") : percent(score));
    bar.style.setProperty("--score", score === undefined ? "0%" : percent(score));
    return make(
      "li",
      {},
      make(
        "div.ht-area-name",
        {},
        make("span.ht-number", {}, String(index + 1)),
        make("span", {}, schema.name(label)),
        bar,
      ),
      ...phrases(article, marks, go),
      marks.length ? null : make("p.ht-none", {}, say("bareArea")),
    );
  });
  return [title, make("ol.ht-areas", {}, ...items)];
}

function phrases(article, marks, go) {
  const byLine = Map.groupBy(marks, (mark) => lineAt(article.lines, mark.start));
  return [...byLine].map(([index, group]) => {
    const line = article.lines[index];
    const [first, last] = [group[0].start, group.at(-1).end];
    const start = first - line.start > CONTEXT ? article.text.indexOf(" ", first - CONTEXT) + 1 : line.start;
    const end = line.end - last > CONTEXT ? article.text.lastIndexOf(" ", last + CONTEXT) : line.end;
    const parts = start > line.start ? ["… "] : [];
    let done = start;
    for (const mark of group) {
      const from = Math.max(mark.start, done);
      if (mark.end <= from) continue;
      const pick = make("button.wb-link.ht-phrase", { type: "button", click: () => go(mark) }, article.text.slice(from, mark.end));
      parts.push(article.text.slice(done, from), pick);
      done = mark.end;
    }
    parts.push(article.text.slice(done, Math.max(end, done)), end < line.end ? " …" : "");
    return make("blockquote", { lang: "vi" }, ...parts);
  });
}

function names(article, schema, go) {
  const entities = article.marks.filter((mark) => mark.layer === ENTITY);
  const own = entities.map((mark) => mark.label);
  const order = [...new Set([...schema.entities.map((entity) => entity.label), ...own])];
  return order.filter((label) => own.includes(label)).flatMap((label) => {
    const surfaces = new Map();
    for (const mark of entities.filter((each) => each.label === label)) {
      const text = article.text.slice(mark.start, mark.end).normalize("NFC").split(/\s+/).join(" ");
      const key = text.toLowerCase();
      if (!surfaces.has(key)) surfaces.set(key, { text, marks: [] });
      surfaces.get(key).marks.push(mark);
    }
    const list = [...surfaces.values()].sort((one, other) => other.marks.length - one.marks.length);
    const title = make(
      `h2.${schema.style(label, own)}`,
      {},
      make("span.ht-swatch"),
      schema.name(label),
      make("span.ht-count", {}, String(list.length)),
    );
    return [title, make("ul.ht-names", {}, ...list.map((surface) => name(surface, go)))];
  });
}

function name({ text, marks }, go) {
  let next = 0; // every click goes on to the following place
  const click = () => {
    go(marks[next % marks.length]);
    next += 1;
  };
  const times = marks.length > 1 ? make("span.ht-count", {}, `×${marks.length}`) : null;
  return make("li", {}, make("button.wb-link", { type: "button", lang: "vi", click }, text), times);
}

/** The reading's warnings, and the marks that an annotation cannot hold; `resolve` removes those. */
export function drawNotices(root, article, go, resolve) {
  const warnings = article.warnings.map((text) => make("p.ht-warning", { role: "note" }, text));
  const giving = conflicts(article);
  if (giving.length) {
    const links = giving.map((mark) =>
      make("button.wb-link", { type: "button", lang: "vi", click: () => go(mark) }, article.text.slice(mark.start, mark.end)),
    );
    const told = say(giving.length === 1 ? "conflictOne" : "conflictText", { n: giving.length });
    const button = make("button", { type: "button", click: () => resolve(giving) }, say("keepLonger"));
    const list = links.flatMap((link, index) => (index ? ["; ", link] : [link]));
    warnings.push(make("p.ht-warning.wb-conflict", { role: "note" }, `${told} `, ...list, " ", button));
  }
  root.replaceChildren(...warnings);
}
