// The desk with a keyboard, and drafts that survive a closed window. Every
// page works without this file.
"use strict";
(() => {
  const typing = (e) => e.target.closest("input, textarea, select, [contenteditable]") || e.ctrlKey || e.metaKey || e.altKey;

  // j and k move through a list, o opens; a presses the button marked for it.
  const links = [...document.querySelectorAll("[data-keys=list] h2 a")];
  document.addEventListener("keydown", (e) => {
    if (typing(e)) return;
    const at = links.indexOf(document.activeElement);
    if (e.key === "j" || e.key === "k") {
      const to = links[Math.max(0, Math.min(links.length - 1, at + (e.key === "j" ? 1 : -1)))];
      if (to) { to.focus(); to.scrollIntoView({ block: "nearest" }); e.preventDefault(); }
    } else if (e.key === "o" && at >= 0) {
      links[at].click();
    } else if (e.key === "?") {
      const help = document.querySelector("details.keys");
      if (help) { help.open = true; help.scrollIntoView(); help.querySelector("summary").focus(); }
    } else {
      const button = document.querySelector(`button[data-key="${CSS.escape(e.key)}"]`);
      if (button) button.click();
    }
  });

  // What is typed into a draft is kept in this browser until it was sent, so
  // that a closed window or a broken connection loses nothing.
  for (const form of document.querySelectorAll("form[data-keep]")) {
    const key = "soi " + form.dataset.keep;
    const fields = [...form.querySelectorAll("input[name]:not([type=hidden]):not([type=radio]), textarea[name]")];
    const now = () => JSON.stringify(fields.map((f) => f.value));
    const first = now();
    const version = form.querySelector("input[name=version]").value;
    let saved = null;
    try { saved = JSON.parse(sessionStorage.getItem(key)); } catch { saved = null; }
    if (saved && saved.version === version && saved.values !== first) {
      JSON.parse(saved.values).forEach((v, i) => { if (fields[i]) fields[i].value = v; });
    }
    let timer = 0;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => sessionStorage.setItem(key, JSON.stringify({ version, values: now() })), 400);
    });
    form.addEventListener("submit", () => { clearTimeout(timer); sessionStorage.removeItem(key); });
  }
})();
