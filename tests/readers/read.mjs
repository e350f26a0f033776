// Answers each path of a Parquet file with what other readers find in it: { duckdb, hyparquet, arrow: { columns, rows, metadata } }.
// Numbers are exact: integers and times (microseconds) as decimal text, doubles as the shortest text that reads back.
import { readFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import { tableFromIPC } from 'apache-arrow'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import * as parquetWasm from 'parquet-wasm/node'
import { serve } from './serve.mjs'

const plain = value => {
  if (value === null || value === undefined) return null
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value === 'object' && 'micros' in value) return String(value.micros)
  return String(value)
}

async function duckdb(file) {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const quoted = `'${file.replaceAll("'", "''")}'`
  const result = await connection.runAndReadAll(`SELECT * FROM read_parquet(${quoted}, hive_partitioning = false)`)
  const pairs = await connection.runAndReadAll(`SELECT decode(key), decode(value) FROM parquet_kv_metadata(${quoted})`)
  return {
    columns: result.columnNames().map((name, i) => [name, String(result.columnType(i))]),
    rows: result.getRows().map(row => row.map(plain)),
    metadata: Object.fromEntries(pairs.getRows()),
  }
}

async function hyparquet(file) {
  const source = await asyncBufferFromFile(file)
  const metadata = await parquetMetadataAsync(source)
  const leaves = metadata.schema.slice(1)
  const parsers = { timestampFromMicroseconds: String, timestampFromMilliseconds: String, timestampFromNanoseconds: String }
  const rows = await parquetReadObjects({ file: source, metadata, compressors, parsers })
  const type = leaf => {
    const kind = leaf.logical_type?.type ?? ''
    return leaf.type + (kind && ` ${kind}`) + (kind === 'TIMESTAMP' ? ` ${leaf.logical_type.unit} utc=${leaf.logical_type.isAdjustedToUTC}` : '')
  }
  return {
    columns: leaves.map(leaf => [leaf.name, type(leaf)]),
    rows: rows.map(row => leaves.map(leaf => plain(row[leaf.name]))),
    metadata: Object.fromEntries((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value])),
  }
}

function arrow(file) {
  const bytes = readFileSync(file)
  const table = tableFromIPC(parquetWasm.readParquet(bytes).intoIPCStream())
  const columns = table.schema.fields.map((field, i) => ({ name: field.name, type: String(field.type), vector: table.getChildAt(i) }))
  // The vector's own get makes dates of timestamps, which holds milliseconds only; the raw values are beside it.
  const cells = columns.map(({ type, vector }) => type.startsWith('Timestamp')
    ? vector?.data.flatMap(part => Array.from({ length: part.length }, (_, i) => part.getValid(i) ? part.values[i] : null))
    : vector?.toArray instanceof Function ? Array.from({ length: vector.length }, (_, i) => vector.get(i)) : [])
  return {
    columns: columns.map(({ name, type }) => [name, type]),
    rows: Array.from({ length: table.numRows }, (_, row) => cells.map(column => plain(column[row]))),
    metadata: Object.fromEntries(table.schema.metadata),
  }
}

await serve(async file => ({ duckdb: await duckdb(file), hyparquet: await hyparquet(file), arrow: arrow(file) }))
