// From an item one can walk on along the list it was opened from.
import { expect, test, vi } from 'vitest'
import type { Pick } from '../../pwa/src/lib/nouns'

vi.stubGlobal('location', { href: 'http://house/' })
const { along, stepFrom, walk, walkIn } = await import('../../pwa/src/lib/trail')
const list = [...'abc'].map((id) => ({ item: { id } }) as Pick)

test('the neighbours are those of the list', () => {
  walkIn(() => list)
  expect([stepFrom('b', -1), stepFrom('b', 1)]).toEqual(['a', 'c'])
})

test('at its ends, and outside of it, there is nowhere to go', () => {
  walkIn(() => list)
  expect([stepFrom('a', -1), stepFrom('c', 1), stepFrom('x', 1)]).toEqual([null, null, null])
  expect(walk('c', 1)).toBe(false)
})

test('a list that has grown since is walked to its new end', () => {
  const growing = [...list]
  walkIn(() => growing)
  growing.push({ item: { id: 'd' } } as Pick)
  expect(stepFrom('c', 1)).toBe('d')
})

test('a track is played along the list it was opened from, and by itself outside of it', () => {
  walkIn(() => list)
  expect(along('b').map((item) => item.id)).toEqual(['a', 'b', 'c'])
  expect(along('x')).toEqual([])
})
