// The geometry of the rate bar: which cell lies under a finger, and where a value stands.
export const CELLS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const

/** A finger this far above the bar means: leave it as it is. */
export const LET_GO_PX = 44

type Box = { left: number; width: number; top: number }

/** The cell under `x`, the nearest one outside the bar. */
export function cellAt(x: number, box: Box): number {
  const cell = Math.floor(((x - box.left) / box.width) * CELLS.length)
  return Math.min(CELLS.length - 1, Math.max(0, cell))
}

export function letGo(y: number, box: Box): boolean {
  return y < box.top - LET_GO_PX
}

/** Where the middle of `value` stands, in percent of the bar. */
export function stands(value: number): number {
  return ((Math.min(10, Math.max(0, value)) + 0.5) / CELLS.length) * 100
}

/** What giving `chosen` does: the same value again takes the rating back. */
export function given(chosen: number, before: number | null): number | null {
  return before !== null && Math.round(before) === chosen ? null : chosen
}
