// What goes out, as a person decides it: all off at first, a switch that holds, a machine at home by its name.
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { audit } from './audit'
import { browse, comeIn, House } from './house'

const house = new House()
let browser: BrowserContext
let page: Page

async function open(): Promise<void> {
  await page.goto(house.address)
  await page.getByRole('button', { name: /settings/i }).and(page.locator(':visible')).click()
  await page.getByRole('button', { name: 'See and decide' }).click()
  await page.getByRole('switch').first().waitFor()
}

const on = () => page.getByRole('switch', { checked: true }).evaluateAll((all) => all.map((one) => one.closest('label')?.innerText.split('\n')[0]))

beforeAll(async () => {
  await house.start([])
  browser = await browse(house)
  page = await browser.newPage()
  await comeIn(page, house, await house.code(), 'Ada')
  await page.getByRole('heading', { level: 1, name: /Good/ }).waitFor()
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await house.away()
})

test('a new house lets nothing out, and says that nothing left', async () => {
  await open()
  expect(await page.getByRole('switch').count()).toBe(5)
  expect(await on()).toEqual([])
  await page.getByText('Nothing has left this house.').waitFor()
  expect(await audit(page)).toEqual([])
})

test('a switch holds', async () => {
  await page.getByRole('switch', { name: /^Feeds/ }).click()
  await house.until(async () => house.rows("SELECT value FROM switches WHERE name = 'egress:feeds'")[0] === 'yes')
  await open()
  expect(await on()).toEqual(['Feeds and podcasts'])
})

test('a machine at home is allowed by its name, and what is none is refused in words', async () => {
  const field = page.getByLabel('Name or address of a machine at home')
  await field.fill('2130706433')
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.getByRole('alert').getByText('write four numbers').waitFor()
  await field.fill('NAS.local')
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.getByRole('button', { name: 'Forbid nas.local' }).click()
  await house.until(() => house.rows('SELECT name FROM local_hosts').length === 0)
})
