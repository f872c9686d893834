// What a player is made of and what it leaves behind: types alone.
import type { EventKind, Item } from './nouns'
import type { Queue } from './queue'

/** How it came that something plays. */
export type Came = 'chosen' | 'queue' | 'unattended'
export type Repeat = 'off' | 'all' | 'one'
export type Snapshot = { queue: Queue; position: number; repeat?: Repeat }

/** What the player needs from outside; tests give their own. */
export interface Parts {
  sound: () => HTMLAudioElement
  source: (item: Item) => string
  /** Returns what takes it back. */
  signal: (kind: EventKind, item: string, value?: number, came?: Came) => () => void
  keep: (snapshot: Snapshot) => void
  /** A track was put into an element: how loud that has to be, as far as it is known. */
  volume?: (item: Item) => number | undefined
}
