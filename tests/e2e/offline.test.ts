// A day away from home: what was kept plays, is read and rated while the house is off, and every rating arrives once.
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { audit } from './audit'
import { browse, comeIn, House } from './house'

const house = new House()
let browser: BrowserContext
let page: Page
type Listed = { picks: { item: { id: string; title: string }; mine: number | null }[] }

const list = async (query: string) => ((await page.evaluate(async (of) => (await fetch(`/api/items?${of}`)).json(), query)) as Listed).picks
const cached = () => page.evaluate(async () => (await (await caches.open('shelf')).keys()).map(({ url }) => new URL(url).pathname))
const heard = () => page.evaluate(() => [...document.querySelectorAll('audio')].find((one) => one.currentSrc)?.currentTime ?? 0)
let [track, text, picture] = ['', '', '']

beforeAll(async () => {
  house.furnish([4, 40, 3])
  await house.start()
  browser = await browse(house)
  page = await browser.newPage()
  await comeIn(page, house, await house.code(), 'Ada')
  await house.until(async () => (await list('limit=100')).length === 47)
  await page.evaluate(async () => void (await navigator.serviceWorker.ready))
  await page.reload()
}, 240_000)

afterAll(async () => {
  await browser?.close()
  await house.away()
})

test('things are kept from their pages, and are listed with what they take', async () => {
  for (const kind of ['music', 'article', 'image']) {
    const [one] = await list(`kind=${kind}&sort=title&limit=1`)
    await page.goto(`${house.address}/item/${one!.item.id}`)
    await page.getByRole('button', { name: 'Keep on this device' }).click()
    await page.getByRole('button', { name: 'On this device', exact: true }).waitFor()
    if (kind === 'music') track = one!.item.title
    else if (kind === 'article') text = one!.item.title
    else picture = one!.item.title
  }
  await page.goto(`${house.address}/kept`)
  await page.getByText('3 things here').waitFor()
  expect(await audit(page)).toEqual([])
  const paths = await cached()
  expect(paths.filter((path) => path.startsWith('/kept/')).length).toBeGreaterThanOrEqual(2)
  expect(paths.filter((path) => path.endsWith('/text')).length).toBe(1)
})

test('an album is kept as a whole and taken out again', async () => {
  await page.goto(`${house.address}/group/album`)
  await page.getByRole('list', { name: 'Albums' }).getByRole('link').first().click()
  await page.getByRole('button', { name: 'Keep on this device' }).click()
  const button = page.getByRole('button', { name: 'On this device', exact: true })
  await button.waitFor()
  const before = (await cached()).length
  await button.click()
  await page.getByRole('button', { name: 'Keep on this device' }).waitFor()
  await expect.poll(async () => (await cached()).length).toBeLessThan(before)
  const [one] = await list('kind=music&sort=title&limit=1')
  await page.goto(`${house.address}/item/${one!.item.id}`)
  await page.getByRole('button', { name: /Keep on this device|On this device/ }).waitFor()
  if (await page.getByRole('button', { name: 'Keep on this device' }).count()) await page.getByRole('button', { name: 'Keep on this device' }).click()
  await page.getByRole('button', { name: 'On this device', exact: true }).waitFor()
})

test('the best are kept, as many as there is room for', async () => {
  await page.goto(`${house.address}/kept`)
  await page.getByRole('button', { name: 'Keep', exact: true }).click()
  const tracks = await list('kind=music&limit=100')
  await expect.poll(() => page.getByRole('button', { name: /^Take .* off this device$/ }).count(), { timeout: 20_000 }).toBe(tracks.length + 2)
  await expect.poll(() => page.getByRole('progressbar').count()).toBe(0)
})

test('what lies in a folder is kept as a whole', async () => {
  const facets = (await page.evaluate(async () => (await fetch('/api/items/facets?kind=article')).json())) as { folders: { name: string; count: number }[] }
  const { name, count } = facets.folders[0]!
  await page.goto(`${house.address}/library/article?folder=${encodeURIComponent(name)}`)
  await page.getByRole('button', { name: 'Keep on this device' }).click()
  await page.getByText(/will be on this device; it goes on/).waitFor()
  await page.goto(`${house.address}/kept`)
  await expect.poll(async () => (await cached()).filter((path) => path.endsWith('/text')).length, { timeout: 60_000 }).toBeGreaterThanOrEqual(count)
  await expect.poll(() => page.getByRole('progressbar').count()).toBe(0)
})

test('with the house off and the app opened anew a kept track plays and is sought in, a text is read, thirty are rated', async () => {
  await page.goto(`${house.address}/library/image?sort=title`)
  await page.getByRole('list', { name: 'Pictures' }).getByRole('listitem').first().waitFor()
  await house.end('SIGKILL')
  await page.close()
  page = await browser.newPage()
  await page.goto(`${house.address}/kept`)
  await page.getByRole('button', { name: `Play ${track}` }).click()
  await expect.poll(heard).toBeGreaterThan(0.2)
  await page.evaluate(() => { [...document.querySelectorAll('audio')].find((one) => one.currentSrc)!.currentTime = 1 })
  await expect.poll(heard).toBeGreaterThan(1)
  expect(await page.evaluate(() => [...document.querySelectorAll('audio')].find((one) => one.currentSrc)?.currentSrc ?? '')).toContain('/kept/')
  await page.getByRole('region', { name: 'Now playing' }).getByRole('button', { name: 'Pause' }).click()

  await page.getByRole('link', { name: text }).click()
  const frame = page.frameLocator('iframe')
  await expect.poll(async () => (await frame.locator('body').innerText()).length).toBeGreaterThan(100)
  await page.goto(`${house.address}/kept`)
  await page.getByRole('link', { name: picture }).click()
  await expect.poll(() => page.locator('.stage button img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(100)

  await page.goto(`${house.address}/library/image?sort=title`)
  await page.getByRole('button', { name: 'Select', exact: true }).click()
  for (let n = 0; n < 30; n++) await page.getByRole('list', { name: 'Pictures' }).locator(`[aria-posinset="${n + 1}"]`).getByRole('checkbox').click()
  await page.getByRole('region', { name: 'Selection' }).getByRole('radio', { name: '7 of 10', exact: true }).click()
})

test('when the house is back the thirty arrive, each once', async () => {
  await house.start([])
  await page.reload()
  await expect.poll(async () => (await list('sort=mine&limit=100')).length, { timeout: 30_000 }).toBe(30)
  const history = (await page.evaluate(async () => (await fetch('/api/history?limit=100')).json())) as { did?: unknown[] }
  expect(JSON.stringify(history).match(/"kind":"rating"/g)?.length ?? 30).toBe(30)
})

test('nothing kept is left when the session ends', async () => {
  await page.evaluate(async () => (await fetch('/api/session', { method: 'DELETE', headers: { 'x-anag': '1' } })).ok)
  await page.goto(house.address)
  await page.getByLabel('Code from the console').or(page.getByText(/signed out|let in/i)).first().waitFor()
  await expect.poll(() => page.evaluate(async () => caches.has('shelf'))).toBe(false)
  expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBeGreaterThan(0)
})
