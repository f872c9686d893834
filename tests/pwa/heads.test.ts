// What a second opinion did is said beside what the plain sums did, and no less plainly when it is worse.
import { expect, test } from 'vitest'
import { compared, type Trial } from '../../pwa/src/lib/taste/heads'

const trial = (linear: number, head: number, ratings = 40): Trial => ({ kind: 'image', ratings, linear_error: linear, head_error: head, linear_rank: null, head_rank: null })
const said = (...numbers: [number, number, number?]) => compared(trial(...numbers), 'pictures', 'picture')

test('both errors are named, whoever is nearer', () => {
  expect(said(1.95, 1.8)).toBe('1.80 points off on 40 pictures that neither of us had seen rated; I was 1.95 off.')
  expect(said(1.5, 1.75, 1)).toBe('1.75 points off on 1 picture that neither of us had seen rated; I was 1.50 off.')
})

test('a difference nobody would notice is none', () => {
  expect(said(1.955, 1.949)).toBe('As far off as I am on 40 pictures that neither of us had seen rated: 1.96 points.')
})
