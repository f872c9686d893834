// A page as a person saves it: shared by another app, leave given, read without its site, and read otherwise.
import { execFileSync } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { audit } from './audit'
import { browse, comeIn, House } from './house'

const ROOT = new URL('../..', import.meta.url).pathname
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

const house = new House()
let browser: BrowserContext
let page: Page
let site: Server
let at = ''
const ran: number[] = []
const foreign: string[] = []
const asked: string[] = []

async function save(query: string): Promise<void> {
  await page.goto(`${house.address}/save${query}`)
  await page.getByRole('heading', { level: 1, name: 'Save a page' }).waitFor()
}

beforeAll(async () => {
  const told = execFileSync(join(ROOT, '.venv/bin/python'), ['-m', 'tests.e2e.put_pages'], { cwd: ROOT, maxBuffer: 1 << 26 })
  const pages = JSON.parse(String(told)) as Record<string, string>
  site = createServer((request, answer) => {
    const path = request.url ?? ''
    asked.push(path)
    if (path.endsWith('.png')) answer.writeHead(200, { 'content-type': 'image/png' }).end(PNG)
    else answer.writeHead(pages[path] ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' }).end(pages[path] ?? '')
  }).listen(0, '127.0.0.1')
  await new Promise((open) => site.once('listening', open))
  at = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  await house.start([])
  browser = await browse(house)
  page = await browser.newPage()
  await browser.exposeFunction('ran', (number: number) => ran.push(number))
  browser.on('request', (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(house.address)) foreign.push(request.url())
  })
  await comeIn(page, house, await house.code(), 'Ada')
  await page.getByRole('heading', { level: 1, name: /Good/ }).waitFor()
  await page.evaluate(() => fetch('/api/egress/hosts/127.0.0.1', { method: 'PUT', headers: { 'x-anag': '1' } }))
}, 120_000)

afterAll(async () => {
  await browser?.close()
  site.close()
  await house.away()
})

test('the app is one to share with', async () => {
  const manifest = await page.evaluate(async () => (await fetch('/manifest.webmanifest')).json())
  expect(manifest.share_target).toEqual({ action: '/save', method: 'GET', params: { title: 'title', text: 'text', url: 'url' } })
})

test('what was shared is saved on a press, asks for leave, and comes once it is given', async () => {
  await save(`?title=Calm&text=${encodeURIComponent(`Look at ${at}/calm`)}`)
  await page.getByText('No saved pages yet').waitFor()
  expect(await page.getByLabel('What to save').inputValue()).toBe(`Look at ${at}/calm`)
  expect(await audit(page)).toEqual([])
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('button', { name: 'Allow, and fetch' }).waitFor()
  expect(asked).toEqual([])
  expect(await audit(page)).toEqual([])
  await page.getByRole('button', { name: 'Allow, and fetch' }).click()
  await page.getByRole('link', { name: /\/calm$/ }).waitFor()
  await page.getByText('Kept', { exact: true }).waitFor()
})

test('it is read with its pictures, which the house fetched, and read otherwise where it is wrong', async () => {
  await house.until(() => asked.includes('/three-1200.png'))
  await page.getByRole('link', { name: /\/calm$/ }).click()
  const text = page.frameLocator('iframe')
  await text.getByRole('heading', { name: 'Calm roses' }).waitFor()
  expect(await text.getByRole('img').count()).toBe(3)
  expect(await text.getByText('Section 3').count()).toBe(0)
  const wrong = page.getByRole('button', { name: 'Wrong text' })
  for (const says of [/closer to the words/, /closer to the look/, /All of the page/]) {
    await wrong.click()
    await page.getByRole('status').getByText(says).waitFor()
  }
  await text.getByText('Section 3').first().waitFor()
  expect(await audit(page)).toEqual([])
  expect(asked.filter((path) => path === '/calm')).toHaveLength(1)
})

test('nothing of a page runs or asks outside, whatever engine read it', async () => {
  await save(`?url=${encodeURIComponent(`${at}/hostile`)}`)
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('link', { name: /\/hostile$/ }).click()
  const id = page.url().split('/').at(-1) ?? ''
  for (let engine = 0; engine < 4; engine += 1) {
    await page.goto(`${house.address}/media/${id}/text`, { waitUntil: 'domcontentloaded' })
    expect(await page.locator('script, iframe, object, embed, form, svg, [onclick], [onerror], [style]').count()).toBe(0)
    const answer = await page.request.post(`${house.address}/api/pages/${id}/again`, { headers: { 'x-anag': '1' }, timeout: 60_000 })
    expect(answer.status()).toBe(200)
  }
  expect(ran).toEqual([])
  expect(foreign).toEqual([])
})

test('why a page did not come is said, and it is let go', async () => {
  await save('')
  await page.getByLabel('What to save').fill(`${at}/nothing`)
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('There is nothing at this address any more.').waitFor()
  expect(await audit(page)).toEqual([])
  await page.getByRole('button', { name: /Let .*nothing go/ }).click()
  await page.getByRole('button', { name: 'Let go' }).click()
  await page.getByText('There is nothing at this address any more.').waitFor({ state: 'detached' })
})

test('out of reach of the house it waits on the device', async () => {
  await save('')
  await browser.setOffline(true)
  await page.getByLabel('What to save').fill(`${at}/calm?later`)
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('1 waiting on this device').waitFor()
  await browser.setOffline(false)
  await save('')
  await page.getByRole('link', { name: /calm\?later|calm$/ }).first().waitFor()
  await page.getByText('waiting on this device').waitFor({ state: 'detached' })
})
