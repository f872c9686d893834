// What comes next: seen, hastened, taken out and put back, and what was taken out is noted once.
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { audit } from './audit'
import { browse, comeIn, embedded, House } from './house'

const house = new House()
let browser: BrowserContext
let page: Page

const sheet = () => page.getByRole('dialog', { name: 'Coming up' })
const titles = () => sheet().getByRole('listitem').locator('b').allInnerTexts()
type Noted = { types: { type: string; kinds: { noted: number }[] }[] }

async function removals(): Promise<number> {
  const told = (await page.evaluate(async () => (await fetch('/api/taste/signals')).json())) as Noted
  const of = told.types.find((one) => one.type === 'removed')
  return (of?.kinds ?? []).reduce((sum, kind) => sum + kind.noted, 0)
}

beforeAll(async () => {
  house.furnish([12, 2, 2])
  await house.start()
  browser = await browse(house)
  page = await browser.newPage()
  await comeIn(page, house, await house.code(), 'Ada')
  await house.until(async () => (await page.evaluate(async () => (await (await fetch('/api/items?kind=music&sort=title')).json()).picks.length)) === 12)
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await house.away()
})

test('what comes next is taken out by a tap, put back by another, and noted', async () => {
  await page.goto(`${house.address}/library?kind=music&sort=title`)
  await page.locator('a[href^="/item/"]').first().click()
  await page.getByRole('button', { name: 'Play', exact: true }).first().click()
  await page.getByRole('button', { name: 'Coming up' }).first().click()
  const all = await titles()
  expect(all.length).toBeGreaterThan(2)
  expect(await audit(page)).toEqual([])
  await sheet().getByRole('button', { name: `Take ${all[1]} out` }).click()
  await expect.poll(titles).toEqual(all.filter((_, n) => n !== 1))
  await expect.poll(removals).toBe(1)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(titles).toEqual(all)
  await expect.poll(removals).toBe(0)
  await sheet().getByRole('button', { name: `Play ${all[2]} next` }).click()
  await expect.poll(titles).toEqual([all[2], all[0], all[1], ...all.slice(3)])
  await sheet().getByRole('button', { name: new RegExp(`^Go on with ${all[0]}`) }).click()
  await expect.poll(titles).toEqual([all[1], ...all.slice(3)])
})

test('a station plays on from a track, never the same twice, until all was played', async () => {
  await embedded(page, house, 16)
  await page.goto(`${house.address}/library/music?sort=title`)
  const first = page.getByRole('button', { name: /^More for / }).first()
  const seed = ((await first.getAttribute('aria-label')) ?? '').replace('More for ', '')
  await first.click()
  await page.getByRole('button', { name: 'Play on like this' }).click()
  const mini = page.getByRole('region', { name: 'Now playing' })
  await expect.poll(() => mini.getByText(seed, { exact: true }).count()).toBe(1)
  await mini.getByRole('button', { name: /show the player/i }).click()
  await page.getByText(`Plays on without end: like ${seed}.`).waitFor()
  await page.getByRole('button', { name: 'Coming up' }).and(page.locator(':visible')).last().click()
  await expect.poll(async () => (await titles()).length).toBe(11)
  expect(new Set([seed, ...(await titles())]).size).toBe(12)
  await page.goto(`${house.address}/playlists`)
  await page.getByRole('button', { name: 'Play my best' }).click()
  await expect.poll(() => page.evaluate(() => [...document.querySelectorAll('audio')].some((sound) => !sound.paused))).toBe(true)
})
