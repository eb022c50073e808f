// The labels with their names and colours.

import { getLanguage } from "./strings.js";

const COLOURS = 8; // as many as style.css defines

/** What /api/schema says about labels; labels of other models name themselves. */
export class Schema {
  constructor(body) {
    this.entities = body.entities;
    this.areas = body.areas;
    this.names = new Map([...body.entities, ...body.areas].map((each) => [each.label, each]));
  }

  /** A label's name in the page's language. */
  name(label) {
    return this.names.get(label)?.[`name_${getLanguage()}`] ?? label;
  }

  /** The style class of an entity label: the schema's have fixed colours, others share what is left. */
  style(label, labels = []) {
    const index = this.entities.findIndex((entity) => entity.label === label);
    if (index >= 0) return `ht-e${index + 1}`;
    const others = [...new Set(labels)].filter((each) => !this.names.has(each)).sort();
    const free = COLOURS - this.entities.length;
    return `ht-e${this.entities.length + 1 + (Math.max(others.indexOf(label), 0) % free)}`;
  }

  /** Areas with a word for each word of `query` that begins so, accents and case apart. */
  findAreas(query) {
    const split = (text) => plain(text).split(/[^a-z0-9]+/).filter(Boolean);
    return this.areas.filter((area) => {
      const names = split(`${area.name_vi} ${area.name_en} ${area.label}`);
      return split(query).every((word) => names.some((name) => name.startsWith(word)));
    });
  }
}

/** Lower case without accents, for searching and for file names. */
export function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
}

/** A probability as a whole percentage, 99 at most for what is not quite certain. */
export function percent(score) {
  return `${score === 1 ? 100 : Math.min(99, Math.round(100 * score))}%`;
}
