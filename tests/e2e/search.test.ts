// The search page, on a phone and on a wide screen: by keys alone, with a picture, without a result, without the house.
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { audit } from './audit'
import { browse, comeIn, House } from './house'

const house = new House()
let browser: BrowserContext
let page: Page

type Listed = { picks: { item: { id: string; title: string } }[] }

async function ask<T>(path: string): Promise<T> {
  return page.evaluate(async (address) => (await fetch(address)).json(), path) as Promise<T>
}
const box = () => page.getByRole('searchbox', { name: 'Search everything' })
const results = () => page.locator('main li a[href^="/item/"]')
const status = () => page.getByRole('status').filter({ hasText: /result|Looking/ })

beforeAll(async () => {
  house.furnish([0, 6, 2])
  await house.start()
  browser = await browse(house)
  page = await browser.newPage()
  await page.goto(house.address)
  await comeIn(page, house, await house.code(), 'Ada')
  await house.until(async () => (await ask<Listed>('/api/items?kind=image')).picks.length === 6)
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await house.away()
})

test('the slash opens it, results come as one types, and the words are pointed at', async () => {
  await page.keyboard.press('/')
  await expect.poll(() => box().evaluate((one) => one === document.activeElement)).toBe(true)
  expect(await audit(page)).toEqual([])
  const [first] = (await ask<Listed>('/api/items?kind=image')).picks
  const word = first!.item.title.split(' ')[0]!
  await page.keyboard.type(word)
  await expect.poll(() => results().count()).toBeGreaterThan(0)
  expect((await page.locator('mark').first().innerText()).toLowerCase()).toContain(word.toLowerCase())
  await expect.poll(() => status().innerText()).toMatch(/result/)
  expect(new URL(page.url()).searchParams.get('q')).toBe(word)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await audit(page)).toEqual([])
  }
  await page.emulateMedia({ colorScheme: 'light' })
}, 60_000)

test('a result opens by keys, and Back brings the question and what was found', async () => {
  const [asked, count] = [await box().inputValue(), await results().count()]
  await results().first().focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => page.url()).toContain('/item/')
  await page.goBack()
  await expect.poll(() => box().inputValue()).toBe(asked)
  await expect.poll(() => results().count()).toBe(count)
  await box().fill('')
  await expect.poll(() => page.getByRole('button', { name: asked, exact: true }).count()).toBe(1)
}, 60_000)

test('nothing found is said; without the house the last answers stay', async () => {
  await box().fill('qqqxxx')
  await expect.poll(() => page.getByRole('heading', { name: 'Nothing found' }).count()).toBe(1)
  expect(await audit(page)).toEqual([])
  await browser.setOffline(true)
  await box().fill('something new')
  await expect.poll(() => page.getByRole('heading', { name: 'No answer' }).count()).toBe(1)
  await box().fill('qqqxxx')
  await expect.poll(() => page.getByText('from memory').count()).toBe(1)
  await browser.setOffline(false)
}, 60_000)
