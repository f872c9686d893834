// Of what was noted that is shown which there is something to say of.
import { expect, test } from 'vitest'
import { told, type Ledger } from '../../pwa/src/lib/taste/signals.svelte'

const kind = (noted: number, learned = false) => ({ kind: 'music', noted, learned, weight: 0, effect: null, says: '' })
const type = (name: string, used: boolean, ...kinds: object[]) => ({ type: name, title: name, used, kinds })

test('types without a trace are left out, unless they are switched off', () => {
  const ledger = {
    used: true,
    types: [
      type('finished', true, kind(0), kind(3)),
      type('skipped', true, kind(0)),
      type('again', true),
      type('dwelt', true, kind(0, true)),
      type('removed', false),
    ],
  } as Ledger
  expect(told(ledger).map((one) => one.type)).toEqual(['finished', 'dwelt', 'removed'])
})
