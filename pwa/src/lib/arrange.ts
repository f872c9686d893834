// Puts a re-ranked page on the screen without moving what the person just touched.
import type { Pick } from './nouns'

/** Picks in `kept` stay where they are in `shown`; the places between are filled with `fresh`, in its order. */
export function arrange(shown: readonly Pick[], kept: readonly Pick[], fresh: readonly Pick[]): Pick[] {
  const stays = new Map(kept.map((pick) => [pick.item.id, pick]))
  const others = fresh.filter((pick) => !stays.has(pick.item.id))
  const placed = shown.flatMap((pick) => {
    const next = stays.get(pick.item.id) ?? others.shift()
    return next ? [next] : []
  })
  return unique([...placed, ...others])
}

/** The first of each item. */
export function unique(picks: readonly Pick[]): Pick[] {
  const seen = new Set<string>()
  return picks.filter(({ item }) => !seen.has(item.id) && seen.add(item.id))
}
