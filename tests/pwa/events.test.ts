// Events of one device are in the order in which they were made.
import { expect, test } from 'vitest'
import { made, stamp } from '../../pwa/src/lib/events'

test('two events in the same millisecond keep their order', () => {
  const now = Date.now() + 1_000
  expect([stamp(now), stamp(now), stamp(now)]).toEqual([now, now + 1, now + 2])
})

test('a clock that is set back does not turn the order round', () => {
  const before = stamp(Date.now() + 60_000)
  expect(stamp(Date.now())).toBeGreaterThan(before)
})

test('each event has a uuid of its own', () => {
  const uuids = Array.from({ length: 50 }, () => made('rating', 'a', 1, { value: 5 }).uuid)
  expect(new Set(uuids).size).toBe(50)
  expect(uuids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
