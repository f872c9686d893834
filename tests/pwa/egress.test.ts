// What went out, in words.
import { expect, test } from 'vitest'
import { outcome } from '../../pwa/src/lib/egress.svelte'
import { size } from '../../pwa/src/lib/format'

test('sizes have at most three digits and their unit', () => {
  expect([0, 1, 830, 1000, 1249, 9_960, 15_728_640, 999_999_999, 2.5e12].map(size)).toEqual([
    '0 bytes', '1 byte', '830 bytes', '1.0 kB', '1.2 kB', '10 kB', '16 MB', '1,000 MB', '2.5 TB',
  ])
})

test('an outcome is a reason, or what the answer meant', () => {
  const words = (status: number | null, reason = '') => outcome({ status, outcome: reason })
  expect(words(200)).toBe('Received')
  expect(words(206)).toBe('Received')
  expect(words(304)).toBe('Nothing new')
  expect(words(301)).toBe('Sent on to another address')
  expect(words(404)).toBe('The host answered 404')
  expect(words(200, 'It broke off.')).toBe('It broke off.')
  expect(words(null)).toBe('Under way')
})
