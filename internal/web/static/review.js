// Reviewing with a finger or a keyboard: sentences can be clicked to comment
// on them, and what is ticked is kept at once. The page works without this
// file: sentences are chosen from a list, and a button keeps the ticks.
"use strict";
(() => {
  const choice = document.querySelector("#remark-at");
  const box = document.querySelector("details#comment");
  if (choice && box) {
    const all = [...document.querySelectorAll(".sentence")];
    for (const help of document.querySelectorAll("[data-remark-help]")) help.hidden = false;
    let at = -1;
    const mark = (i) => {
      if (at >= 0) { all[at].removeAttribute("tabindex"); all[at].classList.remove("chosen"); }
      at = i;
      all[at].classList.add("chosen");
      all[at].tabIndex = -1;
    };
    const comment = () => {
      if (at < 0) return;
      choice.value = all[at].dataset.at;
      box.open = true;
      document.querySelector("#remark-text").focus();
    };
    for (const [i, s] of all.entries()) {
      s.addEventListener("click", (e) => {
        if (e.target.closest("a") || String(getSelection())) return;
        mark(i);
        comment();
      });
    }
    document.addEventListener("keydown", (e) => {
      if (e.target.closest("input, textarea, select") || e.ctrlKey || e.metaKey || e.altKey || !all.length) return;
      // At a sentence its keys go before those of the desk.
      const here = at >= 0 && document.activeElement === all[at];
      if (e.key === "n" || (e.key === "p" && here)) {
        mark(at < 0 ? 0 : Math.max(0, Math.min(all.length - 1, at + (e.key === "n" ? 1 : -1))));
        all[at].focus();
        all[at].scrollIntoView({ block: "nearest" });
        e.preventDefault();
        e.stopImmediatePropagation();
      } else if (e.key === "c" && here) {
        comment();
        e.preventDefault();
        e.stopImmediatePropagation();
      }
    }, true);
  }

  // Ticks, kinds and typed reasons are kept a moment after the last change.
  const list = document.querySelector("[data-keep-ticks]");
  if (list) {
    for (const button of document.querySelectorAll("[data-keep-button]")) button.hidden = true;
    const back = document.querySelector("#return");
    let timer = 0;
    const keep = () => {
      timer = 0;
      const form = new URLSearchParams();
      for (const f of [list, back]) {
        if (f) for (const [name, value] of new FormData(f)) form.append(name, value);
      }
      fetch(list.dataset.keepTicks, { method: "POST", body: form, redirect: "manual", keepalive: true }).catch(() => {});
    };
    const later = () => { clearTimeout(timer); timer = setTimeout(keep, 300); };
    for (const f of [list, back]) if (f) f.addEventListener("input", later);
    addEventListener("pagehide", () => { if (timer) { clearTimeout(timer); keep(); } });
    for (const f of [list, back]) if (f) f.addEventListener("submit", () => { clearTimeout(timer); timer = 0; });
  }
})();
