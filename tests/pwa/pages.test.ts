// Without a network the app shows what it last saw.
import 'fake-indexeddb/auto'
import { afterEach, expect, test } from 'vitest'
import { ApiError, Unreachable } from '../../pwa/src/lib/api'
import { page, pageSoon } from '../../pwa/src/lib/pages'
import { erase } from './erase'

const settled = () => new Promise((resolve) => setTimeout(resolve, 30))
const away = () => Promise.reject(new Unreachable())

afterEach(erase)

test('the last answer is given when the house cannot be reached, and is marked as old', async () => {
  expect(await page('home', async () => ['a'])).toEqual({ body: ['a'], stale: false })
  await settled()
  expect(await page('home', away)).toEqual({ body: ['a'], stale: true })
})

test('what was never seen cannot be shown', async () => {
  await expect(page('library', away)).rejects.toBeInstanceOf(Unreachable)
})

test('a refusal is not covered up by an old answer', async () => {
  await page('item', async () => 'old')
  await settled()
  await expect(page('item', () => Promise.reject(new ApiError(404, 'unknown', 'Gone.')))).rejects.toMatchObject({ status: 404 })
})

test('a slow answer is preceded by the last one', async () => {
  await page('home', async () => 'before')
  await settled()
  const shown: [string, boolean][] = []
  const slow = () => new Promise<string>((resolve) => setTimeout(resolve, 900, 'now'))
  await pageSoon('home', slow, ({ body, stale }) => shown.push([body, stale]))
  expect(shown).toEqual([['before', true], ['now', false]])
})

test('only the newest sixty answers are kept', async () => {
  for (let n = 0; n < 70; n++) {
    await page(`key-${n}`, async () => n)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  await settled()
  await expect(page('key-0', away)).rejects.toBeInstanceOf(Unreachable)
  expect((await page('key-69', away)).body).toBe(69)
})
