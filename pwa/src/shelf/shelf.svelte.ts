// What somebody keeps on this device: fetched piece by piece, on and on until it is here; gone with their session.
import { SvelteMap } from 'svelte/reactivity'
import { api, media, Unreachable } from '../lib/api'
import { SHELF } from '../lib/caches'
import { db, type Kept } from '../lib/db'
import { heardAt } from '../lib/hearing'
import { held } from '../lib/held'
import type { Kind, Pick } from '../lib/nouns'
import { session } from '../lib/session.svelte'
import { aboutAt, PIECE, pieceAt, piecesOf, type About } from '../lib/pieces'

const PICTURES = ['small', 'medium', 'large'] as const
const FIRST_WAIT_MS = 4_000
const LONGEST_WAIT_MS = 5 * 60_000
const PAGE = 60
/** Things of a folder or a tag that are kept at once. */
const MOST_FOUND = 600
/** What the best of somebody are kept as. */
export const BEST = 'My best'
const FULL = 'This device has no room left. Take something out of the shelf, or free some storage.'

/** Somebody paused, or took out what was being fetched. */
class Stopped extends Error {}

class Shelf {
  rows = new SvelteMap<string, Kept>()
  paused = $state(false)
  room = $state<{ used: number; quota: number } | null>(null)
  #working = false
  #wait = FIRST_WAIT_MS

  /** Take up what is here, and go on with what is not yet. */
  async start(): Promise<void> {
    for (const row of await (await db()).getAll('shelf')) if (row.person === session.person) this.#show(row)
    await this.#measure()
    void this.#work()
  }

  /** Keep `picks`, because of an album of that name or for themselves. What is kept already stays as it is. */
  async keep(picks: readonly Pick[], name = ''): Promise<void> {
    void navigator.storage?.persist?.()
    for (const { item } of picks) {
      if (this.rows.has(item.id)) continue
      const detail = await api.item(item.id).catch(() => null)
      if (!detail) continue
      await this.#put({ id: item.id, person: session.person ?? 0, detail, name, at: Date.now(), bytes: 0, total: 0, state: 'waiting', trouble: '' })
    }
    void this.#work()
  }

  /** Keep the tracks somebody likes best, by what they gave and would give, up to so many `bytes` in all. */
  async keepBest(bytes: number): Promise<void> {
    let [after, taken]: [string | null, number] = [null, 0]
    do {
      const { picks, next } = await api.items({ sort: 'predicted', kind: 'music', limit: PAGE, after })
      for (const pick of picks) {
        taken += await lengthOf(heardAt(pick.item))
        if (taken > bytes) return
        await this.keep([pick], BEST)
      }
      after = next
    } while (after)
  }

  /** Keep what is found in a folder or under a tag, the newest first; how many things that are. */
  async keepFound(found: { kind: Kind | ''; folder: string; tag: string }): Promise<number> {
    let [after, taken]: [string | null, number] = [null, 0]
    do {
      const { picks, next } = await api.items({ sort: 'newest', ...found, limit: PAGE, after })
      await this.keep(picks, found.tag || found.folder)
      taken += picks.length
      after = next
    } while (after && taken < MOST_FOUND)
    return taken
  }

  async drop(id: string): Promise<void> {
    this.rows.delete(id)
    held.delete(id)
    await (await db()).delete('shelf', id)
    const cache = await caches.open(SHELF)
    for (const { url } of await cache.keys()) if (new URL(url).pathname.includes(id)) await cache.delete(url)
    await this.#measure()
  }

  pause(): void {
    this.paused = true
  }

  /** Go on; what failed is tried again. */
  async resume(): Promise<void> {
    this.paused = false
    for (const row of this.rows.values()) if (row.state === 'failed') await this.#put({ ...row, state: 'waiting', trouble: '' })
    void this.#work()
  }

  /** One tab at a time works through what waits. */
  async #work(): Promise<void> {
    if (this.#working) return
    this.#working = true
    const work = async () => {
      for (let row = this.#next(); row && !this.paused; row = this.#next()) if (!(await this.#fetched(row))) return
    }
    await (navigator.locks ? navigator.locks.request('shelf', { ifAvailable: true }, async (lock) => lock && work()) : work())
    this.#working = false
    if (!this.#next() || this.paused) return
    setTimeout(() => void this.#work(), this.#wait)
    this.#wait = Math.min(LONGEST_WAIT_MS, this.#wait * 2)
  }

  #next(): Kept | undefined {
    return [...this.rows.values()].find((row) => row.state === 'waiting')
  }

  /** Whether it is settled, one way or the other; false when the house is out of reach. */
  async #fetched(row: Kept): Promise<boolean> {
    try {
      const { kind } = row.detail.pick.item
      if (kind === 'music') await this.#track(row.id)
      else if (kind === 'article') await this.#whole(media.text(row.id))
      await this.#faces(row)
      const now = this.rows.get(row.id) ?? row
      await this.#put({ ...now, state: 'done', total: now.total || now.bytes })
      this.#wait = FIRST_WAIT_MS
      await this.#measure()
      return true
    } catch (error) {
      if (error instanceof Stopped) return true
      if (error instanceof Unreachable) return false
      const full = error instanceof DOMException && error.name === 'QuotaExceededError'
      await this.#put({ ...(this.rows.get(row.id) ?? row), state: 'failed', trouble: full ? FULL : 'It could not be fetched.' })
      if (full) this.pause()
      return true
    }
  }

  /** The pieces of a track that are not here yet. */
  async #track(id: string): Promise<void> {
    const cache = await caches.open(SHELF)
    const known = (await (await cache.match(aboutAt(id)))?.json()) as About | undefined
    const about = known ?? (await this.#begin(id, cache))
    for (let n = 0; n < piecesOf(about.total); n++) {
      if (await cache.match(pieceAt(id, n))) continue
      const last = Math.min(about.total, (n + 1) * PIECE) - 1
      const answer = await asked(about.from ?? media.stream(id), { range: `bytes=${n * PIECE}-${last}` })
      if (answer.status !== 206) throw new Error('No piece of it can be had.')
      this.#present(id)
      await cache.put(pieceAt(id, n), new Response(await answer.blob()))
      const row = this.#present(id)
      await this.#put({ ...row, total: about.total, bytes: Math.min(about.total, (n + 1) * PIECE) })
    }
  }

  async #begin(id: string, cache: Cache): Promise<About> {
    const from = heardAt({ id })
    const answer = await asked(from, { range: 'bytes=0-0' })
    const total = Number(/\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1])
    if (!total) throw new Error('Its length is not known.')
    const about = { total, from, type: answer.headers.get('content-type') ?? 'audio/mpeg' }
    await cache.put(aboutAt(id), new Response(JSON.stringify(about)))
    return about
  }

  async #faces({ detail: { pick: { item } } }: Kept): Promise<void> {
    if (item.kind === 'image' || item.cover) for (const size of PICTURES) await this.#whole(media.picture(item, size))
  }

  async #whole(address: string): Promise<void> {
    const cache = await caches.open(SHELF)
    if (await cache.match(address, { ignoreVary: true })) return
    await cache.put(address, await asked(address))
  }

  #present(id: string): Kept {
    const row = this.rows.get(id)
    if (!row || this.paused) throw new Stopped()
    return row
  }

  async #put(row: Kept): Promise<void> {
    await (await db()).put('shelf', $state.snapshot(row) as Kept)
    this.#show(row)
  }

  #show(row: Kept): void {
    this.rows.set(row.id, row)
    if (row.state === 'done' && row.detail.pick.item.kind === 'music') held.add(row.id)
  }

  async #measure(): Promise<void> {
    const told = await navigator.storage?.estimate?.().catch(() => null)
    this.room = told ? { used: told.usage ?? 0, quota: told.quota ?? 0 } : null
  }
}

/** How many bytes an address has; none where it does not say. */
async function lengthOf(address: string): Promise<number> {
  const answer = await fetch(address, { method: 'HEAD', credentials: 'same-origin' }).catch(() => null)
  return Number(answer?.ok ? (answer.headers.get('content-length') ?? 0) : 0)
}

/** Bytes of the house. Throws `Unreachable` where it does not answer, and for what it refuses. */
async function asked(address: string, headers: Record<string, string> = {}): Promise<Response> {
  const answer = await fetch(address, { headers, credentials: 'same-origin', cache: 'no-store' }).catch(() => null)
  if (!answer || answer.status >= 502) throw new Unreachable()
  if (!answer.ok) throw new Error(`The house answered ${answer.status}.`)
  return answer
}

export const shelf = new Shelf()
