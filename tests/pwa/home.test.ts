// A rating moves the list on the screen, and the screen believes the house again once the house has the rating.
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { db } from '../../pwa/src/lib/db'
import { home } from '../../pwa/src/lib/home.svelte'
import { Opened } from '../../pwa/src/lib/item.svelte'
import { remember } from '../../pwa/src/lib/known'
import { notices } from '../../pwa/src/lib/notice.svelte'
import type { EventIn, Pick, Score } from '../../pwa/src/lib/nouns'
import { ratings } from '../../pwa/src/lib/ratings.svelte'
import { session } from '../../pwa/src/lib/session.svelte'
import { erase } from './erase'

const ADA = { person: { id: 1, name: 'Ada' }, device: { id: 1, name: 'phone' } }
const score = (mean: number): Score => ({ mean, low: mean - 1, high: mean + 1 })
const pick = (id: string, mine: number | null = null, reason = ''): Pick =>
  ({ item: { id, kind: 'image', title: id, cover: '' }, score: score(5), mine, reason }) as Pick
const ids = () => home.picks.map((one) => one.item.id).join('')

/** A house that ranks by a line of letters, leaves out what is rated, and answers events as ours does. */
class House {
  order = 'abcdef'
  most = 60
  mine = new Map<string, number>()
  asked: URL[] = []
  reason = ''
  away = false
  scores: Record<string, Score> = {}

  fetch = async (path: string, init: RequestInit): Promise<Response> => {
    if (this.away) throw new TypeError('no network')
    const url = new URL(path, 'http://house')
    this.asked.push(url)
    if (url.pathname === '/api/events') return this.#events(JSON.parse(String(init.body)).events)
    if (url.pathname.startsWith('/api/items/'))
      return Response.json({ pick: pick(url.pathname.slice(11), null, this.reason), tags: [], places: [] })
    const keep = (url.searchParams.get('keep') ?? '').split(',').filter(Boolean)
    const mark = url.searchParams.get('after')
    const after = mark ? this.order.indexOf(mark) + 1 : 0
    const limit = Math.min(this.most, Number(url.searchParams.get('limit')))
    const open = [...this.order].slice(after).filter((id) => !this.mine.has(id))
    const told = open.slice(0, limit)
    const next = open.length > told.length ? told.at(-1) : null
    const kept = keep.map((id) => pick(id, this.mine.get(id) ?? null))
    return Response.json({ picks: told.map((id) => pick(id)), kept, next, evidence: [] })
  }

  #events(events: EventIn[]): Response {
    for (const { kind, item, value } of events)
      if (kind === 'rating') this.mine.set(item ?? '', value ?? 0)
      else if (kind === 'clear') this.mine.delete(item ?? '')
    return Response.json({ accepted: events.map((event) => event.uuid), refused: [], scores: this.scores })
  }
}

let house: House
const until = async (true_: () => boolean) => vi.waitFor(() => expect(true_()).toBe(true))
const first = () => home.picks[0] as Pick

beforeEach(async () => {
  house = new House()
  vi.stubGlobal('fetch', house.fetch)
  vi.stubGlobal('navigator', {})
  session.who = ADA as never
  await home.load('')
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  notices.clear()
  await erase()
})

describe('a rating', () => {
  test('moves the list without a word from the person, and what was rated stays where it is', async () => {
    expect(ids()).toBe('abcdef')
    house.order = 'fedcba'
    await ratings.give(home.picks[2] as Pick, 9)
    await until(() => ids() === 'fecdba')
    expect(ratings.of(home.picks[2] as Pick)).toBe(9)
  })

  test('does not shorten a list longer than what is asked for at once', async () => {
    house.order = [...Array(90).keys()].map((n) => String.fromCharCode(0x4e00 + n)).join('')
    await home.load('')
    for (let n = 0; n < 4; n++) await home.more()
    const before = home.picks.map((one) => one.item.id)
    expect(before).toHaveLength(90)
    house.order = [...house.order].reverse().join('')
    await ratings.give(first(), 2)
    await until(() => home.picks[1]?.item.id === before[89])
    expect(home.picks).toHaveLength(90)
    expect(new Set(home.picks.map((one) => one.item.id)).size).toBe(90)
    expect(first().item.id).toBe(before[0])
  })

  test('that is given while the list is on its way is not overtaken by it', async () => {
    house.order = 'bacdef'
    const loading = home.load('')
    await ratings.give(pick('a'), 7)
    await loading
    expect(ratings.of(pick('a'))).toBe(7)
  })
})

describe('what the house says', () => {
  test('counts again once it has heard of the rating, and not before', async () => {
    house.scores = { x: score(8) }
    const asked = ratings.mark()
    await ratings.give(pick('x'), 7)
    ratings.settle([pick('x', 3)], ratings.mark())
    expect(ratings.of(pick('x', 3))).toBe(7)
    await until(() => ratings.expected(pick('x'))?.mean === 8)
    ratings.settle([pick('x', 3)], asked)
    expect([ratings.of(pick('x', 3)), ratings.expected(pick('x'))?.mean]).toEqual([7, 8])
    ratings.settle([pick('x', 3)], ratings.mark())
    expect([ratings.of(pick('x', 3)), ratings.expected(pick('x'))?.mean]).toEqual([3, 5])
  })

  test('does not count while the rating waits for a network', async () => {
    house.away = true
    await ratings.give(pick('b'), 6)
    ratings.settle([pick('b', null)], ratings.mark())
    expect(ratings.of(pick('b', null))).toBe(6)
    house.away = false
    await ratings.outbox.flush()
    await until(() => house.mine.get('b') === 6)
  })
})

describe('a device that can keep nothing', () => {
  beforeEach(async () => {
    const open = await db()
    vi.spyOn(open, 'transaction').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError')
    })
  })

  test('does not leave a rating on the screen that nobody will ever hear of', async () => {
    const steps: (number | null)[] = []
    const stop = ratings.onChange(({ value }) => steps.push(value))
    await ratings.give(pick('c'), 9)
    stop()
    expect(steps).toEqual([9, null])
    expect(ratings.of(pick('c'))).toBe(null)
    expect(notices.current?.text).toContain('could not keep it')
    await ratings.undo()
    expect(ratings.of(pick('c'))).toBe(null)
  })

  test('keeps the rating that was there before', async () => {
    await ratings.give(pick('d', 4), 9)
    expect(ratings.of(pick('d', 4))).toBe(4)
  })
})

describe('the page of an item', () => {
  test('keeps the reason for which it stood in the list', async () => {
    remember([pick('e', null, 'Like “sea”.')])
    const opened = new Opened('e')
    house.reason = ''
    await opened.load()
    expect(opened.pick?.reason).toBe('Like “sea”.')
  })

  test('opened by its address has the reason that the house gives', async () => {
    house.reason = 'New here.'
    const opened = new Opened('z')
    await opened.load()
    expect(opened.pick?.reason).toBe('New here.')
  })
})
