// The page: brings articles in, and joins its parts.

import { ApiError, getSchema, predict, readMarkup } from "./api.js";
import { fromMarkup, fromReading, toReading } from "./document.js";
import { Editor } from "./editor.js";
import { byId, make, toast } from "./elements.js";
import { SaveDialog } from "./save.js";
import { Schema } from "./schema.js";
import { drawLegend, drawNotices, drawSide } from "./sidepane.js";
import { EXAMPLE, firstLanguage, getLanguage, say, sayError, setLanguage } from "./strings.js";

let article = null;
let editor = null;
let saving = null;
let schema = null;
let limits = null;
let reading = null; // the AbortController of a text that is being read
const hidden = new Set();
const queue = [];

function redraw() {
  const go = (mark) => editor.go(mark);
  drawLegend(byId("legend"), article, schema, hidden);
  drawNotices(byId("notices"), article, go, (giving) => editor.resolve(giving));
  drawSide(byId("side"), article, schema, go);
  byId("undo").disabled = !article.past.length;
  byId("redo").disabled = !article.future.length;
  byId("next").hidden = !queue.length;
  byId("next").textContent = say("nextPage", { n: queue.length });
  const title = article.name || article.lines.map((line) => article.text.slice(line.start, line.end).trim())
    .find((line, index) => line && !article.furniture.has(article.lines[index].start)) || "";
  byId("title").textContent = `${title}${article.changed ? " •" : ""}`;
  document.title = `${article.changed ? "• " : ""}${title.slice(0, 80)} · hoptac`;
}

function show(next) {
  article = next;
  byId("intro").hidden = true;
  byId("article").hidden = byId("tools").hidden = false;
  editor.load(article);
  saving.load(article);
  redraw();
  window.scrollTo(0, 0);
  byId("text").focus({ preventScroll: true });
}

function showIntro() {
  article = null;
  byId("intro").hidden = false;
  byId("article").hidden = byId("tools").hidden = true;
  byId("title").textContent = "";
  document.title = "hoptac";
  byId("input").focus();
}

/** Whether the article on the page may go. */
const mayLeave = () => !article?.changed || window.confirm(say("unsaved"));

async function read(text, name = "") {
  const wellFormed = text.toWellFormed();
  if (!wellFormed.trim()) {
    toast(say("emptyText"), true);
    return;
  }
  reading?.abort();
  reading = new AbortController();
  const { signal } = reading;
  byId("busy").hidden = false;
  try {
    const isMarkup = name.toLowerCase().endsWith(".md");
    const next = isMarkup
      ? fromMarkup(await readMarkup(wellFormed), name)
      : fromReading(await predict(wellFormed, byId("whole").checked, signal), name);
    if (!signal.aborted) show(next);
  } catch (error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof ApiError)) throw error;
    toast([name && `${name}:`, sayError(error)].filter(Boolean).join(" "), true);
  } finally {
    if (reading?.signal === signal) byId("busy").hidden = true;
  }
}

/** Take files in; the first that can be read is shown, the others wait. */
async function take(files) {
  if (!files.length || !mayLeave()) return;
  queue.push(...files);
  await nextFile();
  if (queue.length) toast(say("queued", { n: queue.length }));
}

async function nextFile() {
  const file = queue.shift();
  if (!file) return;
  if (file.size > limits.max_bytes) {
    toast(say("tooLarge", { name: file.name, size: limits.max_bytes / 2 ** 20 }), true);
    return;
  }
  const text = decode(await file.arrayBuffer());
  if (text === null) toast(say("notText", { name: file.name }), true);
  else await read(text, file.name);
}

/** The text of a file in UTF-8, or in UTF-16 with its mark; null for anything else. */
function decode(buffer) {
  const [first, second] = new Uint8Array(buffer, 0, Math.min(2, buffer.byteLength));
  const wide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const encoding = wide ? (first === 0xff ? "utf-16le" : "utf-16be") : "utf-8";
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(buffer);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}

async function copyJson() {
  const json = JSON.stringify(toReading(article, schema), null, 1);
  try {
    await navigator.clipboard.writeText(json);
  } catch {
    // Without https the clipboard is closed to pages from other machines, but not to this old way.
    const area = make("textarea");
    area.value = json;
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    if (!copied) {
      toast(say("notCopied"), true);
      return;
    }
  }
  toast(say("copied"));
}

function drawKeys() {
  const types = schema.entities.map((entity) => schema.name(entity.label)).join(", ");
  const keys = [
    [["←", "→", "↑", "↓"], "keyMove"],
    [["Alt+Shift+←", "→"], "keyStart"],
    [["N", "P"], "keyNext"],
    [[`1 – ${schema.entities.length}`], "keyEntity"],
    [[`Shift+1 – ${schema.entities.length}`], "keyEverywhere"],
    [["A"], "keyArea"],
    [["Enter"], "keyMenu"],
    [["Delete"], "keyDelete"],
    [["F"], "keyLine"],
    [["Ctrl+Z", "Ctrl+Shift+Z"], "keyUndo"],
    [["Ctrl+S"], "keySave"],
    [["Esc"], "keyEscape"],
  ];
  byId("keys").replaceChildren(
    ...keys.map(([names, meaning]) =>
      make(
        "tr",
        {},
        make("th", { scope: "row" }, ...names.flatMap((name, i) => (i ? [" ", make("kbd", {}, name)] : [make("kbd", {}, name)]))),
        make("td", {}, say(meaning, { types })),
      ),
    ),
  );
}

function switchLanguage(language) {
  setLanguage(language);
  if (schema) drawKeys();
  if (article) {
    editor.draw();
    redraw();
  }
}

/** Keys that work wherever the focus is, but in a field. */
function pageKey(event) {
  const inField = event.target.matches?.("textarea, input:not([type=checkbox])");
  if (document.querySelector("dialog[open]")) return;
  const key = event.key.toLowerCase();
  const command = (event.ctrlKey || event.metaKey) && !event.altKey;
  if (command && key === "enter" && event.target === byId("input")) byId("intro").requestSubmit();
  else if (article && command && key === "s") saving.open();
  else if (article && command && !inField && (key === "y" || (key === "z" && event.shiftKey))) editor.redo();
  else if (article && command && !inField && key === "z") editor.undo();
  else if (!command && !inField && event.key === "?") byId("help-dialog").showModal();
  else return;
  event.preventDefault();
}

function listen() {
  const click = (id, does) => byId(id).addEventListener("click", does);
  byId("intro").addEventListener("submit", (event) => {
    event.preventDefault();
    read(byId("input").value);
  });
  click("choose", () => byId("files").click());
  byId("files").addEventListener("change", (event) => {
    take([...event.target.files]);
    event.target.value = "";
  });
  click("example", () => {
    byId("input").value = EXAMPLE;
    read(EXAMPLE);
  });
  click("new", () => mayLeave() && showIntro());
  click("next", () => mayLeave() && nextFile());
  click("undo", () => editor.undo());
  click("redo", () => editor.redo());
  click("copy", copyJson);
  click("save", () => saving.open());
  click("help", () => byId("help-dialog").showModal());
  click("help-close", () => byId("help-dialog").close());
  click("cancel", () => {
    reading?.abort();
    byId("busy").hidden = true;
  });
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => switchLanguage(button.dataset.language));
  }
  document.addEventListener("keydown", pageKey);
  window.addEventListener("beforeunload", (event) => article?.changed && event.preventDefault());
  dropping();
}

function dropping() {
  const holds = (event) => ["Files", "text/plain"].some((kind) => event.dataTransfer?.types.includes(kind));
  const inField = (event) => event.target === byId("input") && !event.dataTransfer.types.includes("Files");
  window.addEventListener("dragover", (event) => {
    if (!holds(event) || inField(event)) return;
    event.preventDefault();
    byId("drop").hidden = false;
  });
  for (const name of ["dragleave", "drop", "dragend"]) {
    window.addEventListener(name, (event) => {
      if (name !== "dragleave" || !event.relatedTarget) byId("drop").hidden = true;
    });
  }
  window.addEventListener("drop", (event) => {
    if (!holds(event) || inField(event)) return;
    event.preventDefault();
    const files = [...event.dataTransfer.files];
    if (files.length) take(files);
    else if (mayLeave()) read(event.dataTransfer.getData("text/plain"));
  });
}

async function start() {
  switchLanguage(firstLanguage());
  listen();
  try {
    limits = await getSchema();
  } catch (error) {
    toast(sayError(error), true);
    return;
  }
  schema = new Schema(limits);
  editor = new Editor(byId("text"), schema, redraw);
  saving = new SaveDialog(limits.save_folder, redraw);
  byId("engine").textContent = `hoptac ${limits.version} · ${limits.engine}`;
  switchLanguage(getLanguage());
  document.body.classList.add("wb-ready");
}

start();
