// Every pick seen since the app was opened, so that an item's page has something to show at once.
import type { Pick } from './nouns'

const MOST = 5_000
const picks = new Map<string, Pick>()

export function remember(seen: readonly Pick[]): void {
  for (const pick of seen) picks.set(pick.item.id, pick)
  for (const id of picks.keys()) {
    if (picks.size <= MOST) break
    picks.delete(id)
  }
}

export function known(id: string): Pick | undefined {
  return picks.get(id)
}
