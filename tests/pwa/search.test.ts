// The search box asks as the person types, keeps the last answers for when the house is away, and points at words.
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { session } from '../../pwa/src/lib/session.svelte'
import { parts } from '../../pwa/src/search/ranges'
import { asked, LARGEST_PICTURE, search } from '../../pwa/src/search/search.svelte'
import { erase } from './erase'

const hit = (id: string) => ({ pick: { item: { id, kind: 'image', title: id, cover: '' }, score: null, mine: null, reason: '' }, by: 'words', marked: [] })
const ids = () => search.hits.map((one) => one.pick.item.id).join('')

class House {
  asked: URL[] = []
  bodies: unknown[] = []
  away = false
  /** Answers wait until it is called. */
  later: (() => void) | null = null

  fetch = async (path: string, init: RequestInit): Promise<Response> => {
    if (this.away) throw new TypeError('no network')
    const url = new URL(path, 'http://house')
    this.asked.push(url)
    this.bodies.push(init.body)
    if (url.searchParams.get('q') === 'slow') await new Promise<void>((resolve) => (this.later = resolve))
    const q = url.searchParams.get('q') ?? 'p'
    return Response.json({ hits: [...q].map(hit), instead: '', notes: ['Pictures cannot be searched by meaning yet.'] })
  }
}
let house: House

beforeEach(() => {
  house = new House()
  vi.stubGlobal('fetch', house.fetch)
  vi.stubGlobal('navigator', {})
  session.who = { person: { id: 1, name: 'Ada' }, device: { id: 1, name: 'phone' } } as never
})
afterEach(async () => {
  vi.unstubAllGlobals()
  await search.find({})
  await erase()
})

test('years and minutes are said in the words of the house', () => {
  expect(asked({ q: 'a', from: '1999', to: '1999', shortest: '2', longest: '' })).toEqual({
    q: 'a',
    since: 915148800,
    until: 946684800,
    shortest: 120,
    longest: undefined,
  })
  expect(asked({ from: 'soon' }).since).toBeUndefined()
})

describe('an answer', () => {
  test('is shown with what could not be done; nothing asked shows nothing', async () => {
    await search.find({ q: 'ab', kind: 'image' })
    expect([ids(), search.notes.length, house.asked[0]?.search]).toEqual(['ab', 1, '?q=ab&kind=image'])
    await search.find({ q: 'ab', kind: 'image' })
    expect(house.asked.length).toBe(1)
    await search.find({})
    expect([search.state, search.hits.length]).toEqual(['empty', 0])
  })

  test('that comes late does not replace that of the newer question', async () => {
    const slow = search.find({ q: 'slow' })
    await vi.waitFor(() => expect(house.later).not.toBeNull())
    await search.find({ q: 'new' })
    house.later?.()
    await slow
    expect(ids()).toBe('new')
  })

  test('is remembered for when the house is away, and a new question then says so', async () => {
    await search.find({ q: 'ab' })
    await vi.waitFor(async () => {
      house.away = true
      await search.find({ q: 'x' })
      await search.find({ q: 'ab' })
      expect([search.state, search.stale, ids()]).toEqual(['ready', true, 'ab'])
    })
    await search.find({ q: 'cd' })
    expect([search.state, search.trouble]).toEqual(['failed', 'The house is out of reach.'])
  })
})

test('a picture goes as it is, one that is too large is refused here', async () => {
  const picture = new Blob(['bytes'])
  await search.like(picture)
  expect([house.bodies[0], ids()]).toEqual([picture, 'p'])
  await search.like({ size: LARGEST_PICTURE + 1 } as Blob)
  expect([house.asked.length, search.state]).toEqual([1, 'failed'])
})

test('what was looked for is kept on this device for this person, the latest first, until forgotten', async () => {
  for (const said of ['a', 'b', ' a ', '']) await search.note(said)
  await search.recall()
  expect(search.recent).toEqual(['a', 'b'])
  session.who = { person: { id: 2, name: 'Ben' }, device: { id: 1, name: 'phone' } } as never
  await search.recall()
  expect(search.recent).toEqual([])
  session.who = { person: { id: 1, name: 'Ada' }, device: { id: 1, name: 'phone' } } as never
  await search.forget()
  await search.recall()
  expect(search.recent).toEqual([])
})

test('words are pointed at by characters, not by halves of them', () => {
  expect(parts('💥 On rain', [[5, 9]])).toEqual([
    { text: '💥 On ', found: false },
    { text: 'rain', found: true },
  ])
  expect(parts('rain', [[0, 9]])).toEqual([{ text: 'rain', found: false }])
})
