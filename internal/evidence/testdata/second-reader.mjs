// Reads a WARC file with warcio, a reader of its own, and prints a line of JSON for each record: what it is, the key
// and place by which it would be indexed, and whether the digests in its head fit the bytes that warcio found.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { WARCParser, getSurt } from "warcio";

const sha256 = (b) => "sha256:" + createHash("sha256").update(b).digest("hex");

const parser = new WARCParser(createReadStream(process.argv[2]), { strictHeaders: true, parseHttp: false });
for await (const record of parser) {
  const block = Buffer.from(await record.readFully(false));
  const line = {
    type: record.warcType,
    url: record.warcTargetURI ?? "",
    key: record.warcTargetURI ? getSurt(record.warcTargetURI) : "",
    block: sha256(block) === record.warcBlockDigest ? "right" : "wrong",
    payload: "",
    status: 0,
  };
  if (record.warcType === "response") {
    const end = block.indexOf("\r\n\r\n");
    line.status = Number(block.subarray(9, 12).toString());
    line.payload = sha256(block.subarray(end + 4)) === record.warcPayloadDigest ? "right" : "wrong";
  }
  await record.skipFully();
  line.offset = String(parser.offset);
  line.length = String(parser.recordLength);
  console.log(JSON.stringify(line));
}
