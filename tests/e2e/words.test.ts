// Taste in words, and explanations put right: written, seen, called wrong, taken back, on a phone and on a wide screen.
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { audit } from './audit'
import { browse, comeIn, House } from './house'

const house = new House()
let browser: BrowserContext
let page: Page

type Stand = { kind: string; verdict: string; says: string }
type Told = { text: string; wishes: { written: string; stands: Stand[] }[] }
type Listed = { picks: { item: { id: string; collection: string } }[] }

async function ask<T>(path: string): Promise<T> {
  return page.evaluate(async (address) => (await fetch(address)).json(), path) as Promise<T>
}

const told = () => ask<Told>('/api/taste/words')
const corrected = async () => (await ask<{ says: string }[]>('/api/taste/corrections')).map((one) => one.says)
const wishes = () => page.getByRole('list', { name: 'Your wishes' })
const pictures = async () => (await ask<Listed>('/api/items?kind=image&limit=50')).picks.map((pick) => pick.item)

beforeAll(async () => {
  house.furnish([0, 16, 2])
  await house.start()
  browser = await browse(house)
  page = await browser.newPage()
  await page.goto(house.address)
  await comeIn(page, house, await house.code(), 'Ada')
  await house.until(async () => (await ask<{ kind: string; phi_version: number | null }[]>('/api/taste')).some((one) => one.kind === 'image' && one.phi_version !== null))
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await house.away()
})

test('what is written is shown wish by wish, says what it cannot do, and sorts before any rating', async () => {
  const [first] = await pictures()
  await page.goto(`${house.address}/taste`)
  await page.getByLabel('Your taste in your own words').fill(`${first!.collection}; no ⵣⵣⵣ`)
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect.poll(() => wishes().getByRole('listitem').count()).toBe(2)
  expect(await wishes().innerText()).toMatch(/In pictures I go by the name/)
  await house.until(async () => (await told()).wishes[1]!.stands.some((one) => /knows none of these words/.test(one.says)))
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await audit(page)).toEqual([])
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.getByRole('button', { name: 'Take back no ⵣⵣⵣ' }).click()
  await expect.poll(async () => (await told()).text).toBe(first!.collection)
  await expect.poll(() => wishes().getByRole('listitem').count()).toBe(1)
})

test('a reason is called wrong where it is read, undone at once, and taken back from the list', async () => {
  const [first] = await pictures()
  await page.goto(`${house.address}/item/${first!.id}`)
  await page.getByRole('button', { name: 'Why this' }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByText(`You wrote “${first!.collection}”`).first().waitFor()
  await sheet.getByRole('button', { name: 'Less like this' }).click()
  await house.until(async () => (await corrected()).some((says) => says.startsWith('Less like')))
  await sheet.getByRole('button', { name: 'Undo', exact: true }).click()
  await house.until(async () => (await corrected()).length === 0)
  await sheet.getByText('Is one of these reasons wrong?').click()
  expect(await audit(page)).toEqual([])
  await sheet.getByRole('button', { name: `Not a reason: You wrote “${first!.collection}”` }).click()
  await house.until(async () => (await corrected()).some((says) => says.includes('which you wrote')))
  await page.goto(`${house.address}/taste`)
  await page.getByRole('button', { name: /^Take back: No reason for me/ }).click()
  await house.until(async () => (await corrected()).length === 0)
  await page.getByText('Nothing so far. “Why this”').waitFor()
})

test('without the house the last words are shown, and what was written meanwhile is not lost', async () => {
  await page.goto(`${house.address}/taste`)
  await wishes().waitFor()
  await house.end('SIGTERM')
  await page.getByLabel('Your taste in your own words').fill('foggy mountains')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('alert').filter({ hasText: 'The house is out of reach.' }).waitFor()
  expect(await page.getByLabel('Your taste in your own words').inputValue()).toBe('foggy mountains')
  await house.start()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await expect.poll(async () => (await told()).text, { timeout: 30_000 }).toBe('foggy mountains')
})
