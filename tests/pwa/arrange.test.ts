// A re-ranked page moves everything but what the person just touched.
import { expect, test } from 'vitest'
import { arrange, continued, unique } from '../../pwa/src/lib/arrange'
import type { Pick } from '../../pwa/src/lib/nouns'

const picks = (ids: string, mine: number | null = null) => [...ids].map((id) => ({ item: { id }, mine }) as Pick)
const ids = (list: readonly Pick[]) => list.map((pick) => pick.item.id).join('')

test('a rated card keeps its place and shows its new state', () => {
  const after = arrange(picks('abcd'), picks('b', 9), picks('dcae'))
  expect(ids(after)).toBe('dbcae')
  expect(after[1]?.mine).toBe(9)
})

test('without rated cards the new order is taken as it is', () => {
  expect(ids(arrange(picks('abc'), [], picks('cab')))).toBe('cab')
})

test('what is no longer picked goes, what is new comes', () => {
  expect(ids(arrange(picks('abcd'), picks('a'), picks('cx')))).toBe('acx')
})

test('an item is never shown twice', () => {
  expect(ids(arrange(picks('ab'), picks('b'), picks('bca')))).toBe('cba')
  expect(ids(unique(picks('abacb')))).toBe('abc')
})

test('a list longer than what was asked for keeps its length', () => {
  expect(ids(continued(picks('dx'), picks('abcd'), 4))).toBe('dxab')
  expect(ids(arrange(picks('abcd'), picks('b', 9), continued(picks('dx'), picks('acd'), 3)))).toBe('dbxa')
})
