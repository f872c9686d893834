// How the house chooses is set once for a person, said in words, and refused plainly while the house is away.
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { home } from '../../pwa/src/lib/home.svelte'
import { fitting } from '../../pwa/src/lib/orders'
import { session } from '../../pwa/src/lib/session.svelte'
import { fromSlider, said, steer, type Told, toSlider, USUAL } from '../../pwa/src/lib/steer.svelte'
import { erase } from './erase'

const pick = (id: string) => ({ item: { id, kind: 'image', title: id, cover: '' }, score: null, mine: null, reason: '' })
const ids = () => home.picks.map((one) => one.item.id).join('')
const until = async (true_: () => boolean) => vi.waitFor(() => expect(true_()).toBe(true))

/** A house that keeps how it is asked to choose, and turns its list round when asked to be daring. */
class House {
  controls: Told = USUAL
  asked: URL[] = []
  away = false
  refuses = false

  fetch = async (path: string, init: RequestInit): Promise<Response> => {
    if (this.away) throw new TypeError('no network')
    const url = new URL(path, 'http://house')
    this.asked.push(url)
    if (url.pathname === '/api/feed/controls') return this.#controls(init)
    if (url.pathname === '/api/items') return Response.json({ picks: ['x', 'y'].map(pick), next: url.searchParams.get('after') ? null : 'mark' })
    const order = this.controls.discovery ? 'cba' : 'abc'
    return Response.json({ picks: [...order].map(pick), kept: [], next: null, evidence: [] })
  }

  #controls(init: RequestInit): Response {
    if (this.refuses) return Response.json({ code: 'bad_value', detail: 'Discovery is 0 to 1, not 2.' }, { status: 400 })
    if (init.method === 'PUT') this.controls = JSON.parse(String(init.body))
    return Response.json(this.controls)
  }
}

let house: House

beforeEach(async () => {
  house = new House()
  vi.stubGlobal('fetch', house.fetch)
  vi.stubGlobal('navigator', {})
  session.who = { person: { id: 1, name: 'Ada' }, device: { id: 1, name: 'phone' } } as never
  home.plain = null
  await home.load('')
  await steer.load()
})
afterEach(async () => {
  vi.unstubAllGlobals()
  await erase()
})

describe('what is set', () => {
  test('is kept by the house, and the list is chosen by it at once', async () => {
    expect(ids()).toBe('abc')
    await steer.set({ discovery: 0.5 })
    expect(house.controls).toEqual({ ...USUAL, discovery: 0.5 })
    expect(ids()).toBe('cba')
    await steer.set(USUAL)
    expect(ids()).toBe('abc')
  })

  test('goes back to what it was while the house is out of reach, and says so', async () => {
    await steer.set({ minutes: 20 })
    house.away = true
    await steer.set({ minutes: 40 })
    expect(steer.told.minutes).toBe(20)
    expect(steer.trouble).toBe('The house is out of reach. Nothing was changed.')
    house.away = false
    await steer.set({ minutes: 60 })
    expect([steer.told.minutes, steer.trouble]).toEqual([60, ''])
  })

  test('is refused in the words of the house', async () => {
    house.refuses = true
    await steer.set({ discovery: 2 })
    expect([steer.told.discovery, steer.trouble]).toEqual([0, 'Discovery is 0 to 1, not 2. Nothing was changed.'])
  })

  test('is shown from memory without a network', async () => {
    await steer.set({ variety: 1 })
    await steer.load()
    house.away = true
    await steer.load()
    expect([steer.told.variety, steer.stale, steer.state]).toEqual([1, true, 'ready'])
  })

  test('on another device turns the list here too, and only then', async () => {
    const before = house.asked.length
    await steer.load()
    expect(house.asked.slice(before).map((url) => url.pathname)).toEqual(['/api/feed/controls'])
    house.controls = { ...USUAL, discovery: 1 }
    await steer.load()
    await until(() => ids() === 'cba')
    expect(steer.told.discovery).toBe(1)
  })
})

describe('a plain order', () => {
  test('takes the place of the picks, page by page, and a rating leaves it as it is', async () => {
    await steer.order('oldest')
    expect([ids(), home.plain?.name, home.next]).toEqual(['xy', 'Oldest first', 'mark'])
    await home.more()
    const last = house.asked.at(-1)?.searchParams
    expect([last?.get('sort'), last?.get('after'), last?.get('limit')]).toEqual(['oldest', 'mark', '20'])
    const before = house.asked.length
    await home.rerank()
    expect(house.asked.length).toBe(before)
    await steer.order('')
    expect([ids(), home.plain]).toEqual(['abc', null])
  })

  test('by chance is the same over all its pages', async () => {
    await steer.order('random')
    await home.more()
    const seeds = house.asked.filter((url) => url.pathname === '/api/items').map((url) => url.searchParams.get('seed'))
    expect(seeds.length).toBe(2)
    expect(seeds[0]).toMatch(/^\d+$/)
    expect(seeds[0]).toBe(seeds[1])
  })

  test('ends when a surprise is asked for', async () => {
    await steer.order('newest')
    await home.surprise(true)
    expect([home.plain, ids()]).toEqual([null, 'abc'])
    await home.surprise(false)
  })
})

test.each<[Partial<Told>, string]>([
  [{}, ''],
  [{ temperature: 5, seed: 3 }, ''],
  [{ minutes: 20, discovery: 0.3 }, '20 minutes · more to find out'],
  [{ familiarity: -0.5 }, 'More you never heard'],
  [{ familiarity: 0.5, recency: 1 }, 'Old favourites too · what came lately first'],
  [{ variety: 0.9 }, 'More variety'],
  [{ variety: 0 }, 'More of the same'],
])('%o is said as “%s”', (change, line) => expect(said({ ...USUAL, ...change })).toBe(line))

test('the usual temperature lies in the middle of its slider, and every place comes back', () => {
  expect([toSlider(1), fromSlider(0.5), fromSlider(0), fromSlider(1)]).toEqual([0.5, 1, 0.1, 10])
  for (const place of [0, 0.25, 0.7, 1]) expect(toSlider(fromSlider(place))).toBeCloseTo(place, 2)
  expect([toSlider(0.01), toSlider(100)]).toEqual([0, 1])
})

test('pictures are not sorted by a length they do not have', () => {
  const names = (kind: 'image' | 'music') => fitting(kind).map(([sort]) => sort)
  expect(names('music')).toContain('longest')
  expect(names('image')).not.toContain('longest')
  expect(names('image')).toContain('oldest')
})
