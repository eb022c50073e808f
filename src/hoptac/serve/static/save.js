// The dialog that saves or downloads an annotation.

import { writeAnnotation } from "./api.js";
import { toAnnotation } from "./document.js";
import { byId, toast } from "./elements.js";
import { plain } from "./schema.js";
import { say, sayError } from "./strings.js";

const LONGEST = 48; // characters of an id made from a title

export class SaveDialog {
  /** `folder` is the server's, or null; `saved()` is called when the article is safe. */
  constructor(folder, saved) {
    this.folder = folder;
    this.saved = saved;
    this.dialog = byId("save-dialog");
    this.own = new Set(); // files that were written from this article, and may be replaced by it
    byId("save-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit(event.submitter?.value ?? (folder ? "save" : "download"));
    });
    byId("save-cancel").addEventListener("click", () => this.dialog.close());
    for (const name of ["input", "change"]) byId("save-form").addEventListener(name, () => this.ask(false));
  }

  /** A new article: it may replace no file yet. */
  load(article) {
    this.article = article;
    this.own.clear();
    byId("save-id").value = idFrom(article);
  }

  open() {
    this.ask(false);
    byId("save-folder").hidden = !this.folder;
    byId("save-download").classList.toggle("wb-main", !this.folder);
    this.dialog.showModal();
    byId("save-id").select();
  }

  ask(replace, message = "") {
    this.replace = replace;
    byId("save-folder").textContent = replace ? say("replaceFile") : say("saveFolder", { folder: this.folder });
    byId("save-error").textContent = message;
    byId("save-error").hidden = !message;
  }

  async submit(action) {
    const id = byId("save-id").value.trim();
    const format = new FormData(byId("save-form")).get("form");
    const file = `${id}.${format}`;
    const state = this.article.state;
    const save = action === "save";
    let answer;
    try {
      answer = await writeAnnotation({
        ...toAnnotation(this.article, id), format, save, overwrite: this.replace || this.own.has(file),
      });
    } catch (error) {
      this.ask(error.status === 409, sayError(error, { 422: say("notSaved"), 409: "" }));
      return;
    }
    if (save) {
      this.own.add(file);
      toast(say("savedTo", { files: answer.saved.join(", ") }));
    } else {
      download(answer.filename, answer.content);
      toast(say("downloaded", { file: answer.filename }));
    }
    this.article.saved = state;
    this.dialog.close();
    this.saved();
  }
}

function download(name, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** An id from the file's name, or from the article's first line. */
function idFrom(article) {
  const line = article.lines.find((each) => !article.furniture.has(each.start) && article.text.slice(each.start, each.end).trim());
  const title = article.name.replace(/\.\w+$/, "") || (line ? article.text.slice(line.start, line.end) : "");
  const id = plain(title).replace(/[^a-z0-9_.]+/g, "-").slice(0, LONGEST).replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, "");
  return id || "article";
}
