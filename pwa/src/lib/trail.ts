// The list an item was opened from, so that one can walk on from there.
import { nav } from './nav.svelte'
import type { Item, Pick } from './nouns'

let list: () => readonly Pick[] = () => []

/** `picks` is the list on the screen; it may grow later. */
export function walkIn(picks: () => readonly Pick[]): void {
  list = picks
}

/** The items of that list, to be played on from `id`; none when it is not among them. */
export function along(id: string): Item[] {
  const items = list().map((pick) => pick.item)
  return items.some((item) => item.id === id) ? items : []
}

/** The item before (-1) or after (1) `id`; null at the ends and outside the list. */
export function stepFrom(id: string, step: 1 | -1): string | null {
  const picks = list()
  const at = picks.findIndex((pick) => pick.item.id === id)
  return at < 0 ? null : (picks[at + step]?.item.id ?? null)
}

/** Go there in place of this item, so that Back still leads to the list. False when there is nothing. */
export function walk(id: string, step: 1 | -1): boolean {
  const to = stepFrom(id, step)
  if (to) nav.go({ page: 'item', id: to }, { replace: true })
  return to !== null
}
