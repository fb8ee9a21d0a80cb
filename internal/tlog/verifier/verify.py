#!/usr/bin/env python3
"""verify.py PROOF VKEY [DOCUMENT]: is this in the signed log? Python 3, nothing else. Exit code 0: proven."""
import base64, hashlib, sys
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # Ed25519 (RFC 8032)
D = -121665 * pow(121666, P - 2, P) % P
def need(ok, why):  # no assert: python3 -O would skip it
    if not ok: sys.exit("NOT PROVEN: " + why)
H, B = lambda b: hashlib.sha256(b).digest(), lambda s: base64.b64decode(s, validate=True)
def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    return ((b - a) * (d - c) % P, (d + c) * (b + a) % P, (d - c) * (d + c) % P, (b - a) * (b + a) % P)
def mul(n, p):
    return (0, 1, 1, 0) if n == 0 else add(mul(n >> 1, add(p, p)), p) if n & 1 else mul(n >> 1, add(p, p))
def point(raw):
    odd, y = raw[31] >> 7, int.from_bytes(raw, "little") & (2**255 - 1)
    s = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(s, (P + 3) // 8, P)
    x = x if x * x % P == s else x * pow(2, (P - 1) // 4, P) % P
    if y >= P or x * x % P != s or (x == 0 and odd): raise ValueError("not a point")
    x = P - x if x & 1 != odd else x
    return (x, y, 1, x * y % P)
def signed(pub, text, sig):
    s, k = int.from_bytes(sig[32:], "little"), int.from_bytes(hashlib.sha512(sig[:32] + pub + text).digest(), "little") % L
    l, r = mul(s, point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))), add(point(sig[:32]), mul(k, point(pub)))
    return len(sig) == 64 and s < L and (l[0] * r[2] - r[0] * l[2]) % P == 0 == (l[1] * r[2] - r[1] * l[2]) % P
def verify(proof, vkey, doc):
    head, ck = proof.decode().split("\n\n", 1); head = head.split("\n"); text, sigs = ck.rsplit("\n\n", 1); text += "\n"
    entry, at, path = B(head[1].removeprefix("extra ")), int(head[2].removeprefix("index ")), [B(x) for x in head[3:]]
    name, kid, key = vkey.strip().split("+", 2); key = B(key); origin, size, root = text.split("\n")[:3]
    need(head[0] == "c2sp.org/tlog-proof@v1" and origin == name and H(name.encode() + b"\n" + key)[:4].hex() == kid, "another log")
    sigs = [B(s.split(" ")[2]) for s in sigs.splitlines() if s.split(" ")[1] == name]
    need(any(s[:4].hex() == kid and signed(key[1:], text.encode(), s[4:]) for s in sigs), "not signed by this key")
    fn, sn, r = at, int(size) - 1, H(b"\0" + entry); need(0 <= fn <= sn, "beyond the log")
    for p in path:  # RFC 9162, 2.1.3.2
        left = fn & 1 or fn == sn; need(sn > 0, "path too long"); r = H(b"\1" + p + r) if left else H(b"\1" + r + p)
        while left and fn and not fn & 1: fn, sn = fn >> 1, sn >> 1
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0 and r == B(root), "not in the signed log"); f = dict(x.split(" ", 1) for x in entry.decode().splitlines()[1:])
    need(f.get("doc", "-") == ("-" if doc is None else H(doc).hex()), "another document"); return at, size, f
if __name__ == "__main__":
    a = [open(x, "rb").read() for x in sys.argv[1:]]; print("PROVEN: entry %d of %s: %s" % verify(a[0], a[1].decode(), (a + [None])[2]))
