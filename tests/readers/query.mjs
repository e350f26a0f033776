// Answers each query with the rows of DuckDB; every value as text, null as null.
import { DuckDBInstance } from '@duckdb/node-api'
import { serve } from './serve.mjs'

await serve(async sql => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const result = await connection.runAndReadAll(sql)
  return result.getRows().map(row => row.map(value => (value === null ? null : String(value))))
})
