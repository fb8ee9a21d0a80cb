// Reads a file of Parquet with hyparquet, which shares no code with what wrote
// it, and prints its rows as JSON Lines: times as RFC 3339, whole numbers as
// numbers.
import { readFileSync } from 'node:fs'
import { parquetReadObjects } from 'hyparquet'

const bytes = readFileSync(process.argv[2])
const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
const plain = (_, v) => typeof v === 'bigint' ? Number(v) : v
for (const row of await parquetReadObjects({ file })) console.log(JSON.stringify(row, plain))
