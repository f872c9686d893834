// What the device itself remembers: undelivered events, the last pages seen, and what was playing.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import { SHELF, THUMBNAILS } from './caches'
import type { EventIn, Highlight, ItemDetail } from './nouns'

/** A highlight as it is now, or that it is taken out. */
export type Marked = Omit<Highlight, 'item'> & { gone: boolean }

/** An event waiting for the server, with what the person sees meanwhile; a highlight waits as one. */
export type Queued = Omit<EventIn, 'kind'> & {
  kind: EventIn['kind'] | 'mark'
  mark?: Marked
  item: string
  person: number
  /** The person's rating of the item once this event counts; undefined when it changes none. */
  then?: number | null
}

/** Something kept on this device. */
export type Kept = {
  id: string
  person: number
  detail: ItemDetail
  /** Why: a name of an album or the like; empty for itself. */
  name: string
  at: number
  /** Bytes that are here, and of how many. */
  bytes: number
  total: number
  state: 'waiting' | 'done' | 'failed'
  trouble: string
}

interface Memory extends DBSchema {
  outbox: { key: string; value: Queued }
  pages: { key: string; value: { key: string; at: number; body: unknown } }
  kept: { key: string; value: unknown }
  shelf: { key: string; value: Kept }
}

export type Db = IDBPDatabase<Memory>

const NAME = 'anagnorisis'
let opened: Promise<Db> | undefined

export function db(): Promise<Db> {
  opened ??= openDB<Memory>(NAME, 2, {
    upgrade(fresh, before) {
      fresh.createObjectStore('shelf', { keyPath: 'id' })
      if (before) return
      fresh.createObjectStore('outbox', { keyPath: 'uuid' })
      fresh.createObjectStore('pages', { keyPath: 'key' })
      fresh.createObjectStore('kept')
    },
    blocking: () => void close(),
  })
  return opened
}

export async function close(): Promise<void> {
  const before = opened
  opened = undefined
  ;(await before)?.close()
}

/** Forget what was seen and played here, and what `person` did that was not delivered; others' events stay. */
export async function forget(person: number | null = null): Promise<void> {
  if (globalThis.caches) await Promise.all([caches.delete(THUMBNAILS), caches.delete(SHELF)])
  const open = await db()
  await Promise.all([open.clear('pages'), open.clear('kept'), open.clear('shelf')])
  const change = open.transaction('outbox', 'readwrite')
  const theirs = (await change.store.getAll()).filter((event) => event.person === person)
  await Promise.all([...theirs.map((event) => change.store.delete(event.uuid)), change.done])
}

/** Forget what was seen here, before somebody else looks; what each was playing stays theirs. */
export async function forgetPages(): Promise<void> {
  if (globalThis.caches) await caches.delete(THUMBNAILS)
  await (await db()).clear('pages')
}
