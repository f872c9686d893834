// Saving pages: what another app shared, what is said of it, and what waits on the device for the house.
import { beforeEach, expect, test, vi } from 'vitest'
import type { PageOut } from '../../pwa/src/lib/nouns'
import { Saving, bookmarklet, shared, standing } from '../../pwa/src/saving/saving.svelte'

const PAGE: PageOut = { id: 1, address: 'https://a.example/1', state: 'kept', problem: '', note: '', item: null, engine: 'usual', saved_at: 0, due_at: null }
const kept = new Map<string, string>()

/** The house answers so, or not at all. */
function answering(...bodies: unknown[]): string[] {
  const asked: string[] = []
  vi.stubGlobal('fetch', async (path: string, { method, body }: { method: string; body?: string }) => {
    asked.push(`${method} ${path} ${body ?? ''}`.trim())
    const next = bodies.shift()
    if (next === undefined) throw new TypeError('no network')
    return new Response(JSON.stringify(next), { status: 200 })
  })
  return asked
}

beforeEach(() => {
  kept.clear()
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) })
})

test.each([
  ['url=https%3A%2F%2Fa.example%2F&title=A', 'https://a.example/'],
  ['text=Look%3A+https%3A%2F%2Fa.example%2F&title=A', 'Look: https://a.example/'],
  ['title=https%3A%2F%2Fa.example%2F', 'https://a.example/'],
  ['title=A+title', 'A title'],
  ['', ''],
])('what was shared as %s is %s', (query, text) => {
  expect(shared(query)).toBe(text)
  expect(shared(query)).toBe(text) // the same each time
})

test('how a page is, in words', () => {
  const words = (change: Partial<PageOut>) => standing({ ...PAGE, ...change }, 1000)
  expect(words({})).toBe('Kept')
  expect(words({ note: 'Half.' })).toBe('Half.')
  expect(words({ state: 'failed', problem: 'Gone.' })).toBe('Gone.')
  expect(words({ state: 'off' })).toMatch(/allows/)
  expect(words({ state: 'waiting' })).toBe('On the way')
  expect(words({ state: 'trying', problem: 'It broke.', due_at: 1900 })).toBe('It broke. Tried again in 15 min.')
  expect(words({ state: 'trying', problem: 'It broke.', due_at: 87_400 })).toBe('It broke. Tried again in 24 h.')
})

test('what came of saving is told with each refusal', async () => {
  const saving = new Saving()
  const one = (state: string, problem = '') => ({ address: 'x', state, page: null, problem })
  const asked = answering({ wanted: [one('new'), one('again'), one('there'), one('refused', 'No address.')], off: true })
  expect(await saving.save('https://a.example/')).toBe(true)
  expect(asked).toEqual(['POST /api/pages {"text":"https://a.example/"}'])
  expect(saving.said).toBe('2 pages are on the way. One was here already. x: No address.')
  expect(saving.off).toBe(true)
})

test('out of reach of the house an address waits on the device, and is handed over later', async () => {
  const saving = new Saving()
  answering()
  expect(await saving.save('https://a.example/1')).toBe(true)
  expect(await saving.save('https://a.example/1')).toBe(true)
  expect(saving.said).toMatch(/out of reach/)
  const later = new Saving()
  expect(later.waiting).toEqual(['https://a.example/1'])
  const asked = answering({ wanted: [{ address: 'x', state: 'new', page: 1, problem: '' }], off: false }, { pages: [PAGE], before: null })
  await later.flush()
  expect(asked).toEqual(['POST /api/pages {"text":"https://a.example/1"}', 'GET /api/pages'])
  expect([later.waiting, later.pages, new Saving().waiting]).toEqual([[], [PAGE], []])
  await later.flush()
  expect(asked).toHaveLength(2)
})

test('a text without an address does not wait, and a house that stays away loses nothing', async () => {
  const saving = new Saving()
  answering()
  expect(await saving.save('nothing in it')).toBe(false)
  expect(saving.trouble).toMatch(/out of reach/)
  await saving.save('https://a.example/2')
  await saving.flush()
  expect(new Saving().waiting).toEqual(['https://a.example/2'])
  kept.set('pages-waiting', '{oops')
  expect(new Saving().waiting).toEqual([])
})

test('the list goes on below its end', async () => {
  const saving = new Saving()
  const asked = answering({ pages: [{ ...PAGE, state: 'off' }], before: 7 }, { pages: [{ ...PAGE, id: 0 }], before: null })
  await saving.load()
  expect(saving.off).toBe(true)
  await saving.more()
  await saving.more()
  expect(saving.pages?.map((page) => page.id)).toEqual([1, 0])
  expect(asked.at(-1)).toBe('GET /api/pages?before=7')
})

test('the bookmark leads to the house', () => {
  expect(bookmarklet('https://house.local')).toBe("javascript:location.href='https://house.local/save?url='+encodeURIComponent(location.href)")
})
