// How much each model is listened to, in words that hold at their edges.
import { describe, expect, test } from 'vitest'
import { age, nearness, percent, type Heard } from '../../pwa/src/taste/blend'

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
