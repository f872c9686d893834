// The list that is playing, as plain values: every change gives a new queue.
import type { Item } from './nouns'

export type Queue = { readonly items: readonly Item[]; readonly index: number }

export const SILENT: Queue = { items: [], index: -1 }

/** The tracks among `items`, standing at `start`. Silent when `start` is no track. */
export function queueOf(items: readonly Item[], start: string): Queue {
  const tracks = items.filter((item) => item.kind === 'music')
  const index = tracks.findIndex((item) => item.id === start)
  return index < 0 ? SILENT : { items: tracks, index }
}

export function current(queue: Queue): Item | null {
  return queue.items[queue.index] ?? null
}

/** The track after (`step` 1) or before (-1) the present one; null at the ends. */
export function beside(queue: Queue, step: 1 | -1): Item | null {
  return queue.items[queue.index + step] ?? null
}

/** The queue one step on; the same queue at the ends. */
export function stepped(queue: Queue, step: 1 | -1): Queue {
  return beside(queue, step) ? { ...queue, index: queue.index + step } : queue
}
