// Makes events: a fresh uuid, and a time that never stands still or runs backwards on this device.
import type { Queued } from './db'
import type { EventKind } from './nouns'

let last = 0

/** Unix milliseconds of this device, later than any stamp before, so that two quick taps keep their order. */
export function stamp(now = Date.now()): number {
  last = Math.max(now, last + 1)
  return last
}

type Fields = { value?: number | null; target?: string; then?: number | null }

export function made(kind: EventKind, item: string, person: number, fields: Fields = {}): Queued {
  return { uuid: crypto.randomUUID(), kind, item, person, at: stamp(), ...fields }
}
