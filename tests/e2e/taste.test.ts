// The page of one's taste as a whole: before any rating, after ten by keys alone, after a killed house, and without it.
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { audit } from './audit'
import { browse, comeIn, embedded, House } from './house'

const house = new House()
let browser: BrowserContext
let page: Page

const OPEN = ['What I know so far', 'How well I foretell you', 'In your own words', 'What you go by', 'What you put right', 'How you use the numbers', 'Then and now']
const part = (name: string) => page.getByRole('region', { name, exact: true })
const fold = (name: string) => page.locator('summary').filter({ hasText: name })
const rated = async () => Number(await page.evaluate(async () => (await (await fetch('/api/items?rated=yes&limit=100')).json()).picks.length))

async function taste(): Promise<void> {
  await page.goto(`${house.address}/taste/image`)
  await part('Then and now').getByText(/\w/).nth(1).waitFor()
}

/** What each open part says, once nothing is awaited any more. */
async function said(): Promise<string[]> {
  await expect.poll(() => page.locator('main [aria-busy=true]').count()).toBe(0)
  return Promise.all(OPEN.map((name) => part(name).innerText()))
}

beforeAll(async () => {
  house.furnish([2, 24, 2])
  await house.start()
  browser = await browse(house)
  page = await browser.newPage()
  await comeIn(page, house, await house.code(), 'Ada')
  await embedded(page, house, 28)
  await page.evaluate(() => navigator.serviceWorker.ready)
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await house.away()
})

test('who has rated nothing reads in each part what it waits for', async () => {
  await taste()
  const [stands, foretold, , by, right, scale, then] = await said()
  expect(stands).toMatch(/Rate 5 more pictures/)
  expect(foretold).toMatch(/Rate 10 more pictures/)
  expect(by).toMatch(/Rate \d+ more pictures/)
  expect(right).toMatch(/Nothing so far/)
  expect(scale).toMatch(/You rated no pictures yet/)
  expect(then).toMatch(/Rate \d+ more pictures/)
  await fold('Whom I listen to').click()
  await part('Whom I listen to').getByText('Before I see a rating of yours I guess it').waitFor()
  await fold('A second opinion').click()
  await part('A second opinion').getByText(/A second opinion needs \d+ ratings|the extra /).waitFor()
  expect(await audit(page)).toEqual([])
})

test('ten ratings and a walk over the page need no more than keys', async () => {
  await page.goto(`${house.address}/teach`)
  await page.getByRole('button', { name: 'Pictures', exact: true }).click()
  for (let n = 0; n < 10; n++) {
    const title = await page.getByRole('heading', { level: 2 }).innerText()
    await page.keyboard.press(String(n % 2 ? 2 + (n % 3) : 7 + (n % 3)))
    await expect.poll(() => page.getByRole('heading', { level: 2 }).innerText()).not.toBe(title)
  }
  await house.until(async () => (await rated()) === 10)
  await taste()
  await expect.poll(() => part('How well I foretell you').innerText()).toMatch(/of 100 .*pairs/)
  await part('How well I foretell you').getByRole('img', { name: /Pairs right over your ratings/ }).waitFor()
  await page.locator('#main').focus()
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '')
  for (let n = 0; n < 60 && (await focused()) !== 'Whom I listen to'; n++) await page.keyboard.press('Tab')
  expect(await focused()).toBe('Whom I listen to')
  expect(await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle)).not.toBe('none')
  await page.keyboard.press('Enter')
  await part('Whom I listen to').getByRole('listitem').first().waitFor()
})

test('a house that was killed comes back with the same taste', async () => {
  const before = await said()
  await house.end('SIGKILL')
  await house.start()
  await taste()
  await expect.poll(said, { timeout: 10_000 }).toEqual(before)
})

test('without the house the parts show what they last said; what was never opened says that it needs the house', async () => {
  await taste()
  const before = await said()
  await fold('A second opinion').click()
  await part('A second opinion').getByText(/A second opinion needs \d+ ratings|the extra /).waitFor()
  await house.end('SIGTERM')
  await taste()
  await page.getByText('Shown from memory: the house is out of reach.').first().waitFor()
  const without = (lines: string[]) => lines.map((one) => one.replace(/\s*Shown from memory: the house is out of reach\./, ''))
  await expect.poll(async () => without(await said()), { timeout: 10_000 }).toEqual(before)
  await fold('A second opinion').click()
  await part('A second opinion').getByText(/A second opinion needs \d+ ratings|the extra /).waitFor()
  await fold('Take it with you').click()
  const needs = part('Take it with you').getByRole('alert')
  await expect.poll(() => needs.innerText()).toMatch(/needs the house, which is out of reach/)
  expect(await audit(page)).toEqual([])
  await house.start()
  await needs.getByRole('button', { name: 'Try again' }).click()
  const save = part('Take it with you').getByRole('button', { name: 'Save my taste' })
  await save.waitFor()
  // Its styles came with it, though they had failed once.
  expect(await save.evaluate((one) => getComputedStyle(one.parentElement!).display)).toBe('flex')
})

test('a part that a newer app no longer has offers to load the app anew, on the place where one was', async () => {
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.unregister())
  await page.route(/assets\/Sharing-/, (route) => route.fulfill({ status: 404 }))
  await taste()
  await fold('You and the others here').click()
  const away = part('You and the others here').getByRole('alert')
  await away.getByRole('button', { name: 'Try again' }).click()
  await page.unroute(/assets\/Sharing-/)
  await away.getByRole('button', { name: 'Load the app anew' }).click()
  await fold('You and the others here').click()
  await part('You and the others here').getByRole('switch').first().waitFor()
  expect(page.url()).toMatch(/\/taste\/image$/)
})
