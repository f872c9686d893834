// What can be put right is what has a name: names, wishes, the others of the house, likenesses; no level and no content.
import { expect, test } from 'vitest'
import { reasons } from '../../pwa/src/lib/taste/corrections'
import type { Why } from '../../pwa/src/lib/nouns'

const part = (name: string) => ({ name, says: name, value: 0.5 })

test('only what can be named is offered, and less only of what is a sort', () => {
  const names = ['start', 'level', 'content', 'near', 'creator:Vivian: Maier', 'tag:sea', 'facts', 'wish:no jazz', 'less', 'household']
  const why = { parts: names.map(part), neighbours: [{ item: { id: 'a1', title: 'Dog 1' }, rating: 9, value: 0.4 }] }
  expect(reasons(why as unknown as Why).map(({ name, less }) => [name, less])).toEqual([
    ['creator:Vivian: Maier', true],
    ['tag:sea', true],
    ['wish:no jazz', true],
    ['household', false],
    ['item:a1', false],
  ])
})
