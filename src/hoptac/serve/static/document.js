// The article on the page: its text, its marks, and every state it has been in.

import { ENTITY, EVIDENCE, linesOf } from "./marks.js";
import { Offsets } from "./offsets.js";

let lastId = 0;

/** A mark; `score` is null for one that was made by hand. */
export function makeMark(layer, label, start, end, score = null) {
  lastId += 1;
  return { id: lastId, layer, label, start, end, score };
}

/** An article whose `marks` and `furniture` (starts of lines) are replaced as a whole, so that they can be undone. */
export class Article {
  constructor(text, { marks = [], furniture = [], reasons = [], areaScores = {}, warnings = [], name = "" }) {
    this.text = text;
    this.lines = linesOf(text);
    this.offsets = new Offsets(text);
    this.reasons = new Map(reasons);
    this.areaScores = areaScores;
    this.warnings = warnings;
    this.name = name;
    this.past = [];
    this.future = [];
    this.state = { marks, furniture: new Set(furniture) };
    this.saved = this.state;
  }

  get marks() {
    return this.state.marks;
  }

  get furniture() {
    return this.state.furniture;
  }

  get changed() {
    return this.state !== this.saved;
  }

  change({ marks = this.marks, furniture = this.furniture }) {
    this.past.push(this.state);
    this.future = [];
    this.state = { marks, furniture };
  }

  undo() {
    if (!this.past.length) return false;
    this.future.push(this.state);
    this.state = this.past.pop();
    return true;
  }

  redo() {
    if (!this.future.length) return false;
    this.past.push(this.state);
    this.state = this.future.pop();
    return true;
  }

  /** Evidence by area: the model's areas first, surest first; one of them without evidence only if it never had any. */
  areas() {
    const found = new Map(Object.keys(this.areaScores).map((label) => [label, []]));
    for (const mark of this.marks.filter((each) => each.layer === EVIDENCE)) {
      found.set(mark.label, [...(found.get(mark.label) || []), mark]);
    }
    return new Map([...found].filter(([label, marks]) => marks.length || this.areaScores[label].bare));
  }
}

/** The article of an answer to /api/predict. */
export function fromReading(reading, name) {
  const { text } = reading;
  const units = new Offsets(text);
  const span = (each) => [units.toUnits(each.start), units.toUnits(each.end)];
  const marks = reading.entities.map((each) => makeMark(ENTITY, each.label, ...span(each), each.score));
  const areaScores = {};
  for (const area of reading.areas) {
    areaScores[area.label] = { score: area.score, bare: !area.evidence.length };
    marks.push(...area.evidence.map((each) => makeMark(EVIDENCE, area.label, ...span(each), each.score)));
  }
  const dropped = reading.dropped.map((each) => ({ start: span(each)[0], end: span(each)[1], reason: each.reason }));
  const reasons = furnitureOf(text, dropped);
  return new Article(text, {
    marks: sorted(marks),
    furniture: reasons.map(([start]) => start),
    reasons,
    areaScores,
    warnings: reading.warnings,
    name,
  });
}

/** The article of an answer to /api/article. */
export function fromMarkup(body, name) {
  const units = new Offsets(body.text);
  const span = (each) => [units.toUnits(each.start), units.toUnits(each.end)];
  const marks = [
    ...body.entities.map((each) => makeMark(ENTITY, each.label, ...span(each))),
    ...body.evidence.map((each) => makeMark(EVIDENCE, each.area, ...span(each))),
  ];
  const furniture = body.furniture.map((each) => units.toUnits(each.start));
  return new Article(body.text, { marks: sorted(marks), furniture, name });
}

/** The body of a request to /api/annotation. */
export function toAnnotation(article, id) {
  const { offsets } = article;
  const span = (each) => ({ start: offsets.toPoints(each.start), end: offsets.toPoints(each.end) });
  const layer = (wanted) => article.marks.filter((mark) => mark.layer === wanted);
  return {
    id,
    text: article.text,
    entities: layer(ENTITY).map((mark) => ({ ...span(mark), label: mark.label })),
    evidence: layer(EVIDENCE).map((mark) => ({ ...span(mark), area: mark.label })),
    furniture: article.lines.filter((line) => article.furniture.has(line.start)).map(span),
  };
}

/** What /api/predict would answer if it had found the marks as they are now; marks made by hand have no score. */
export function toReading(article, schema) {
  const { offsets, text } = article;
  const found = (mark) => ({
    start: offsets.toPoints(mark.start),
    end: offsets.toPoints(mark.end),
    text: text.slice(mark.start, mark.end),
    score: mark.score,
  });
  const entities = article.marks.filter((mark) => mark.layer === ENTITY);
  return {
    text,
    entities: entities.map((mark) => ({ ...found(mark), label: mark.label })),
    areas: [...article.areas()].map(([label, marks]) => ({
      label,
      name_vi: schema.names.get(label)?.name_vi ?? label,
      name_en: schema.names.get(label)?.name_en ?? label,
      score: article.areaScores[label]?.score ?? null,
      evidence: marks.map(found),
    })),
    dropped: article.lines
      .filter((line) => article.furniture.has(line.start))
      .map((line) => ({
        start: offsets.toPoints(line.start),
        end: offsets.toPoints(line.end),
        text: text.slice(line.start, line.end),
        reason: article.reasons.get(line.start) ?? null,
      })),
  };
}

/** Start and reason of each line all of whose visible characters were left out. */
function furnitureOf(text, dropped) {
  const found = [];
  let next = 0;
  for (const line of linesOf(text)) {
    while (next < dropped.length && dropped[next].end <= line.start) next += 1;
    let rest = text.slice(line.start, line.end);
    for (let i = next; i < dropped.length && dropped[i].start < line.end; i += 1) {
      const [from, to] = [Math.max(dropped[i].start - line.start, 0), dropped[i].end - line.start];
      rest = rest.slice(0, from) + " ".repeat(Math.min(to, rest.length) - from) + rest.slice(to);
    }
    if (rest.trim() === "" && text.slice(line.start, line.end).trim() !== "") {
      found.push([line.start, dropped[next].reason]);
    }
  }
  return found;
}

function sorted(marks) {
  return marks.sort((one, other) => one.start - other.start || other.end - one.end || one.id - other.id);
}
