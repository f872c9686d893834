// A real server on a seeded library, and a real browser in front of it.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright-core'

const ROOT = new URL('../..', import.meta.url).pathname
const PYTHON = join(ROOT, '.venv/bin/python')
const PATIENCE_MS = 60_000
const CODE = /\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b/

export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((open) => probe.once('listening', open))
  const address = probe.address()
  await new Promise((closed) => probe.close(closed))
  if (!address || typeof address === 'string') throw new Error('no port')
  return address.port
}

type BrowserOptions = Parameters<typeof chromium.launchPersistentContext>[1] & object

export class House {
  readonly folder = mkdtempSync(join(tmpdir(), 'house-'))
  #process: ChildProcess | undefined
  protected printed = ''
  protected environ: Record<string, string> = {}
  port = 0

  /** Write a small sample library: `counts` of music, images and articles. */
  furnish(counts: readonly [number, number, number]): void {
    const words = ['-m', 'anagnorisis.sources.sample', join(this.folder, 'library'), '1', ...counts.map(String)]
    execFileSync(PYTHON, words)
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Start, on the same port as before if there was one, and wait for the first answer. */
  async start(flags: readonly string[] = ['--library', join(this.folder, 'library')]): Promise<void> {
    this.port ||= await freePort()
    const words = ['-m', 'anagnorisis', 'serve', '--data', join(this.folder, 'data'), '--port', String(this.port)]
    const started = spawn(PYTHON, [...words, ...flags], { env: { ...process.env, XDG_CONFIG_HOME: this.folder, ...this.environ } })
    this.#process = started
    for (const stream of [started.stdout, started.stderr]) stream.on('data', (part) => (this.printed += part))
    await this.until(() => this.answers())
  }

  protected async answers(): Promise<boolean> {
    return (await fetch(this.address)).ok
  }

  /** The code that the console shows. */
  async code(): Promise<string> {
    await this.until(() => CODE.test(this.printed))
    return CODE.exec(this.printed)?.[0] ?? ''
  }

  /** Try until it holds; what it throws meanwhile counts as not yet. */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + PATIENCE_MS
    while (Date.now() < end) {
      if (await Promise.resolve().then(holds).catch(() => false)) return
      await new Promise((later) => setTimeout(later, 50))
    }
    throw new Error(`It never came true: ${holds}\nThe server printed:\n${this.printed}`)
  }

  /** End the server with `signal` and wait until it is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const ending = this.#process
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
    const gone = new Promise((exit) => ending.once('exit', exit))
    ending.kill(signal)
    await gone
  }

  /** Run a command on this house, as somebody does at its machine. */
  command(...words: string[]): void {
    execFileSync(PYTHON, ['-m', 'anagnorisis', ...words, '--data', join(this.folder, 'data')])
  }

  /** What a query on the closed store says: the first column of each row. */
  rows(query: string): string[] {
    const script = 'import sqlite3, sys\nfor row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): print(row[0])'
    const file = join(this.folder, 'data', 'anagnorisis.db')
    return execFileSync(PYTHON, ['-c', script, file, query], { encoding: 'utf8' }).trim().split('\n').filter(Boolean)
  }

  async away(): Promise<void> {
    await this.end('SIGTERM')
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A browser with a profile of its own that outlives a reload. */
export async function browse(house: House, options: BrowserOptions = PHONE): Promise<BrowserContext> {
  const { args = [], ...rest } = options
  return chromium.launchPersistentContext(mkdtempSync(join(house.folder, 'profile-')), {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
      ...args,
    ],
    ...rest,
  })
}

/** Open the house with `code` as `name`, up to the first page after the door. */
export async function comeIn(page: Page, house: House, code: string, name: string): Promise<void> {
  await page.goto(house.address)
  await page.getByLabel('Code from the console').fill(code)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByLabel('Your name').fill(name)
  const answer = page.waitForResponse((response) => response.request().method() === 'POST' && response.ok())
  await page.getByRole('button', { name: 'Come in' }).click()
  await answer
}

/** Rate so many pictures that have no rating, in the order of their titles, as the app would. */
export async function rate(page: Page, many: number): Promise<void> {
  await page.evaluate(async (count) => {
    const { picks } = await (await fetch('/api/items?kind=image&sort=title&rated=no&limit=100')).json()
    const now = Date.now()
    const events = picks.slice(0, count).map(({ item }: { item: { id: string } }, n: number) => ({
      uuid: crypto.randomUUID(), kind: 'rating', item: item.id, value: (n * 3) % 11, at: now - 1000 + n, target: null,
    }))
    const headers = { 'content-type': 'application/json', 'x-anag': '1' }
    const answer = await fetch('/api/events', { method: 'POST', headers, body: JSON.stringify({ sent_at: now, events }) })
    if (!answer.ok) throw new Error(await answer.text())
  }, many)
}

/** Wait until everything in the house is seen by what reads it: so many items of all kinds. */
export async function embedded(page: Page, house: House, items: number): Promise<void> {
  type Known = { embedded: number }[]
  const known = () => page.evaluate(async () => (await fetch('/api/taste')).json()) as Promise<Known>
  await house.until(async () => (await known()).reduce((sum, kind) => sum + kind.embedded, 0) === items)
}
