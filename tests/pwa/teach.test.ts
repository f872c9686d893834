// Strokes, nine pictures at once, and the sentence of progress.
import { describe, expect, test } from 'vitest'
import { settled } from '../../pwa/src/lib/nine'
import { GIVES, leaning, way } from '../../pwa/src/lib/swipe'
import { progress } from '../../pwa/src/lib/taste/progress'

describe('a stroke', () => {
  test.each([
    ['far to the right', 130, 10, 900, 'right'],
    ['far to the left', -130, 40, 900, 'left'],
    ['far up', 20, -200, 900, 'up'],
    ['far down', -20, 200, 900, 'down'],
    ['short but fast', 40, 0, 60, 'right'],
    ['fast, but nowhere', 20, 0, 10, null],
    ['slow and short', 80, 0, 900, null],
    ['none', 0, 0, 0, null],
  ] as const)('%s', (_what, dx, dy, ms, to) => expect(way({ dx, dy, ms }, 390, 600)).toBe(to))

  test('shows where it is going only once it is far', () => {
    expect(leaning({ dx: 60, dy: 0, ms: 1 }, 390, 600)).toBeNull()
    expect(leaning({ dx: 118, dy: 0, ms: 1 }, 390, 600)).toBe('right')
  })

  test('gives a number, or passes on', () => expect(GIVES).toEqual({ right: 8, left: 2, up: 10, down: null }))
})

describe('nine at once', () => {
  test('begin in their order', () => expect(settled([], ['a', 'b', 'c'])).toEqual(['a', 'b', 'c']))
  test('stay where they are, and what leaves is replaced in its place', () => {
    expect(settled(['a', 'b', 'c'], ['a', 'c', 'd'])).toEqual(['a', 'd', 'c'])
  })
  test('several replaced at once come in their order', () => {
    expect(settled(['a', 'b', 'c', 'd'], ['c', 'x', 'y', 'z'])).toEqual(['x', 'y', 'c', 'z'])
  })
  test('what is undone comes back while the others keep their places', () => {
    expect(settled(['a', 'd', 'c'], ['b', 'a', 'c'])).toEqual(['a', 'b', 'c'])
  })
  test('become fewer when there are no more', () => {
    expect(settled(['a', 'b', 'c'], ['c'])).toEqual(['c'])
    expect(settled(['a'], [])).toEqual([])
  })
})

describe('progress', () => {
  test('is told by pairs', () => {
    expect(progress('image', { points: [{ pairs: null }, { pairs: { value: 0.714 } }] })).toBe('I get 71 of 100 picture pairs right now.')
  })
  test('is not claimed without ground', () => {
    expect(progress('music', { points: [] })).toBe('')
    expect(progress('music', { points: [{ pairs: null }] })).toBe('')
  })
})
