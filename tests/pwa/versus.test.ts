// This or that: one tap is one event that names both, and its undo names the event.
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { db } from '../../pwa/src/lib/db'
import { notices } from '../../pwa/src/lib/notice.svelte'
import type { Pick } from '../../pwa/src/lib/nouns'
import { Versus } from '../../pwa/src/lib/taste/versus.svelte'
import { erase } from './erase'

const pick = (id: string) => ({ item: { id, title: id }, score: null, mine: null, reason: '' }) as unknown as Pick
let answer: unknown

beforeEach(() => {
  answer = { picks: [pick('one'), pick('two')] }
  vi.stubGlobal('fetch', async () => {
    if (answer === null) throw new TypeError('no network')
    return Response.json(answer)
  })
})
afterEach(async () => {
  vi.unstubAllGlobals()
  await erase()
})

async function ready(): Promise<Versus> {
  const versus = new Versus(6)
  await versus.load('image')
  return versus
}

const said = async () => (await (await db()).getAll('outbox')).map(({ kind, item, target, value }) => ({ kind, item, target, value }))

test('it comes after the answer it was made ready for, and once', async () => {
  const versus = await ready()
  expect([versus.due(5), versus.due(6)]).toEqual([false, true])
  await versus.choose(versus.two[0] ?? null)
  expect(versus.due(6)).toBe(false)
})

test('the tapped one is the better one, whichever side it is on', async () => {
  const versus = await ready()
  await versus.choose(versus.two[1] ?? null)
  expect(notices.current?.text).toContain('“two” rather than “one”')
  expect(await said()).toEqual([{ kind: 'pair', item: 'two', target: 'one', value: 1 }])
})

test('who cannot say has said so', async () => {
  const versus = await ready()
  await versus.choose(null)
  expect(await said()).toEqual([{ kind: 'pair', item: 'one', target: 'two', value: 0 }])
})

test('without the house, or without two, there is nothing to compare', async () => {
  answer = null
  expect((await ready()).due(6)).toBe(false)
  answer = { picks: [] }
  expect((await ready()).due(6)).toBe(false)
})
