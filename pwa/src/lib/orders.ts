// Plain orders of a list, and what they are called; shared by the library and by Home.
import type { Kind } from './nouns'
import type { LibraryQuery } from './router'

export type Sort = LibraryQuery['sort']

export const ORDERS: Record<Sort, string> = {
  newest: 'Newest first',
  oldest: 'Oldest first',
  made: 'By date',
  title: 'By title',
  longest: 'Longest first',
  shortest: 'Shortest first',
  mine: 'My rating',
  predicted: 'For me first',
  last_played: 'Played last',
  most_played: 'Played most',
  rotation: 'Loved, not lately',
  random: 'Shuffled',
}

/** The orders that say something of a kind: a picture has no length. */
export function fitting(kind: Kind | ''): [Sort, string][] {
  const all = Object.entries(ORDERS) as [Sort, string][]
  return kind === 'image' ? all.filter(([sort]) => sort !== 'longest' && sort !== 'shortest') : all
}

/** A seed for a shuffle: the same one gives the same list again. */
export const chance = () => Math.floor(Math.random() * 2 ** 32)
