// What was done is listed by the days on which it was done.
import { expect, test } from 'vitest'
import { byDay } from '../../pwa/src/lib/days'
import type { Did } from '../../pwa/src/lib/nouns'

const did = (at: string) => ({ at: new Date(at).getTime(), uuid: at }) as Did

test('each day has what was done on it, in order; the same day of another year is another', () => {
  const told = [did('2026-03-02T23:59:00'), did('2026-03-02T00:01:00'), did('2026-03-01T12:00:00'), did('2025-03-01T12:00:00')]
  const days = byDay(told)
  expect(days.map((one) => one.did.map(({ uuid }) => uuid))).toEqual([
    ['2026-03-02T23:59:00', '2026-03-02T00:01:00'],
    ['2026-03-01T12:00:00'],
    ['2025-03-01T12:00:00'],
  ])
  expect(new Set(days.map(({ day }) => day)).size).toBe(3)
  expect(byDay([])).toEqual([])
})
