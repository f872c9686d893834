// The last answer to each question, so that the app without a network shows what it last saw.
import { Unreachable } from './api'
import { db } from './db'

const KEPT = 60
const PATIENCE_MS = 700

export type Answer<T> = { body: T; stale: boolean }

/** Ask; keep the answer. Without one, give the last; throws `Unreachable` when there is none either. */
export async function page<T>(key: string, ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    const body = await ask()
    void keep(key, body)
    return { body, stale: false }
  } catch (error) {
    const last = error instanceof Unreachable ? await recall<T>(key) : undefined
    if (last === undefined) throw error
    return { body: last, stale: true }
  }
}

/** Show the last answer when the server takes its time, then the new one: `show` runs once or twice. */
export async function pageSoon<T>(key: string, ask: () => Promise<T>, show: (answer: Answer<T>) => void): Promise<void> {
  const fresh = page(key, ask)
  const slow = new Promise<'slow'>((resolve) => setTimeout(resolve, PATIENCE_MS, 'slow'))
  const first = await Promise.race([fresh, slow])
  if (first === 'slow') {
    const last = await recall<T>(key)
    if (last !== undefined) show({ body: last, stale: true })
  }
  show(await fresh)
}

async function recall<T>(key: string): Promise<T | undefined> {
  return (await (await db()).get('pages', key))?.body as T | undefined
}

async function keep(key: string, body: unknown): Promise<void> {
  const change = (await db()).transaction('pages', 'readwrite')
  await change.store.put({ key, at: Date.now(), body })
  const all = await change.store.getAll()
  const old = all.sort((a, b) => b.at - a.at).slice(KEPT)
  await Promise.all([...old.map((one) => change.store.delete(one.key)), change.done])
}
