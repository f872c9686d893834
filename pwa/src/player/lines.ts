// Which line of a song is being sung. Pure.
type Moment = { at: number | null }

/** The last line that has begun by `seconds`; -1 before the first. */
export function lineAt(lines: readonly Moment[], seconds: number): number {
  let [low, high] = [0, lines.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((lines[middle]?.at ?? 0) <= seconds) low = middle + 1
    else high = middle
  }
  return low - 1
}
