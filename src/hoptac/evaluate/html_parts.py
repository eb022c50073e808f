"""The fixed parts of the error report's page: style and script."""

from __future__ import annotations

HEAD = """<!DOCTYPE html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body { font: 16px/1.6 system-ui, sans-serif; max-width: 60rem; margin: 1rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; display: inline; }
form { position: sticky; top: 0; background: #fff; padding: .5rem 0; border-bottom: 1px solid #999; }
label { margin-right: .5rem; } select, input { font: inherit; max-width: 12rem; }
details { margin: 1rem 0; } summary { cursor: pointer; }
article { border-left: 3px solid #999; margin: .75rem 0; padding: .1rem .75rem; }
p { margin: .25rem 0; } .facts { font-size: .85rem; color: #444; } .excerpt { white-space: pre-wrap; }
mark { background: none; color: inherit; }
mark.gold { border-bottom: 3px solid #0072b2; background-color: #e3f0f8; }
mark.predicted { background-image: repeating-linear-gradient(90deg, #d55e00 0 6px, transparent 6px 10px);
  background-position: 0 .1em; background-size: 100% 3px; background-repeat: no-repeat; }
q.gold { color: #005a8e; } q.predicted { color: #a34700; }
</style>
</head>
<body>
"""

FOOT = """<script>
const form = document.getElementById("filters");
const names = ["kind", "label", "cause", "source"];
function show() {
  const words = form.elements.text.value.toLowerCase();
  let shown = 0;
  for (const group of document.querySelectorAll("details")) {
    let inGroup = 0;
    for (const card of group.querySelectorAll("article")) {
      const fits = names.every((name) => {
        const wanted = form.elements[name].value;
        return !wanted || card.dataset[name] === wanted;
      }) && (!words || card.textContent.toLowerCase().includes(words));
      card.hidden = !fits;
      inGroup += fits;
    }
    group.hidden = !inGroup;
    group.querySelector("h2 span").textContent = inGroup;
    shown += inGroup;
  }
  document.getElementById("shown").textContent = shown;
}
form.addEventListener("input", show);
form.addEventListener("submit", (event) => event.preventDefault());
</script>
</body>
</html>
"""
