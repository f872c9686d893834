// Every rating and signal goes through here: kept on the device until the server says it has it on disk.
//
// The uuid is the idempotency key: a batch whose answer was lost is sent again and counted once.
import { ApiError } from './api'
import type { Db, Queued } from './db'
import type { EventIn, Receipt } from './nouns'

const BATCH = 200
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 60_000
const MISSHAPEN: ReadonlySet<number> = new Set([400, 413, 422])
const COUNTED: ReadonlySet<string> = new Set(['rating', 'clear', 'undo'])

export type Refused = { event: Queued; detail: string }

export interface Parts {
  db: () => Promise<Db>
  send: (events: EventIn[], person: number) => Promise<Receipt>
  /** Deliver a highlight, which goes by itself. */
  mark?: (event: Queued) => Promise<unknown>
  /** Whose events may go out now; null while nobody has a session. */
  person: () => number | null
  later?: (run: () => void, ms: number) => () => void
  locks?: Pick<LockManager, 'request'>
  delivered?: (receipt: Receipt, events: Queued[]) => void
  refused?: (refused: Refused[]) => void
  /** Ratings that wait. */
  waiting?: (count: number) => void
}

const byTimer = (run: () => void, ms: number) => {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}

export class Outbox {
  #parts: Parts
  #wait = FIRST_WAIT_MS
  #cancel = () => {}
  #draining = false
  #again = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Keep `event`, then try to deliver. Resolves once it is kept on the device; rejects when it was not. */
  async add(event: Queued): Promise<void> {
    const db = await this.#parts.db()
    const change = db.transaction('outbox', 'readwrite')
    if (event.kind === 'position') {
      // Only the newest place of an item counts; older ones that nobody has seen are noise.
      for (const old of await change.store.getAll())
        if (old.kind === 'position' && old.item === event.item && old.person === event.person && old.at < event.at)
          await change.store.delete(old.uuid)
    }
    await Promise.all([change.store.put(event), change.done])
    await this.#count().catch(() => null)
    void this.flush()
  }

  /** Undelivered events of the present person, oldest first. */
  async queued(): Promise<Queued[]> {
    const all = await (await this.#parts.db()).getAll('outbox')
    const person = this.#parts.person()
    return all.filter((event) => event.person === person).sort(byTime)
  }

  /** Deliver what waits. Only one tab does it at a time; a failure tries again by itself, later and later. */
  async flush(): Promise<void> {
    if (this.#draining) {
      this.#again = true
      return
    }
    this.#draining = true
    const locks = this.#parts.locks ?? globalThis.navigator?.locks
    const turn = async (lock: Lock | null) => (lock ? this.#drain() : this.#retry())
    await (locks ? locks.request('anagnorisis-outbox', { ifAvailable: true }, turn) : this.#drain())
    this.#draining = false
    if (!this.#again) return
    this.#again = false
    await this.flush()
  }

  async #drain(): Promise<void> {
    this.#cancel()
    try {
      for (let batch = await this.#batch(); batch.length; batch = await this.#batch())
        if (!(await this.#deliver(batch))) return this.#retry()
      this.#wait = FIRST_WAIT_MS
    } catch {
      this.#retry()
    }
  }

  /** What goes out next: events together, then highlights one by one. */
  async #batch(): Promise<Queued[]> {
    const all = await this.queued()
    const events = all.filter((event) => !event.mark).slice(0, BATCH)
    return events.length ? events : all.slice(0, 1)
  }

  /** Send one batch and drop what the server took or will never take. False when nothing left the queue. */
  async #deliver(batch: Queued[]): Promise<boolean> {
    const receipt = await this.#send(batch)
    const reasons = new Map(receipt.refused.map((one) => [one.uuid, one.detail]))
    const settled = batch.filter((event) => receipt.accepted.includes(event.uuid) || reasons.has(event.uuid))
    const change = (await this.#parts.db()).transaction('outbox', 'readwrite')
    await Promise.all([...settled.map((event) => change.store.delete(event.uuid)), change.done])
    this.#parts.delivered?.(receipt, settled)
    const refused = settled.filter((event) => reasons.has(event.uuid))
    if (refused.length)
      this.#parts.refused?.(refused.map((event) => ({ event, detail: reasons.get(event.uuid) ?? '' })))
    await this.#count()
    return settled.length > 0
  }

  /** A batch refused as a whole goes again in halves, so that one bad event cannot hold back the rest. */
  async #send(batch: Queued[]): Promise<Receipt> {
    try {
      if (batch[0]?.mark) return await this.#mark(batch[0])
      return await this.#parts.send(batch.map(onTheWire), batch[0]?.person ?? 0)
    } catch (error) {
      const [only, ...others] = batch
      if (!only || !(error instanceof ApiError) || !MISSHAPEN.has(error.status)) throw error
      if (!others.length)
        return { accepted: [], refused: [{ uuid: only.uuid, code: error.code, detail: error.detail }], scores: {} }
      const half = Math.ceil(batch.length / 2)
      const [first, second] = [await this.#send(batch.slice(0, half)), await this.#send(batch.slice(half))]
      return {
        accepted: [...first.accepted, ...second.accepted],
        refused: [...first.refused, ...second.refused],
        scores: { ...first.scores, ...second.scores },
      }
    }
  }

  async #mark(event: Queued): Promise<Receipt> {
    await this.#parts.mark?.(event)
    return { accepted: [event.uuid], refused: [], scores: {} }
  }

  #retry(): void {
    this.#cancel()
    this.#cancel = (this.#parts.later ?? byTimer)(() => void this.flush(), this.#wait)
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT_MS)
  }

  async #count(): Promise<void> {
    this.#parts.waiting?.((await this.queued()).filter((event) => COUNTED.has(event.kind)).length)
  }
}

/** What the person sees while events wait: item to rating, the latest event winning. */
export function fold(events: Queued[]): Map<string, number | null> {
  const seen = new Map<string, number | null>()
  for (const event of [...events].sort(byTime)) if (event.then !== undefined) seen.set(event.item, event.then)
  return seen
}

const byTime = (a: Queued, b: Queued) => a.at - b.at || (a.uuid < b.uuid ? -1 : 1)

function onTheWire({ uuid, kind, item, at, value, target }: Queued): EventIn {
  return { uuid, kind: kind as EventIn['kind'], item, at, value: value ?? null, target: target ?? null }
}
