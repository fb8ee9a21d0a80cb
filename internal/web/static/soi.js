// What scripts add to pages that are complete without them: the small sum
// that opens the fast lane for asking, sharing, and copying a code.
"use strict";
(() => {
  // A worker's address has to be vouched for where trusted types are required.
  const trusted = window.trustedTypes && trustedTypes.createPolicy
    ? trustedTypes.createPolicy("soi", { createScriptURL: (u) => u })
    : { createScriptURL: (u) => u };

  // solve starts on the sum as soon as the asker begins to type, so that it
  // is done before they are. A form sent earlier takes the slow lane.
  function solve(form) {
    const src = form.dataset.worker;
    if (!src || !window.Worker) return;
    let begun = false;
    const begin = () => {
      if (begun) return;
      begun = true;
      const worker = new Worker(trusted.createScriptURL(src));
      worker.onmessage = (e) => {
        form.elements.solution.value = e.data;
        worker.terminate();
        if (form.dataset.held) form.requestSubmit();
      };
      worker.onerror = () => { form.dataset.failed = "1"; };
      worker.postMessage({ challenge: form.elements.challenge.value, form: form.elements.form.value });
    };
    const field = form.querySelector("textarea");
    if (field) {
      field.addEventListener("input", begin, { once: true });
      if (field.value) begin();
    } else {
      begin();
    }
    form.addEventListener("submit", (e) => {
      // Wait for the sum a little, never for long: four seconds, then go.
      if (form.elements.solution.value || form.dataset.failed || form.dataset.held) return;
      e.preventDefault();
      form.dataset.held = "1";
      const button = form.querySelector("button[data-wait]");
      if (button) button.textContent = button.dataset.wait;
      begin();
      setTimeout(() => form.requestSubmit(), 4000);
    });
  }

  // share offers the device's own sharing, or copies the text.
  function share(button) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = button.dataset.text, url = button.dataset.url;
      try {
        if (navigator.share) {
          await navigator.share({ text, url });
        } else {
          await navigator.clipboard.writeText(text + "\n" + url);
          button.textContent = button.dataset.done;
        }
      } catch {
        // The reader closed the sheet, or copying is not allowed: nothing is lost.
      }
    });
  }

  // Ctrl+Enter or Cmd+Enter sends the message from the field.
  function quick(field) {
    field.addEventListener("keydown", (e) => {
      if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) field.form.requestSubmit();
    });
  }

  // offline keeps checks for reading without a network: from the first one
  // that is opened, never in a frame of another site.
  async function offline() {
    const button = document.querySelector("button[data-keep]");
    if (!("serviceWorker" in navigator) || window.top !== window || !(button || document.querySelector("[data-reading]"))) return;
    const before = !!navigator.serviceWorker.controller;
    try {
      await navigator.serviceWorker.register(trusted.createScriptURL("/sw.js"));
      const worker = (await navigator.serviceWorker.ready).active;
      if (!before) worker.postMessage("this");
      if (!button) return;
      button.hidden = false;
      button.addEventListener("click", () => {
        button.disabled = true;
        button.textContent = button.dataset.busy;
        worker.postMessage("latest");
      });
      navigator.serviceWorker.addEventListener("message", (e) => {
        button.textContent = button.dataset.done + " (" + e.data.kept + ")";
      });
    } catch {
      // The browser allows no such thing here: the site works as before.
    }
  }

  offline();
  document.querySelectorAll("form[data-worker]").forEach(solve);
  document.querySelectorAll("button[data-share]").forEach(share);
  document.querySelectorAll("textarea[data-quick]").forEach(quick);
})();
