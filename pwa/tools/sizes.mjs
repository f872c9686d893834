// After the build: packs what browsers take packed, prints the sizes, and fails when a budget is broken.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const UI = new URL('../../server/anagnorisis/ui/', import.meta.url)
const KB = 1000
const BUDGETS = { 'initial JS, gzip': 60 * KB, 'initial CSS, gzip': 9 * KB, 'all CSS, gzip': 36 * KB, 'largest lazy chunk, gzip': 35 * KB, 'precache': 400 * KB }
const PACKED = /\.(js|css|html|svg|webmanifest|json)$/
const LEAST = 600

const read = (name) => readFile(new URL(name, UI))
const names = (await readdir(UI, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath ?? entry.path}/${entry.name}`.replaceAll('//', '/').slice(UI.pathname.length))

const packed = new Map()
for (const name of names.filter((one) => PACKED.test(one))) {
  const body = await read(name)
  const gzip = gzipSync(body, { level: 9 })
  packed.set(name, gzip.length)
  if (body.length < LEAST) continue
  const brotli = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })
  await Promise.all([writeFile(new URL(`${name}.gz`, UI), gzip), writeFile(new URL(`${name}.br`, UI), brotli)])
}

const html = String(await read('index.html'))
const linked = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, name]) => name)
const initial = linked.filter((name) => name.endsWith('.js'))
const sum = (list) => list.reduce((total, name) => total + (packed.get(name) ?? 0), 0)
const lazy = names.filter((name) => /^assets\/.*\.js$/.test(name) && !initial.includes(name))
const manifest = String(await read('sw.js'))
const kept = [...manifest.matchAll(/url:\s*"([^"]+)"|"url":\s*"([^"]+)"/g)].map(([, a, b]) => a ?? b)
const lengths = await Promise.all([...new Set(kept)].map(async (name) => (await read(name)).length))

// A chunk that is kept for the time without the house is worth nothing without those it begins with.
const torn = []
for (const name of new Set(kept.filter((one) => one.endsWith('.js')))) {
  const begins = String(await read(name)).matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)
  for (const [, other] of begins) if (!kept.includes(`assets/${other}`)) torn.push(`${name} is kept but not ${other}, which it begins with`)
}

const sizes = {
  'initial JS, gzip': sum(initial),
  'initial CSS, gzip': sum(linked.filter((name) => name.endsWith('.css'))),
  'all CSS, gzip': sum(names.filter((name) => name.endsWith('.css'))),
  'largest lazy chunk, gzip': Math.max(0, ...lazy.map((name) => packed.get(name))),
  'precache': lengths.reduce((total, length) => total + length, 0),
}
let broken = torn.length > 0
for (const line of torn) console.log(line)
for (const [what, size] of Object.entries(sizes)) {
  const over = size > BUDGETS[what]
  broken ||= over
  console.log(`${what.padEnd(26)} ${(size / KB).toFixed(1).padStart(7)} kB of ${BUDGETS[what] / KB}${over ? '  TOO MUCH' : ''}`)
}
console.log(`${'service worker, gzip'.padEnd(26)} ${((packed.get('sw.js') ?? 0) / KB).toFixed(1).padStart(7)} kB`)
if (broken) process.exit(1)
