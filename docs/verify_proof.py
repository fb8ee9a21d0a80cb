#!/usr/bin/env python3
"""Check, without soi and without a network, that a desk published a document.

    verify_proof.py PROOF VKEY [DOCUMENT [ENTRY]]

PROOF     the .tlog-proof file of a revision (/log/proof/...)
VKEY      the desk's verifier key, as printed by the desk where you trust it,
          or a file that holds it
DOCUMENT  the document of that revision (/log/doc/...); leave it out, or give -,
          for an entry without one (a withdrawal or an erasure)
ENTRY     the entry, when the proof does not carry it

Needs Python 3.8 and nothing else. Exit code 0: proven; 1: not proven; 2: usage.
What is checked: the signature on the checkpoint (Ed25519, RFC 8032), the path
from the entry to the signed root (RFC 6962), and the hash of the document.
"""
import base64
import hashlib
import os
import sys


class Refused(Exception):
    """The proof does not hold; the text says why, in Vietnamese and English."""


def need(condition, vi, en):
    if not condition:
        raise Refused("%s / %s" % (vi, en))


def sha256(data):
    return hashlib.sha256(data).digest()


def unbase64(text):
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raw = None
    need(raw is not None and base64.b64encode(raw).decode() == text,
         "dữ liệu base64 sai dạng", "malformed base64")
    return raw


# Ed25519. Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(n, p):
    total = (0, 1, 1, 0)
    while n:
        if n & 1:
            total = add(total, p)
        p, n = add(p, p), n >> 1
    return total


def point(raw):
    """Decode 32 bytes into a point, or None when they are not one."""
    y = int.from_bytes(raw, "little")
    odd, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square or (x == 0 and odd):
        return None
    if x & 1 != odd:
        x = P - x
    return (x, y, 1, x * y % P)


def signed(public, message, signature):
    if len(public) != 32 or len(signature) != 64:
        return False
    key, r = point(public), point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    k = int.from_bytes(digest, "little") % ORDER
    base = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    left, right = times(s, base), add(r, times(k, key))
    return ((left[0] * right[2] - right[0] * left[2]) % P == 0 and
            (left[1] * right[2] - right[1] * left[2]) % P == 0)


def number(text):
    need(text.isascii() and text.isdigit() and str(int(text)) == text,
         "số sai dạng", "malformed number")
    return int(text)


def read_proof(data):
    """Split a proof file: (entry or None, index, path, signed checkpoint)."""
    head, blank, checkpoint = data.partition("\n\n")
    lines = head.split("\n")
    need(blank and lines.pop(0) == "c2sp.org/tlog-proof@v1",
         "đây không phải tệp bằng chứng", "this is not a proof file")
    entry = None
    if lines and lines[0].startswith("extra "):
        entry = unbase64(lines.pop(0)[len("extra "):])
    need(lines and lines[0].startswith("index "), "bằng chứng thiếu vị trí", "the proof has no index")
    index = number(lines.pop(0)[len("index "):])
    path = [unbase64(line) for line in lines]
    need(all(len(h) == 32 for h in path), "đường băm sai dạng", "malformed path")
    return entry, index, path, checkpoint


def read_checkpoint(checkpoint, vkey):
    """Check the signature of the checkpoint; return its size and root."""
    name, key_id, key = (vkey.split("+", 2) + ["", ""])[:3]
    key = unbase64(key)
    need(len(key) == 33 and key[0] == 1 and sha256(name.encode() + b"\n" + key)[:4].hex() == key_id,
         "khóa sai dạng", "malformed key")
    text, blank, signatures = checkpoint.rpartition("\n\n")
    text += "\n"
    good = False
    for line in signatures.rstrip("\n").split("\n"):
        parts = line.split(" ")
        if len(parts) == 3 and parts[0] == "\u2014" and parts[1] == name:
            raw = unbase64(parts[2])
            if raw[:4].hex() == key_id:
                good = good or signed(key[1:], text.encode(), raw[4:])
    need(good, "mốc ký không mang chữ ký của khóa này", "the checkpoint is not signed by this key")
    lines = text.split("\n")
    need(len(lines) == 4 and lines[0] == name, "mốc ký của sổ khác", "checkpoint of another log")
    return number(lines[1]), unbase64(lines[2])


def root_of(entry, index, size, path):
    """Walk from the entry up to the root (RFC 9162 section 2.1.3.2)."""
    need(index < size, "vị trí vượt quá sổ", "index beyond the log")
    at, last, value = index, size - 1, sha256(b"\x00" + entry)
    for sibling in path:
        need(last > 0, "đường băm quá dài", "path too long")
        if at & 1 or at == last:
            value = sha256(b"\x01" + sibling + value)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            value = sha256(b"\x01" + value + sibling)
        at, last = at >> 1, last >> 1
    need(last == 0, "đường băm quá ngắn", "path too short")
    return value


def verify(proof, vkey, document=None, entry=None):
    """Return (index, size, fields of the entry), or raise Refused."""
    try:
        carried, index, path, checkpoint = read_proof(proof.decode("utf-8"))
    except UnicodeDecodeError:
        raise Refused("tệp không phải UTF-8 / the file is not UTF-8")
    size, root = read_checkpoint(checkpoint, vkey.strip())
    need(carried is None or entry is None or carried == entry,
         "mục sổ khác với mục trong bằng chứng", "the entry differs from the one in the proof")
    entry = carried if entry is None else entry
    need(entry is not None, "cần thêm tệp mục sổ", "the entry is needed as well")
    need(root_of(entry, index, size, path) == root,
         "mục này không có trong sổ đã ký", "the entry is not in the signed log")
    lines = entry.decode("ascii").split("\n")
    need(lines[0] == "soi-log/v1" and lines[-1] == "", "mục sổ sai dạng", "malformed entry")
    fields = dict(line.split(" ", 1) for line in lines[1:-1])
    logged = fields.get("doc", "-")
    given = "-" if document is None else hashlib.sha256(document).hexdigest()
    need(given == logged, "văn bản không phải là văn bản đã ghi sổ", "the document is not the one that was logged")
    return index, size, fields


def main(args):
    if not 2 <= len(args) <= 4:
        print(__doc__)
        return 2
    contents = []
    for name in args:
        if name == "-":
            contents.append(None)
            continue
        if name == args[1] and not os.path.exists(name):
            contents.append(name.encode())
            continue
        with open(name, "rb") as f:
            contents.append(f.read())
    proof, vkey, document, entry = (contents + [None, None])[:4]
    try:
        index, size, fields = verify(proof, vkey.decode(), document, entry)
    except (Refused, ValueError) as why:
        print("KHÔNG ĐÚNG / NOT PROVEN: %s" % why)
        return 1
    print("ĐÚNG / PROVEN: entry %d of %d: %s" % (
        index, size, " ".join("%s=%s" % f for f in fields.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
