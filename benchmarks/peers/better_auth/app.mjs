// Benchmark peer: Better Auth (email + password, database sessions) in one
// Node process.  Start: BENCH_DATA=dir BETTER_AUTH_SECRET=... node app.mjs PORT
// Optional: BENCH_JOURNAL (SQLite journal mode, default wal),
// BENCH_SQL=1 (each SQL statement on stderr; for counting only).
process.env.NODE_ENV ??= 'production' // before Better Auth is loaded

import http from 'node:http'
import path from 'node:path'

const { betterAuth } = await import('better-auth')
const { toNodeHandler } = await import('better-auth/node')
const { getMigrations } = await import('better-auth/db/migration')
const { default: Database } = await import('better-sqlite3')

const port = Number(process.argv[2])
const directory = process.env.BENCH_DATA
const secret = process.env.BETTER_AUTH_SECRET
if (!Number.isInteger(port) || port < 1 || !directory || !secret) {
  console.error('usage: BENCH_DATA=dir BETTER_AUTH_SECRET=32+chars node app.mjs PORT')
  process.exit(2)
}

const db = new Database(path.join(directory, 'better_auth.sqlite'), {
  verbose: process.env.BENCH_SQL ? (sql) => console.error('SQL', sql) : undefined,
})
db.pragma(`journal_mode = ${process.env.BENCH_JOURNAL ?? 'wal'}`)

const options = {
  appName: 'bench',
  baseURL: `http://127.0.0.1:${port}`,
  secret,
  database: db,
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
}

const { runMigrations } = await getMigrations(options)
await runMigrations()

const auth = betterAuth(options)
await auth.$context

const server = http.createServer(toNodeHandler(auth))
server.listen(port, '127.0.0.1', 511, () => console.log(`ready ${port}`))

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    server.close(() => {
      db.close()
      process.exit(0)
    })
    server.closeAllConnections()
  })
}
