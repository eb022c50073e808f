// Making elements.

/** `make("p.note", {title: "…"}, "text", child)`: an element with classes, attributes and children. */
export function make(kind, attributes = {}, ...children) {
  const [name, ...classes] = kind.split(".");
  const element = document.createElement(name);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);

let toastTimer = 0;

/** One sentence at the foot of the page, for a few seconds; errors stay longer. */
export function toast(message, bad = false) {
  const box = byId("toast");
  box.textContent = message;
  box.classList.toggle("wb-bad", bad);
  box.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { box.hidden = true; }, bad ? 12000 : 4000);
}

/** Something for screen readers only. */
export function speak(message) {
  byId("spoken").textContent = message;
}
