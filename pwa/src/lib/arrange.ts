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

/** `fresh`, and after it what else of `shown` is needed for a list of `length`: it does not shrink under a finger. */
export function continued(fresh: readonly Pick[], shown: readonly Pick[], length: number): Pick[] {
  return unique([...fresh, ...shown]).slice(0, Math.max(length, fresh.length))
}

/** The first of each item. */
export function unique(picks: readonly Pick[]): Pick[] {
  const seen = new Set<string>()
  return picks.filter(({ item }) => !seen.has(item.id) && seen.add(item.id))
}
