// Teach me on a phone: nine pictures at once, a stroke for a number, a way back, and how far it has come.
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { audit } from './audit'
import { browse, comeIn, embedded, House, rate } from './house'

const house = new House()
let browser: BrowserContext
let page: Page
type Listed = { picks: { item: { title: string }; mine: number }[] }

const rated = async () => {
  const { picks } = (await page.evaluate(async () => (await fetch('/api/items?sort=mine&limit=100')).json())) as Listed
  return Object.fromEntries(picks.map(({ item, mine }) => [item.title, mine]))
}
const nine = () => page.getByRole('group', { name: 'Pictures to rate' }).getByRole('button')
const titles = () => nine().evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''))

/** A finger strokes over the thing that is asked about. */
async function stroke(dx: number, dy: number): Promise<void> {
  const box = (await page.locator('.swiped').boundingBox())!
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  const touch = await browser.newCDPSession(page)
  const at = (share: number) => [{ x: x + dx * share, y: y + dy * share }]
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) })
  for (const share of [0.25, 0.5, 0.75, 1]) await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(share) })
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}

beforeAll(async () => {
  house.furnish([2, 40, 2])
  await house.start()
  browser = await browse(house)
  page = await browser.newPage()
  await comeIn(page, house, await house.code(), 'Ada')
  await embedded(page, house, 44)
}, 240_000)

afterAll(async () => {
  await browser?.close()
  await house.away()
})

test('pictures are rated nine at a time, several by one number, and undone by one tap', async () => {
  await page.goto(`${house.address}/teach`)
  await page.getByRole('button', { name: 'Nine pictures at once' }).click()
  await expect.poll(() => nine().count()).toBe(9)
  expect(await audit(page)).toEqual([])
  const before = await titles()
  await nine().nth(1).click()
  await nine().nth(4).click()
  await page.getByRole('radiogroup').getByRole('radio', { name: '9 of 10', exact: true }).click()
  await expect.poll(rated).toEqual({ [before[1]!]: 9, [before[4]!]: 9 })
  const after = await titles()
  expect(after.map((title, n) => title === before[n])).toEqual([true, false, true, true, false, true, true, true, true])
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(rated).toEqual({})
  await expect.poll(async () => (await titles()).filter((title) => title === before[1] || title === before[4]).length).toBe(2)
})

test('nine that are passed over make room for nine others', async () => {
  const before = await titles()
  await page.getByRole('button', { name: 'Others' }).click()
  await expect.poll(async () => (await titles()).filter((title) => before.includes(title)).length).toBe(0)
  await page.keyboard.press('g')
  await expect.poll(() => nine().count()).toBe(0)
})

test('a stroke gives its number, a stroke down asks something else', async () => {
  const shown = () => page.getByRole('main').getByRole('heading', { level: 2 }).innerText()
  await page.locator('.swiped').waitFor()
  const first = await shown()
  await stroke(180, 0)
  await expect.poll(rated).toEqual({ [first]: 8 })
  await expect.poll(shown).not.toBe(first)
  const second = await shown()
  await page.waitForTimeout(300)
  await stroke(0, 260)
  await expect.poll(shown).not.toBe(second)
  expect(await rated()).toEqual({ [first]: 8 })
})

test('how far it has come is told once there is ground for it', async () => {
  expect(await page.getByText(/picture pairs right now/).count()).toBe(0)
  await rate(page, 20)
  type Curve = { points: unknown[]; missing: number }
  const curve = async () => (await page.evaluate(async () => (await fetch('/api/taste/curve?kind=image')).json())) as Curve
  await expect.poll(async () => (await curve()).missing, { timeout: 20_000 }).toBe(0)
  await page.goto(`${house.address}/teach`)
  await page.getByRole('button', { name: 'Pictures', exact: true }).click()
  await page.getByText(/^I get \d+ of 100 picture pairs right now\.$/).waitFor()
  expect(await audit(page)).toEqual([])
})
