// Prints the rows that DuckDB answers to a query, as JSON; every value as text, null as null.
import { DuckDBInstance } from '@duckdb/node-api'

const connection = await (await DuckDBInstance.create(':memory:')).connect()
const result = await connection.runAndReadAll(process.argv[2])
console.log(JSON.stringify(result.getRows().map(row => row.map(value => (value === null ? null : String(value))))))
