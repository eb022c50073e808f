"use strict";
(() => {
  const TEXT = {
    vi: {
      exportJson: "Xuất JSON", exportCsv: "Xuất CSV", load: "Nạp quyết định", help: "Phím tắt", split: "Tập", layer: "Lớp",
      kind: "Loại", labelFilter: "Nhãn", state: "Quyết định", all: "tất cả", here: "Đang đánh dấu", there: "Đề xuất",
      decide: "Quyết định", accept: "Nhận đề xuất", reject: "Giữ như cũ", unsure: "Chưa rõ", open: "chưa quyết định",
      note: "Ghi chú", previous: "← Trước", next: "Sau →", none: "Không có trường hợp nào với bộ lọc này.",
      changesAreas: "Thay đổi lĩnh vực của bài.", close: "Đóng", keysTitle: "Phím tắt", clear: "Bỏ quyết định",
      sure: "độ chắc", decided: "đã quyết định", missed: "bỏ sót", spurious: "thừa", label: "sai nhãn", boundary: "sai biên",
      entity: "thực thể", evidence: "lĩnh vực", badFile: "Tệp này không chứa quyết định.",
      unkept: "Trình duyệt không lưu được quyết định; hãy xuất JSON trước khi đóng trang.",
    },
    en: {
      exportJson: "Export JSON", exportCsv: "Export CSV", load: "Load decisions", help: "Keys", split: "Split", layer: "Layer",
      kind: "Kind", labelFilter: "Label", state: "Decision", all: "all", here: "As marked", there: "Proposed",
      decide: "Decision", accept: "Accept", reject: "Keep as marked", unsure: "Unsure", open: "undecided",
      note: "Note", previous: "← Previous", next: "Next →", none: "No case passes these filters.",
      changesAreas: "Changes the article's areas.", close: "Close", keysTitle: "Keys", clear: "Clear the decision",
      sure: "confidence", decided: "decided", missed: "missed", spurious: "spurious", label: "label", boundary: "edges",
      entity: "entity", evidence: "area", badFile: "This file holds no decisions.",
      unkept: "The browser cannot keep decisions; export JSON before you close the page.",
    },
  };
  const KEYS = { accept: "a", reject: "r", unsure: "u" };
  const STORE = "hoptac-review";
  const { names, cases } = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  const filters = $("filters").elements;
  let language = navigator.language.startsWith("vi") ? "vi" : "en";
  let decisions = {};
  let shown = [];
  let at = 0;

  function recall() {
    try {
      const kept = JSON.parse(localStorage.getItem(STORE) || "{}");
      decisions = kept.decisions || {};
      language = kept.language || language;
    } catch {
      $("unkept").hidden = false;
    }
  }

  function keep() {
    try {
      localStorage.setItem(STORE, JSON.stringify({ decisions, language }));
    } catch {
      $("unkept").hidden = false;
    }
  }

  const t = (key) => TEXT[language][key];
  const state = (one) => (decisions[one.id] || {}).decision || "open";
  const labels = (one) => [...one.gold, ...one.proposed].map((mark) => mark.label);
  const name = (label) => (names[label] ? names[label][language === "vi" ? 0 : 1] : label);

  function fill(select, values, title) {
    const before = select.value;
    select.replaceChildren(new Option(t("all"), ""), ...values.map((value) => new Option(title(value), value)));
    select.value = values.includes(before) ? before : "";
  }

  function speak() {
    document.documentElement.lang = language;
    for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
    for (const node of document.querySelectorAll("[data-t-label]")) node.setAttribute("aria-label", t(node.dataset.tLabel));
    for (const node of document.querySelectorAll("[data-language]"))
      node.setAttribute("aria-pressed", String(node.dataset.language === language));
    for (const node of document.querySelectorAll("[data-decision]")) {
      const key = document.createElement("kbd");
      key.textContent = KEYS[node.dataset.decision];
      node.replaceChildren(t(node.dataset.decision), key);
    }
    const distinct = (of) => [...new Set(cases.flatMap(of))].sort();
    fill(filters.split, distinct((one) => [one.split]), (value) => value);
    fill(filters.layer, distinct((one) => [one.layer]), t);
    fill(filters.kind, distinct((one) => [one.kind]), t);
    fill(filters.label, distinct(labels), name);
    fill(filters.state, ["open", "accept", "reject", "unsure"], t);
    const rows = [
      ["a", t("accept")], ["r", t("reject")], ["u", t("unsure")], ["Backspace", t("clear")], ["← k", t("previous")],
      ["→ j", t("next")], ["n", t("note")], ["?", t("help")],
    ];
    $("keylist").replaceChildren(...rows.flatMap(([key, what]) => {
      const [term, text] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = key;
      text.textContent = what;
      return [term, text];
    }));
  }

  function sift(stay) {
    const current = shown[at];
    shown = cases.filter((one) =>
      (!filters.split.value || one.split === filters.split.value) &&
      (!filters.layer.value || one.layer === filters.layer.value) &&
      (!filters.kind.value || one.kind === filters.kind.value) &&
      (!filters.label.value || labels(one).includes(filters.label.value)) &&
      (!filters.state.value || state(one) === filters.state.value));
    at = Math.max(0, stay ? shown.indexOf(current) : 0);
    show();
  }

  function show() {
    const one = shown[at];
    const decided = cases.filter((other) => state(other) !== "open").length;
    $("progress").textContent = `${shown.length ? at + 1 : 0} / ${shown.length} · ${t("decided")} ${decided} / ${cases.length}`;
    $("case").hidden = !one;
    $("none").hidden = Boolean(one);
    if (!one) return;
    $("place").textContent = `${one.article} · ${one.split}`;
    $("kind").textContent = `${t(one.layer)} · ${t(one.kind)} · ${[...new Set(labels(one))].map(name).join(", ")}`;
    $("sure").textContent = `${t("sure")} ${Math.round(100 * one.confidence)}%`;
    $("source").textContent = `${one.file}:${one.line}`;
    $("here").innerHTML = one.here; // escaped where it was made
    $("there").innerHTML = one.there;
    $("why").textContent = one.reason[language];
    $("areas").hidden = !one.changes_areas;
    $("note").value = (decisions[one.id] || {}).note || "";
    $("previous").disabled = at === 0;
    $("next").disabled = at === shown.length - 1;
    for (const node of document.querySelectorAll("[data-decision]"))
      node.setAttribute("aria-pressed", String(node.dataset.decision === state(one)));
  }

  function go(by) {
    at = Math.min(Math.max(at + by, 0), Math.max(shown.length - 1, 0));
    show();
  }

  function change(one, values) {
    const merged = { ...decisions[one.id], ...values };
    if (!merged.decision && !merged.note) delete decisions[one.id];
    else decisions[one.id] = merged;
    keep();
  }

  function decide(decision) {
    const one = shown[at];
    if (!one) return;
    change(one, { decision });
    if (decision) go(1);
    else show();
    if (decision && shown[at] === one) show();
  }

  function chosen() {
    return cases.filter((one) => decisions[one.id]).map((one) => ({
      id: one.id, article: one.article, file: one.file, line: one.line, layer: one.layer, kind: one.kind,
      gold: one.gold, proposed: one.proposed, decision: decisions[one.id].decision || null, note: decisions[one.id].note || "",
    }));
  }

  function save(filename, type, content) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = filename;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function csv() {
    const cell = (value) => {
      // a leading = + - @ would be a formula to a spreadsheet
      const text = String(value ?? "").replace(/^[=+\-@\t\r]/, "'$&");
      return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    const marks = (all) => all.map((mark) => `${mark.text} ${mark.label}`).join("; ");
    const head = ["id", "article", "file", "line", "layer", "kind", "as marked", "proposed", "decision", "note"];
    const rows = chosen().map((one) => [
      one.id, one.article, one.file, one.line, one.layer, one.kind, marks(one.gold), marks(one.proposed), one.decision, one.note,
    ]);
    return "\ufeff" + [head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
  }

  async function load(file) {
    try {
      const { decisions: rows } = JSON.parse(await file.text());
      for (const row of rows) decisions[row.id] = { decision: row.decision, note: row.note };
      keep();
      sift(true);
    } catch {
      alert(t("badFile"));
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open) return;
    if (event.target === $("note")) {
      if (event.key === "Enter" || event.key === "Escape") $("case").focus();
      return;
    }
    if (event.target instanceof HTMLSelectElement) return;
    const does = {
      a: () => decide("accept"), r: () => decide("reject"), u: () => decide("unsure"), Backspace: () => decide(null),
      ArrowLeft: () => go(-1), k: () => go(-1), ArrowRight: () => go(1), j: () => go(1),
      n: () => $("note").focus(), "?": () => $("keys").showModal(),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  });
  $("filters").addEventListener("change", () => sift(true));
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("previous").addEventListener("click", () => go(-1));
  $("next").addEventListener("click", () => go(1));
  $("note").addEventListener("input", () => shown[at] && change(shown[at], { note: $("note").value }));
  $("help").addEventListener("click", () => $("keys").showModal());
  $("json").addEventListener("click", () =>
    save("review.json", "application/json", JSON.stringify({ decisions: chosen() }, null, 1) + "\n"));
  $("csv").addEventListener("click", () => save("review.csv", "text/csv", csv()));
  $("load").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", () => $("file").files[0] && load($("file").files[0]));
  for (const node of document.querySelectorAll("[data-decision]"))
    node.addEventListener("click", () => decide(node.getAttribute("aria-pressed") === "true" ? null : node.dataset.decision));
  for (const node of document.querySelectorAll("[data-language]"))
    node.addEventListener("click", () => {
      language = node.dataset.language;
      keep();
      speak();
      sift(true);
    });
  recall();
  speak();
  sift(false);
})();
