// A stroke over the thing that is asked about: to the right it is liked, to the left not, up it is loved, down it waits.
export type Way = 'right' | 'left' | 'up' | 'down'

/** What each way gives; null is no answer, the next question comes. */
export const GIVES: Record<Way, number | null> = { right: 8, left: 2, up: 10, down: null }

const FAR = 0.3
const FAST_PX_MS = 0.5
/** A quick stroke still has to go somewhere. */
const LEAST_PX = 32

type Stroke = { readonly dx: number; readonly dy: number; readonly ms: number }

/** Which way a stroke goes over something of that size; null while it is neither far nor fast. */
export function way({ dx, dy, ms }: Stroke, width: number, height: number): Way | null {
  const across = Math.abs(dx) >= Math.abs(dy)
  const [length, whole] = across ? [Math.abs(dx), width] : [Math.abs(dy), height]
  const done = length >= FAR * whole || (length >= LEAST_PX && length / Math.max(1, ms) >= FAST_PX_MS)
  if (!done) return null
  return across ? (dx > 0 ? 'right' : 'left') : dy < 0 ? 'up' : 'down'
}

/** Where a stroke is going, to be shown before it is let go. */
export const leaning = (stroke: Stroke, width: number, height: number) => way({ ...stroke, ms: Infinity }, width, height)
