// A second opinion: without what learning needs the page says what it would gain; one that is there speaks, and steps back.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { audit } from './audit'
import { browse, comeIn, embedded, House, rate } from './house'

const ROOT = new URL('../..', import.meta.url).pathname
const house = new House()
let browser: BrowserContext
let page: Page

const part = (name: string) => page.getByRole('region', { name, exact: true })
const heads = () => part('A second opinion').getByRole('listitem')
/** Whom the page says it listens to, asked anew. */
async function trusted(): Promise<string> {
  await unfold('Whom I listen to')
  return part('Whom I listen to').innerText()
}

async function unfold(name: string): Promise<void> {
  await page.goto(`${house.address}/taste/image`)
  const summary = page.locator('summary').filter({ hasText: name })
  await summary.evaluate((one) => (one.parentElement as HTMLDetailsElement).open || (one as HTMLElement).click())
  await part(name).getByText(/\w/).first().waitFor()
  await expect.poll(() => part(name).locator('[aria-busy=true]').count()).toBe(0)
}

beforeAll(async () => {
  house.furnish([2, 60, 2])
  await house.start()
  browser = await browse(house)
  page = await browser.newPage()
  await comeIn(page, house, await house.code(), 'Ada')
  await embedded(page, house, 64)
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await house.away()
})

test('without what learning needs the page says what could be had, and how', async () => {
  await rate(page, 40)
  await unfold('A second opinion')
  await part('A second opinion').getByText(/needs 50 ratings to learn from; there are \d+/).waitFor()
  await rate(page, 12)
  await unfold('A second opinion')
  await part('A second opinion').getByText(/With the extra `train` .* pip install/).waitFor()
  expect(await part('A second opinion').getByRole('button', { name: 'Form one now' }).count()).toBe(0)
  expect(await audit(page)).toEqual([])
})

test('one that was formed says what it was formed from and how it did, and is heard', async () => {
  await house.end('SIGTERM')
  execFileSync(join(ROOT, '.venv/bin/python'), [join(ROOT, 'tests/e2e/put_heads.py'), join(house.folder, 'data')], {
    env: { ...process.env, PYTHONPATH: `${ROOT}:${join(ROOT, 'server')}` },
  })
  await house.start()
  await unfold('A second opinion')
  await expect.poll(() => heads().count()).toBe(2)
  const [last, first] = await heads().allInnerTexts()
  expect(last).toMatch(/In use/)
  expect(last).toMatch(/From 12 ratings of 1 person, in 21 seconds/)
  expect(first).not.toMatch(/In use/)
  await expect.poll(trusted).toMatch(/second opinion/)
  await part('Whom I listen to').getByRole('img', { name: /How I came to trust each of them, over \d+ ratings/ }).waitFor()
  expect(await audit(page)).toEqual([])
})

test('one step back is one click, and one that is removed speaks no more', async () => {
  await unfold('A second opinion')
  await heads().nth(1).getByRole('button', { name: 'Use this one' }).click()
  await expect.poll(() => heads().nth(1).innerText()).toMatch(/In use/)
  expect(await heads().nth(0).innerText()).not.toMatch(/In use/)
  for (let left = 1; left >= 0; left--) {
    await heads().first().getByRole('button', { name: /^Remove/ }).click()
    await heads().first().getByRole('button', { name: 'Remove', exact: true }).click()
    await expect.poll(() => heads().count()).toBe(left)
  }
  await expect.poll(trusted).not.toMatch(/second opinion/)
})
