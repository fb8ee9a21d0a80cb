// Finds a number N so that SHA-256(CHALLENGE "." FORM "." N) begins with as
// many zero bits as the challenge asks for. SHA-256 is written out here (FIPS
// 180-4) because the browser's own is not available on plain http addresses,
// and one call to it costs more than the whole sum.
"use strict";
const K = new Uint32Array(64);
const H0 = new Uint32Array(8);
(() => {
  const frac = (x) => ((x - Math.floor(x)) * 4294967296) >>> 0;
  let n = 0;
  for (let p = 2; n < 64; p++) {
    let prime = true;
    for (let d = 2; d * d <= p; d++) if (p % d === 0) { prime = false; break; }
    if (!prime) continue;
    if (n < 8) H0[n] = frac(Math.sqrt(p));
    K[n++] = frac(Math.cbrt(p));
  }
})();

const W = new Uint32Array(64);
function block(h, bytes, at) {
  for (let i = 0; i < 16; i++, at += 4) {
    W[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  }
  for (let i = 16; i < 64; i++) {
    const a = W[i - 15], b = W[i - 2];
    const s0 = ((a >>> 7) | (a << 25)) ^ ((a >>> 18) | (a << 14)) ^ (a >>> 3);
    const s1 = ((b >>> 17) | (b << 15)) ^ ((b >>> 19) | (b << 13)) ^ (b >>> 10);
    W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
  }
  let [a, b, c, d, e, f, g, k] = h;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (k + s1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    k = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += k;
}

// first returns the first 32 bits of the hash of a text of ASCII characters.
const buf = new Uint8Array(256);
const h = new Uint32Array(8);
function first(prefix, tail) {
  buf.fill(0);
  buf.set(prefix);
  let n = prefix.length;
  for (let i = 0; i < tail.length; i++) buf[n++] = tail.charCodeAt(i);
  buf[n] = 0x80;
  const blocks = (n + 9 + 63) >> 6;
  const end = blocks << 6;
  const nbits = n * 8;
  buf[end - 2] = (nbits >>> 8) & 255;
  buf[end - 1] = nbits & 255;
  h.set(H0);
  for (let i = 0; i < blocks; i++) block(h, buf, i << 6);
  return h[0];
}

onmessage = (e) => {
  const want = Number(e.data.challenge.split(".")[1]);
  const prefix = new TextEncoder().encode(e.data.challenge + "." + e.data.form + ".");
  if (!(want > 0 && want <= 32) || prefix.length > 200) return;
  for (let n = 0; ; n++) {
    const tail = String(n);
    if (Math.clz32(first(prefix, tail)) >= want) {
      postMessage(tail);
      return;
    }
  }
};
