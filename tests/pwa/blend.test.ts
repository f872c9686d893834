// How much each model is listened to, in words that hold at their edges.
import { describe, expect, test } from 'vitest'
import { age, layers, nearness, percent, told, type Heard } from '../../pwa/src/taste/blend'

const one: Heard = { name: 'posterior', title: 'What I worked out', share: 0.83, foretold: 240, off: 1.94, made_at: null }

describe('shares', () => {
  test.each([
    [0.83, '83 %'],
    [0.996, '99 %'],
    [1, '100 %'],
    [0.0049, 'less than 1 %'],
    [0.006, '1 %'],
  ])('%f is %s', (share, said) => expect(percent(share)).toBe(said))
})

describe('nearness', () => {
  test('is over the last hundred at most', () =>
    expect(nearness(one)).toBe('In your last 100 ratings it was 1.9 points off on average.'))
  test('of fewer says how many', () =>
    expect(nearness({ ...one, foretold: 7, off: 1 })).toBe('In your last 7 ratings it was 1 point off on average.'))
  test('of one is no average', () =>
    expect(nearness({ ...one, foretold: 1, off: 0 })).toBe('In your last rating it was 0 points off.'))
  test('without any is said', () =>
    expect(nearness({ ...one, foretold: 0, off: null })).toBe('It has not guessed a rating of yours yet.'))
})

describe('age', () => {
  test('is that of a model which does not follow at once', () =>
    expect(age({ ...one, made_at: 1_000_000_000_000 }, 1_000_010_800)).toBe(
      'Worked out 3 hours ago; what you rated since is not in it.',
    ))
  test('is not said of one that does', () => expect(age(one)).toBe(''))
})

describe('how shares came to be', () => {
  const course = (...shares: number[]) => shares.map((share, n) => ({ ratings: 10 * (n + 1), share }))
  const heard: Heard[] = [
    { ...one, share: 0.75, course: course(0.9, 0.8, 0.75) },
    { ...one, name: 'mean', title: 'Your usual score', share: 0.25, course: course(0.1, 0.2, 0.25) },
  ]

  test('lies in layers that fill the height at every moment', () => {
    expect(layers(heard)).toEqual([
      { name: 'posterior', path: 'M0 0.1L50 0.2L100 0.25L100 1L50 1L0 1Z' },
      { name: 'mean', path: 'M0 0L50 0L100 0L100 0.25L50 0.2L0 0.1Z' },
    ])
  })

  test('is said in words too', () =>
    expect(told(heard)).toBe(
      'How I came to trust each of them, over 30 ratings: What I worked out from 90 % to 75 %; Your usual score from 10 % to 25 %.',
    ))

  test('is nothing to draw at first, or where an older memory has none', () => {
    expect(layers(heard.map((each) => ({ ...each, course: each.course!.slice(0, 1) })))).toEqual([])
    expect(layers([one])).toEqual([])
  })
})
