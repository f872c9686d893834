// Figures as lines, bars and sentences: pure, so that what the Taste page draws and says can be tested.
import type { Point, Leaning } from './mirror'

/** A value over a number of ratings, with its interval. */
export type Dot = { at: number; value: number; low: number; high: number }
/** What a line is drawn in: pixels, room for the numbers at the left and below, and the values at the ends. */
export type Frame = { width: number; height: number; left: number; below: number; ends: readonly [number, number] }

export const MEASURES = ['pairs', 'error', 'coverage'] as const
export type Measure = (typeof MEASURES)[number]

/** The dots of a measure, pairs and coverage of 100; points where nothing can be said are left out. */
export function dots(points: readonly Point[], measure: Measure): Dot[] {
  const scale = measure === 'error' ? 1 : 100
  return points.flatMap((point) => {
    const of = point[measure]
    return of ? [{ at: point.ratings, value: of.value * scale, low: of.low * scale, high: of.high * scale }] : []
  })
}

/** What is drawn of dots: one alone is of all the ratings up to it, and so is level from the first. */
export function drawn(told: readonly Dot[]): readonly Dot[] {
  return told.length === 1 ? [{ ...told[0]!, at: 1 }, told[0]!] : told
}

/** The values between which a line is drawn: all of it and `also`, a little apart, within `most`. */
export function ends(told: readonly Dot[], also: readonly number[], most: readonly [number, number]): [number, number] {
  const all = [...told.flatMap(({ low, high }) => [low, high]), ...also]
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const air = Math.max((high - low) * 0.06, (most[1] - most[0]) * 0.02)
  return [Math.max(most[0], low - air), Math.min(most[1], high + air)]
}

/** Pixels from the left of a number of ratings; the first dot stands at the left end, the last at the right. */
export function across(at: number, told: readonly Dot[], { width, left }: Frame): number {
  const [first, last] = [told[0]?.at ?? 0, told.at(-1)?.at ?? 1]
  return left + ((at - first) / Math.max(1, last - first)) * (width - left)
}

/** Pixels from the top of a value. */
export function down(value: number, { height, below, ends: [low, high] }: Frame): number {
  return (1 - (value - low) / (high - low || 1)) * (height - below)
}

/** The path of a line through values. */
export function line(told: readonly Dot[], of: (dot: Dot) => number, frame: Frame): string {
  return told.map((dot, n) => `${n ? 'L' : 'M'}${fine(across(dot.at, told, frame))} ${fine(down(of(dot), frame))}`).join('')
}

/** The path around the intervals. */
export function band(told: readonly Dot[], frame: Frame): string {
  const back = told.toReversed().map((dot) => `L${fine(across(dot.at, told, frame))} ${fine(down(dot.low, frame))}`)
  return told.length ? `${line(told, (dot) => dot.high, frame)}${back.join('')}Z` : ''
}

/** Per cent from the left of points on a track that has 0 in its middle and `widest` at either end. */
export function along(points: number, widest: number): number {
  return 50 + 50 * Math.max(-1, Math.min(1, points / widest))
}

/** The points at the ends of a track: as wide as the widest band, a point at least. */
export function widest(told: readonly Leaning[]): number {
  return Math.max(1, ...told.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]))
}

/** "+0.8", "−1.2", "0.0". */
export function signed(points: number): string {
  const shown = Math.abs(points).toFixed(1)
  return shown === '0.0' ? shown : `${points < 0 ? '−' : '+'}${shown}`
}

const FEW = 10

/** How a person uses the numbers: the two neighbours they give most, and how much of the scale they leave. */
export function scale(histogram: readonly number[], many: string): string {
  const total = histogram.reduce((sum, n) => sum + n, 0)
  if (total < FEW) return `${total ? `You rated ${total} ${many} so far` : `You rated no ${many} yet`}; from ${FEW} on I can say how you use the numbers.`
  const pairs = histogram.slice(1).map((n, i) => n + histogram[i]!)
  const first = pairs.indexOf(Math.max(...pairs))
  const share = Math.round((100 * pairs[first]!) / total)
  const unused = histogram.filter((n) => !n).length
  const left = unused ? ` ${unused} of the 11 numbers you never gave.` : ' You use every number.'
  return `You use ${first} and ${first + 1} for ${share} % of your ${many}.${left}`
}

const fine = (pixels: number) => Math.round(pixels * 10) / 10
