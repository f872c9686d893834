// The map of a taste: points stay on the sheet, a finger finds the nearest, colours run where the scores are.
import { expect, test } from 'vitest'
import { colour, nearest, place, range } from '../../pwa/src/lib/chart'
import type { Spot } from '../../pwa/src/lib/nouns'

const AREA = { width: 400, height: 200 }
const spot = (id: string, x: number, y: number, score: number | null = null): Spot => ({ id, x, y, score, mine: null })

test('the corners of the map lie inside the sheet', () => {
  expect(place(spot('a', -1, -1), AREA)).toEqual([18, 18])
  expect(place(spot('a', 1, 1), AREA)).toEqual([382, 182])
  expect(place(spot('a', 0, 0), AREA)).toEqual([200, 100])
})

test('a finger means the nearest point in reach, of two in one place the one on top', () => {
  const spots = [spot('left', -0.1, 0), spot('under', 0, 0), spot('top', 0, 0)]
  expect(nearest(spots, 201, 101, AREA)?.id).toBe('top')
  expect(nearest(spots, 178, 100, AREA)?.id).toBe('left')
  expect(nearest(spots, 320, 100, AREA)).toBeNull()
  expect(nearest([], 0, 0, AREA)).toBeNull()
})

test('colours run over the scores there are, whatever a few outliers say', () => {
  const scores = Array.from({ length: 100 }, (_, n) => spot(String(n), 0, 0, 4 + n / 50))
  const [low, high] = range([...scores, spot('far', 0, 0, 10), spot('none', 0, 0)])
  expect(low).toBeCloseTo(4.1, 1)
  expect(high).toBeCloseTo(5.9, 1)
  expect(range([spot('a', 0, 0, 7)])).toEqual([6.5, 7.5])
  expect(range([])).toEqual([4.5, 5.5])
})

test('the ends and the middle have their colours, and what has no score has none of them', () => {
  const ends = [2, 8] as const
  expect(colour(2, ends)).toBe('rgb(52 96 158)')
  expect(colour(-5, ends)).toBe(colour(2, ends))
  expect(colour(5, ends)).toBe('rgb(176 164 148)')
  expect(colour(9, ends)).toBe('rgb(205 66 32)')
  expect(colour(null, ends)).not.toBe(colour(5, ends))
})
