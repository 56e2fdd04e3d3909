// Password hashes per second on all cores, with the very function Better Auth
// calls for a new password (scrypt N=16384 r=16 p=1, 64 bytes, libuv threads).
// Usage: node hashes.mjs SECONDS   (prints one float)
import os from 'node:os'

const seconds = Number(process.argv[2])
if (!(seconds > 0)) {
  console.error('usage: node hashes.mjs SECONDS')
  process.exit(2)
}
const cores = os.availableParallelism()
process.env.UV_THREADPOOL_SIZE = String(cores) // read when the pool first starts
const { hashPassword } = await import('better-auth/crypto')

const password = 'correct horse battery staple'
await Promise.all(Array.from({ length: cores }, () => hashPassword(password)))

// Every worker stops at the deadline; what was under way then is counted with
// the time it really took.
let done = 0
const start = performance.now()
const worker = async () => {
  while (performance.now() - start < seconds * 1000) {
    await hashPassword(password)
    done += 1
  }
}
await Promise.all(Array.from({ length: cores }, worker))
console.log((done / ((performance.now() - start) / 1000)).toFixed(3))
