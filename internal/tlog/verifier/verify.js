// Verifies one proof of a public log in the reader's browser. Sends nothing.
"use strict";
(() => {
  const enc = new TextEncoder(), dec = new TextDecoder("utf-8", { fatal: true });
  class Refused extends Error { constructor(vi, en) { super(en); this.vi = vi; } }
  const need = (ok, vi, en) => { if (!ok) throw new Refused(vi, en); };
  const join = (...parts) => {
    const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
    parts.reduce((at, p) => { out.set(p, at); return at + p.length; }, 0);
    return out;
  };
  const sha256 = async (b) => new Uint8Array(await crypto.subtle.digest("SHA-256", b));
  const hex = (b) => Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
  const same = (a, b) => hex(a) === hex(b);
  const unbase64 = (s) => {
    try {
      const raw = atob(s);
      if (btoa(raw) === s) return Uint8Array.from(raw, (c) => c.charCodeAt(0));
    } catch { /* told below */ }
    throw new Refused("Dữ liệu base64 sai dạng.", "Malformed base64.");
  };
  const number = (s) => {
    need(/^(0|[1-9][0-9]{0,14})$/.test(s), "Số sai dạng.", "Malformed number.");
    return Number(s);
  };

  function readProof(text) {
    const cut = text.indexOf("\n\n"), lines = text.slice(0, cut).split("\n");
    need(cut > 0 && lines.shift() === "c2sp.org/tlog-proof@v1", "Đây không phải tệp bằng chứng.", "This is not a proof file.");
    need(lines.length > 1 && lines[0].startsWith("extra ") && lines[1].startsWith("index "), "Bằng chứng không mang mục sổ.", "The proof does not carry the entry.");
    const path = lines.slice(2).map(unbase64);
    need(path.every((h) => h.length === 32), "Đường băm sai dạng.", "Malformed path.");
    return { entry: unbase64(lines[0].slice(6)), index: number(lines[1].slice(6)), path, checkpoint: text.slice(cut + 2) };
  }

  async function readCheckpoint(note, vkey) {
    const [name, id, ...rest] = vkey.split("+"), key = unbase64(rest.join("+"));
    need(key.length === 33 && key[0] === 1 && hex((await sha256(join(enc.encode(name + "\n"), key))).slice(0, 4)) === id,
      "Khóa sai dạng.", "Malformed key.");
    const cut = note.lastIndexOf("\n\n"), text = note.slice(0, cut + 1), lines = text.split("\n");
    let pub;
    try {
      pub = await crypto.subtle.importKey("raw", key.slice(1), { name: "Ed25519" }, false, ["verify"]);
    } catch {
      throw new Refused("Trình duyệt này chưa biết Ed25519, nên chưa kiểm được chữ ký. Hãy dùng bản mới hơn hoặc verify.py.",
        "This browser does not know Ed25519, so the signature could not be checked. Use a newer one, or verify.py.");
    }
    let good = false;
    for (const line of note.slice(cut + 2).trimEnd().split("\n")) {
      const parts = line.split(" ");
      if (parts.length !== 3 || parts[0] !== "\u2014" || parts[1] !== name) continue;
      const raw = unbase64(parts[2]);
      if (hex(raw.slice(0, 4)) === id) good ||= await crypto.subtle.verify({ name: "Ed25519" }, pub, raw.slice(4), enc.encode(text));
    }
    need(good, "Mốc ký không mang chữ ký của khóa này.", "The checkpoint is not signed by this key.");
    need(lines.length === 4 && lines[0] === name, "Mốc ký của sổ khác.", "Checkpoint of another log.");
    return { size: number(lines[1]), root: unbase64(lines[2]) };
  }

  // RFC 9162, section 2.1.3.2; numbers instead of bits, as sizes may exceed 32 bits.
  async function rootOf(p, size) {
    need(p.index < size, "Vị trí vượt quá sổ.", "The index is beyond the log.");
    const half = (n) => Math.floor(n / 2);
    let at = p.index, last = size - 1, value = await sha256(join([0], p.entry));
    for (const h of p.path) {
      need(last > 0, "Đường băm quá dài.", "The path is too long.");
      if (at % 2 || at === last) {
        value = await sha256(join([1], h, value));
        while (at && at % 2 === 0) { at = half(at); last = half(last); }
      } else {
        value = await sha256(join([1], value, h));
      }
      at = half(at); last = half(last);
    }
    need(last === 0, "Đường băm quá ngắn.", "The path is too short.");
    return value;
  }

  async function verify(proof, vkey, doc) {
    need(globalThis.crypto && crypto.subtle, "Trình duyệt không cho trang này tính băm. Hãy mở bằng https, hoặc dùng verify.py.",
      "The browser does not let this page compute hashes. Open it over https, or use verify.py.");
    let text;
    try { text = dec.decode(proof); } catch { throw new Refused("Tệp không phải UTF-8.", "The file is not UTF-8."); }
    const p = readProof(text), c = await readCheckpoint(p.checkpoint, vkey.trim());
    need(same(await rootOf(p, c.size), c.root), "Mục này không có trong sổ đã ký.", "The entry is not in the signed log.");
    const fields = dec.decode(p.entry).trimEnd().split("\n").slice(1);
    const logged = (fields.find((f) => f.startsWith("doc ")) || "doc -").slice(4);
    need(logged === (doc ? hex(await sha256(doc)) : "-"), "Văn bản không phải là văn bản đã ghi sổ.", "The document is not the one that was logged.");
    return { index: p.index, size: c.size, fields };
  }

  globalThis.soiVerify = verify;
  const say = (...lines) => {
    const box = document.getElementById("result");
    box.replaceChildren(...lines.map((l) => Object.assign(document.createElement("p"), { textContent: l })));
  };
  const bytes = async (id) => {
    const f = document.getElementById(id).files[0];
    return f ? new Uint8Array(await f.arrayBuffer()) : null;
  };
  document.getElementById("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const r = await verify(await bytes("proof"), document.getElementById("vkey").value, await bytes("doc"));
      say("Đúng: mục " + r.index + " trong " + r.size + " mục của sổ đã ký.", "Proven: entry " + r.index + " of " + r.size + " in the signed log.", ...r.fields);
    } catch (why) {
      say("Không chứng minh được: " + (why.vi || "tệp sai dạng."), "Not proven: " + (why instanceof Refused ? why.message : "malformed file."));
    }
  });
})();
