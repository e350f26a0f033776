// Answers line by line: a question as JSON in, { answer } or { error } out. Ends when its input does.
import { createInterface } from 'node:readline'

export async function serve(answer) {
  for await (const line of createInterface({ input: process.stdin })) {
    let reply
    try {
      reply = { answer: await answer(JSON.parse(line)) }
    } catch (error) {
      reply = { error: String(error.stack ?? error) }
    }
    process.stdout.write(JSON.stringify(reply) + '\n')
  }
}
