// What the Taste page draws and says of figures is what the figures are.
import { describe, expect, test } from 'vitest'
import type { Point } from '../../pwa/src/lib/taste/mirror'
import { across, along, band, dots, down, drawn, ends, line, scale, signed, widest } from '../../pwa/src/lib/taste/plot'

const figure = (value: number) => ({ value, low: value - 0.1, high: value + 0.1 })
const point = (ratings: number, pairs: number | null): Point => ({
  ratings,
  error: figure(1.5),
  usual: 1.8,
  pairs: pairs === null ? null : figure(pairs),
  rank: null,
  coverage: figure(0.8),
})
const told = dots([point(10, 0.4), point(20, null), point(30, 0.6), point(50, 0.7)], 'pairs')
const frame = { width: 234, height: 122, left: 34, below: 22, ends: [0, 100] as const }

describe('a line', () => {
  test('leaves out where nothing can be said, and is of 100', () => {
    expect(told.map(({ at, value }) => [at, Math.round(value)])).toEqual([[10, 40], [30, 60], [50, 70]])
    expect(dots([point(10, 0.4)], 'error')[0]!.value).toBe(1.5)
  })

  test('is level where there is one figure, which is of all ratings up to it', () => {
    const one = dots([point(10, 0.4)], 'pairs')
    expect(drawn(one).map(({ at, value, low, high }) => [at, value, low, high])).toEqual([1, 10].map((at) => [at, one[0]!.value, one[0]!.low, one[0]!.high]))
    expect(drawn(told)).toBe(told)
    expect(drawn([])).toEqual([])
  })

  test('runs from the left end to the right, higher values higher', () => {
    expect(told.map((dot) => across(dot.at, told, frame))).toEqual([34, 134, 234])
    expect([down(100, frame), down(50, frame), down(0, frame)]).toEqual([0, 50, 100])
    expect(line(told, (dot) => dot.value, frame)).toBe('M34 60L134 40L234 30')
  })

  test('has its interval around it, closed', () => {
    expect(band(told, frame)).toBe('M34 50L134 30L234 20L234 40L134 50L34 70Z')
    expect(band([], frame)).toBe('')
  })

  test('is drawn between ends that hold all of it and what it is compared with', () => {
    const [low, high] = ends(told, [90], [0, 100])
    expect(low).toBeLessThan(30)
    expect(high).toBeGreaterThan(90)
    expect(ends(told, [0, 100], [0, 100])).toEqual([0, 100])
  })
})

describe('a track', () => {
  test('has 0 in its middle and holds its widest band', () => {
    const bands = [{ value: 0.5, low: -0.25, high: 1.5 }, { value: -1, low: -2, high: 0 }]
    expect(widest(bands)).toBe(2)
    expect(widest([])).toBe(1)
    expect([along(0, 2), along(2, 2), along(-1, 2), along(9, 2)]).toEqual([50, 100, 25, 100])
  })

  test.each([[0.84, '+0.8'], [-1.25, '−1.3'], [-0.04, '0.0'], [0, '0.0']])('%d points are %s', (points, words) => expect(signed(points)).toBe(words))
})

describe('the numbers a person uses', () => {
  test('are the two neighbours given most, and what is never given', () => {
    const histogram = [0, 0, 1, 2, 3, 5, 10, 30, 31, 15, 3]
    expect(scale(histogram, 'pictures')).toBe('You use 7 and 8 for 61 % of your pictures. 2 of the 11 numbers you never gave.')
    expect(scale(Array(11).fill(2), 'texts')).toBe('You use 0 and 1 for 18 % of your texts. You use every number.')
  })

  test('are not spoken of before there are ten', () => {
    expect(scale([0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0], 'tracks')).toMatch(/^You rated 9 tracks so far; from 10 on/)
    expect(scale(Array(11).fill(0), 'tracks')).toMatch(/^You rated no tracks yet/)
  })
})
