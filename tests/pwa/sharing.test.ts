// What a person is told of whom they hear.
import { expect, test } from 'vitest'
import { hearing } from '../../pwa/src/lib/taste/sharing'

const both = { gives: true, receives: true }

test('one sentence says who is heard', () => {
  expect(hearing({ ...both, others: 0, giving: 0 })).toContain('the only one here')
  expect(hearing({ ...both, others: 3, giving: 0 })).toContain('Nobody else')
  expect(hearing({ ...both, others: 3, giving: 1 })).toBe('You hear one other person of the house.')
  expect(hearing({ ...both, others: 3, giving: 3 })).toBe('You hear 3 other people of the house.')
  expect(hearing({ gives: false, receives: false, others: 3, giving: 3 })).toContain('your own ratings alone')
})
