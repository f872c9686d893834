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

/** The queue one step on; at its end the same queue, or `around` from its beginning. */
export function stepped(queue: Queue, step: 1 | -1, around = false): Queue {
  if (beside(queue, step)) return { ...queue, index: queue.index + step }
  return around && step === 1 ? { ...queue, index: 0 } : queue
}

/** The tracks still to come. */
export function coming(queue: Queue): readonly Item[] {
  return queue.items.slice(queue.index + 1)
}

/** The queue with other tracks to come after the present one. */
export function followed(queue: Queue, items: readonly Item[]): Queue {
  return { ...queue, items: [...queue.items.slice(0, queue.index + 1), ...items.filter((item) => item.kind === 'music')] }
}

/** The queue standing at another of its tracks. */
export function at(queue: Queue, index: number): Queue {
  return queue.items[index] ? { ...queue, index } : queue
}

/** The queue without one of the tracks still to come; the same queue for any other. */
export function without(queue: Queue, index: number): Queue {
  return index > queue.index && queue.items[index] ? { ...queue, items: queue.items.toSpliced(index, 1) } : queue
}

/** The queue with a track put among those still to come, or at their end. */
export function placed(queue: Queue, item: Item, index: number): Queue {
  return { ...queue, items: queue.items.toSpliced(Math.max(queue.index + 1, index), 0, item) }
}
