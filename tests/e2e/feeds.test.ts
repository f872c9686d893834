// Feeds as a person follows them: an address pasted, leave given, read without anything running or asking outside.
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
const OPML = '<opml version="2.0"><body><outline text="News"><outline type="rss" text="Later" xmlUrl="https://later.example/feed"/></outline></body></opml>'

const house = new House()
let browser: BrowserContext
let page: Page
let site: Server
let at = ''
const ran: number[] = []
const foreign: string[] = []
let asked: string[] = []

async function sheet(): Promise<void> {
  await page.goto(house.address)
  await page.getByRole('button', { name: /settings/i }).and(page.locator(':visible')).click()
  await page.getByRole('button', { name: 'Feeds', exact: true }).click()
  await page.getByLabel('Address to follow').waitFor()
}

const items = (): Promise<{ id: string; title: string }[]> =>
  page.evaluate(async () => (await (await fetch('/api/items?kind=article&limit=100')).json()).picks.map((pick: { item: unknown }) => pick.item))

beforeAll(async () => {
  const bodies = new Map<string, [string, Buffer]>()
  site = createServer((request, answer) => {
    asked.push(request.url ?? '')
    const [type, body] = bodies.get(request.url ?? '') ?? ['', Buffer.alloc(0)]
    answer.writeHead(type ? 200 : 404, { 'content-type': type || 'text/plain' }).end(body)
  }).listen(0, '127.0.0.1')
  await new Promise((open) => site.once('listening', open))
  at = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  const feed = execFileSync(join(ROOT, '.venv/bin/python'), ['-m', 'tests.e2e.put_feeds', at], { cwd: ROOT, maxBuffer: 1 << 26 })
  bodies.set('/feed', ['application/rss+xml', feed])
  bodies.set('/rose.png', ['image/png', PNG])
  bodies.set('/', ['text/html', Buffer.from('<title>Garden</title><link rel="alternate" type="application/rss+xml" href="/feed">')])
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

test('to follow a site asks for leave first, and follows once it is given', async () => {
  await sheet()
  await page.getByText('No feeds yet').waitFor()
  expect(await audit(page)).toEqual([])
  await page.getByLabel('Address to follow').fill(at)
  await page.getByRole('button', { name: 'Follow' }).click()
  await page.getByRole('button', { name: 'Allow, and follow' }).waitFor()
  expect(asked).toEqual([])
  expect(await audit(page)).toEqual([])
  await page.getByRole('button', { name: 'Allow, and follow' }).click()
  await page.getByRole('link', { name: /Garden news/ }).waitFor()
  await house.until(async () => (await items()).length > 10)
})

test('a list of another reader is taken in, its folder kept', async () => {
  await sheet()
  await page.locator('input[type=file]').setInputFiles({ name: 'feeds.opml', mimeType: 'text/xml', buffer: Buffer.from(OPML) })
  await page.getByRole('heading', { name: 'News' }).waitFor()
  await page.getByRole('link', { name: /Later/ }).waitFor()
  expect(await audit(page)).toEqual([])
})

test('the page of a source says how it is, and is paused and named there', async () => {
  await sheet()
  await page.getByRole('link', { name: /Garden news/ }).click()
  await page.getByRole('heading', { level: 1, name: 'Garden news' }).waitFor()
  await page.getByText(/items kept\. You rated none/).waitFor()
  await page.getByText(/^Asked next in/).waitFor()
  expect(await audit(page)).toEqual([])
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByRole('status').getByText('Paused').waitFor()
  await page.getByLabel('Name').fill('My garden')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { level: 1, name: 'My garden' }).waitFor()
  await page.getByRole('link', { name: 'See what is kept' }).click()
  await page.getByText('Calm').first().waitFor()
})

test('an article is read with its picture, which the house fetched', async () => {
  await page.evaluate(() => fetch('/api/egress/purposes/pages', { method: 'PUT', headers: { 'x-anag': '1', 'content-type': 'application/json' }, body: '{"on":true}' }))
  const calm = (await items()).find((item) => item.title === 'Calm')
  await page.goto(`${house.address}/item/${calm?.id}`)
  await page.frameLocator('iframe').getByRole('heading', { name: 'Roses' }).waitFor()
  const source = await page.frameLocator('iframe').getByRole('img').getAttribute('src')
  await house.until(() => page.frameLocator('iframe').getByRole('img').evaluate((one) => (one as HTMLImageElement).naturalWidth > 0))
  expect(asked.filter((path) => path === '/rose.png')).toHaveLength(1)
  expect(source).toMatch(/^picture\/[0-9a-f]{16}$/)
})

test('no text of a feed runs anything or asks outside, in the reader or opened by itself', async () => {
  const hostile = (await items()).filter((item) => item.title.startsWith('Hostile'))
  expect(hostile.length).toBeGreaterThan(10)
  const bare = await browser.newPage()
  for (const { id } of hostile) {
    await bare.goto(`${house.address}/media/${id}/text`)
    for (const link of (await bare.locator('a').all()).slice(0, 3)) await link.hover({ timeout: 500 }).catch(() => null)
    expect(await bare.locator('script, iframe, object, embed, form, svg, [onclick], [onerror], [style]').count()).toBe(0)
  }
  await bare.close()
  await page.goto(`${house.address}/item/${hostile[0]?.id}`)
  await page.frameLocator('iframe').locator('main').waitFor()
  expect(ran).toEqual([])
  expect(foreign).toEqual([])
  await page.evaluate('ran(7)')
  expect(ran).toEqual([7]) // it would have been heard
})
