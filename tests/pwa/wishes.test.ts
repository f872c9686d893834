// One wish is taken back by saying the others again.
import { expect, test } from 'vitest'
import { without, type WishOut } from '../../pwa/src/lib/taste/words.svelte'

const wish = (written: string) => ({ written, wanted: true, stands: [] }) as WishOut

test('what is left are the other wishes, as they were written and in their order', () => {
  const all = ['long reads on biology', 'no gossip', 'no sports'].map(wish)
  expect(without(all, all[1]!)).toBe('long reads on biology; no sports')
  expect(without(all.slice(0, 1), all[0]!)).toBe('')
})
