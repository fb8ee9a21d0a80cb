// Passkeys: signing in, proving again who acts, adding a passkey. The page
// works without this script; it then offers the other ways to sign in.
//
// A form with data-passkey is hidden until a passkey can be used here:
//
//   <form data-passkey="get|create" data-begin="/signin/passkey/begin" data-finish="/signin/passkey/finish"
//         data-unsupported="…" data-cancelled="…" data-failed="…" hidden>
//     <input name="name">                    (create only; may be left out)
//     <button>…</button>
//     <p data-passkey-says role="status"></p>
//   </form>
//
// data-passkey   "get" asks for a passkey that exists, "create" makes one.
// data-begin     POST without a body; answers {"state", "publicKey"}.
// data-finish    POST of {"state", "name", "credential"}; answers {"next": "/address"}.
// Either may answer with another status and {"message": "a sentence"}, or with
// {"next"} alone to send the person elsewhere. The data-… sentences are shown
// when the browser has no passkeys (then the form stays shown, without its
// button), when the person closed the prompt, and when anything else failed.
"use strict";
(() => {
  const bytes = (s) => Uint8Array.from(atob(s.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (b) => btoa(String.fromCharCode(...new Uint8Array(b))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  // options and json do what newer browsers do by themselves
  // (parseCreationOptionsFromJSON, parseRequestOptionsFromJSON, toJSON).
  function options(o) {
    o.challenge = bytes(o.challenge);
    if (o.user) o.user.id = bytes(o.user.id);
    for (const list of [o.allowCredentials, o.excludeCredentials]) {
      for (const c of list || []) c.id = bytes(c.id);
    }
    return o;
  }

  function json(c) {
    const r = c.response;
    const response = { clientDataJSON: text(r.clientDataJSON) };
    for (const k of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (r[k]) response[k] = text(r[k]);
    }
    if (r.getTransports) response.transports = r.getTransports();
    return { id: c.id, rawId: text(c.rawId), type: c.type, response, clientExtensionResults: c.getClientExtensionResults() };
  }

  async function post(url, body) {
    const answer = await fetch(url, {
      method: "POST", credentials: "same-origin", redirect: "error",
      headers: { "Content-Type": "application/json", "Accept": "application/json" }, body: JSON.stringify(body),
    });
    const value = await answer.json();
    if (!answer.ok && !value.next) throw Object.assign(new Error("refused"), { sentence: value.message });
    return value;
  }

  // go leaves for an address of this site, and for no other.
  function go(next) {
    const to = new URL(next, location.href);
    if (to.origin !== location.origin) throw new Error("elsewhere");
    location.assign(to.href);
  }

  async function run(form) {
    const begun = await post(form.dataset.begin, {});
    if (begun.next) return go(begun.next);
    const publicKey = options(begun.publicKey);
    const create = form.dataset.passkey === "create";
    const made = await (create ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey }));
    const name = form.elements.name ? form.elements.name.value : "";
    const done = await post(form.dataset.finish, { state: begun.state, name, credential: json(made) });
    return go(done.next);
  }

  function prepare(form) {
    const says = form.querySelector("[data-passkey-says]");
    const button = form.querySelector("button");
    form.hidden = false;
    if (!window.PublicKeyCredential || !window.isSecureContext) {
      button.hidden = true;
      says.textContent = form.dataset.unsupported;
      return;
    }
    form.addEventListener("submit", async (e) => {
      e.preventDefault();
      button.disabled = true;
      says.textContent = "";
      try {
        await run(form);
      } catch (err) {
        const closed = err.name === "NotAllowedError" || err.name === "AbortError";
        says.textContent = err.sentence || (closed ? form.dataset.cancelled : form.dataset.failed);
        button.disabled = false;
        button.focus();
      }
    });
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) prepare(form);
})();
