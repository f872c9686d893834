// The map of a taste as numbers: where a spot is on the screen, which one a finger means, which colour a score has.
import type { Spot } from './nouns'

export type Area = { width: number; height: number }

const MARGIN = 18
const REACH = 26
/** Dislike, the middle, liking: told apart by light as well as by hue. */
const RAMP = [
  [52, 96, 158],
  [176, 164, 148],
  [205, 66, 32],
] as const
const UNKNOWN = 'rgb(150 142 132)'

/** Pixels of a spot from the top left corner. */
export function place(spot: Spot, { width, height }: Area): [number, number] {
  return [along(spot.x, width), along(spot.y, height)]
}

/** The spot nearest to a point, of equally near ones the one on top; null when none is within reach. */
export function nearest(spots: readonly Spot[], x: number, y: number, area: Area): Spot | null {
  let best: Spot | null = null
  let reach = REACH * REACH
  for (const spot of spots) {
    const [left, top] = place(spot, area)
    const far = (left - x) ** 2 + (top - y) ** 2
    if (far <= reach) [best, reach] = [spot, far]
  }
  return best
}

/** The scores between which colours run: all but the outermost twentieths, at least a point apart. */
export function range(spots: readonly Spot[]): [number, number] {
  const scores = spots.flatMap(({ score }) => (score === null ? [] : [score])).sort((a, b) => a - b)
  const at = (share: number) => scores[Math.round(share * (scores.length - 1))] ?? 5
  const [low, high] = [at(0.05), at(0.95)]
  const lacking = Math.max(0, 1 - (high - low)) / 2
  return [low - lacking, high + lacking]
}

/** The colour of a score where colours run from `low` to `high`. */
export function colour(score: number | null, [low, high]: readonly [number, number]): string {
  if (score === null) return UNKNOWN
  const share = Math.min(1, Math.max(0, (score - low) / (high - low)))
  const [from, to] = share < 0.5 ? [RAMP[0], RAMP[1]] : [RAMP[1], RAMP[2]]
  const within = share < 0.5 ? share * 2 : share * 2 - 1
  return `rgb(${from.map((value, n) => Math.round(value + (to[n]! - value) * within)).join(' ')})`
}

function along(value: number, length: number): number {
  return MARGIN + ((value + 1) / 2) * (length - 2 * MARGIN)
}
