// The desk with a keyboard, and drafts that survive a closed window. Every
// page works without this file.
"use strict";
(() => {
  (() => {
    // Keys. What each does stands in the table that the page brings along, the
    // same from which the help sheet is made; an element says with data-act
    // which of them it answers to. ">" before a name: go there, press nothing.
    const keys = JSON.parse(document.querySelector("[data-keymap]")?.dataset.keymap || "{}");
    const typing = (e) => e.ctrlKey || e.metaKey || e.altKey || e.isComposing ||
      e.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog");
    const rows = [...document.querySelectorAll("[data-keys=list] > li")];
    const atRow = () => rows.indexOf(document.activeElement?.closest("[data-keys=list] > li"));
    const step = (by) => {
      const link = rows[Math.max(0, Math.min(rows.length - 1, atRow() + by))]?.querySelector("h2 a");
      link?.focus();
      link?.scrollIntoView({ block: "nearest" });
      return link;
    };
    const own = {
      next: () => step(1),
      prev: () => step(-1),
      open: () => rows[atRow()]?.querySelector("h2 a"),
      help: () => { location.href = document.querySelector("[data-keymap]").dataset.help; return true; },
    };
    // find looks in the row that has the focus, then outside the rows: a key
    // never acts on a claim that the person is not at.
    const find = (name) => {
      const at = rows[atRow()];
      const all = [...(at?.querySelectorAll(`[data-act="${name}"]`) || []), ...document.querySelectorAll(`[data-act="${name}"]`)];
      return all.find((el) => (!el.closest("[data-keys=list]") || at?.contains(el)) && !el.closest("[hidden]") &&
        !(name === "step" && (el.checked || el === document.activeElement)));
    };
    const go = (el) => {
      for (let d = el.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
      const to = el.matches("details, summary") ? el.closest("details").querySelector("button:not([hidden]), input:not([type=hidden]), select, textarea") : el;
      (to || el).focus();
      (to || el).scrollIntoView({ block: "nearest" });
    };
    const act = (word) => {
      const name = word.replace(">", "");
      if (name === "next" || name === "prev" || name === "help") return own[name]();
      const el = name === "open" ? own.open() : find(name);
      if (!el) return false;
      // A field is entered when the key is let go, so that its letter is not typed there.
      if (word === name) el.click(); else document.addEventListener("keyup", () => go(el), { once: true });
      return true;
    };
    document.addEventListener("keydown", (e) => {
      if (typing(e)) return;
      const words = /^[1-9]$/.test(e.key) ? (keys["1-9"] || []).map((w) => w + e.key) : keys[e.key] || [];
      if (words.some(act)) e.preventDefault();
    });
  })();

  // The counter: the answer on paper, or spoken by the device in the language
  // of the page. Both are offered only where the browser can do them.
  for (const button of document.querySelectorAll("button[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  const speech = document.querySelector("[data-speech]");
  for (const button of document.querySelectorAll("button[data-speak]")) {
    if (!speech || !window.speechSynthesis || !window.SpeechSynthesisUtterance) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      speechSynthesis.cancel();
      for (const p of speech.querySelectorAll("p")) {
        const said = new SpeechSynthesisUtterance(p.textContent);
        said.lang = speech.lang;
        speechSynthesis.speak(said);
      }
    });
  }

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

  // Who else is at this claim. The page asks now and then while it is looked
  // at, and says whether somebody writes in it; it asks for nothing else.
  const here = document.querySelector("[data-here]");
  if (here) {
    let typed = 0, wrote = false, leaving = false, timer = 0;
    const beat = async () => {
      clearTimeout(timer);
      if (!document.hidden) {
        const body = new URLSearchParams(Date.now() - typed < 120000 && typed ? { writing: "1" } : {});
        try {
          const answer = await fetch(here.dataset.here, { method: "POST", body, redirect: "error" });
          if (!answer.ok) return;
          const say = (await answer.json()).say;
          if (here.textContent !== say) here.textContent = say;
        } catch { /* the network; the next time may go better */ }
      }
      timer = setTimeout(beat, 50000 + Math.random() * 20000);
    };
    timer = setTimeout(beat, 50000 + Math.random() * 20000);
    document.addEventListener("input", (e) => {
      if (!e.target.closest("form[data-keep], form[data-writing]")) return;
      typed = Date.now();
      if (!wrote) { wrote = true; beat(); }
    });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) beat(); });
    document.addEventListener("submit", () => { leaving = true; });
    addEventListener("pagehide", () => { if (!leaving) navigator.sendBeacon(here.dataset.here, new URLSearchParams({ gone: "1" })); });
  }

  // While a copy is being made the page looks again by itself, for five minutes,
  // and puts what has become of it in its place. Nothing else on the page moves.
  const waiting = () => [...document.querySelectorAll("[data-waits]")];
  let looks = 0;
  const look = () => {
    if (!waiting().length || ++looks > 60) return;
    const again = () => setTimeout(look, 5000);
    if (document.hidden) return again();
    const ask = new XMLHttpRequest();
    ask.open("GET", location.pathname + location.search);
    ask.responseType = "document"; // read as a page, never as text that becomes one
    ask.onload = () => {
      for (const old of waiting()) {
        const now = ask.response && ask.response.getElementById(old.id);
        if (!now || old.contains(document.activeElement) || now.textContent === old.textContent) continue;
        old.replaceChildren(...document.importNode(now, true).childNodes);
        old.toggleAttribute("data-waits", now.hasAttribute("data-waits"));
      }
    };
    ask.onloadend = again;
    ask.send();
  };
  if (waiting().length) setTimeout(look, 3000);

  // @ in a note offers the names of colleagues as buttons below it.
  const names = [...document.querySelectorAll("#colleagues option")].map((o) => o.value);
  for (const area of document.querySelectorAll("textarea[data-mention]")) {
    const list = document.createElement("p");
    list.className = "mention";
    list.hidden = true;
    area.after(list);
    area.addEventListener("input", () => {
      const before = area.value.slice(0, area.selectionStart);
      const at = before.match(/@([^@\n]{0,40})$/);
      const found = at ? names.filter((n) => n.toLowerCase().startsWith(at[1].toLowerCase()) && n.toLowerCase() !== at[1].toLowerCase()).slice(0, 6) : [];
      list.replaceChildren(...found.map((name) => {
        const b = document.createElement("button");
        b.type = "button";
        b.className = "plain";
        b.textContent = "@" + name;
        b.addEventListener("click", () => {
          const start = before.length - at[0].length;
          area.setRangeText("@" + name + " ", start, before.length, "end");
          list.hidden = true;
          area.focus();
        });
        return b;
      }));
      list.hidden = found.length === 0;
    });
  }
})();
