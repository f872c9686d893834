// The library is gone through: jumped in by letters, selected in, rated at once, opened by albums.
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { audit } from './audit'
import { browse, comeIn, House } from './house'

const house = new House()
let browser: BrowserContext
let page: Page
type Listed = { picks: { item: { id: string; title: string }; mine: number | null }[] }

const list = async (query: string) => ((await page.evaluate(async (of) => (await fetch(`/api/items?${of}`)).json(), query)) as Listed).picks
const rated = async () => (await list('sort=mine&limit=100')).map(({ item, mine }) => [item.title, mine])
const cells = (name: string) => page.getByRole('list', { name }).getByRole('listitem')

beforeAll(async () => {
  house.furnish([10, 100, 4])
  await house.start()
  browser = await browse(house)
  page = await browser.newPage()
  await comeIn(page, house, await house.code(), 'Ada')
  await house.until(async () => (await list('kind=image&limit=100')).length === 100)
}, 240_000)

afterAll(async () => {
  await browser?.close()
  await house.away()
})

describe('a long list', () => {
  test('makes only what is seen, and its last page comes when it is jumped to', async () => {
    await page.goto(`${house.address}/library?sort=title`)
    await cells('Items').first().waitFor()
    expect(await cells('Items').count()).toBeLessThan(60)
    const all = [...(await list('sort=title&limit=100')), ...(await list('sort=title&limit=100&skip=100'))]
    expect(all.length).toBe(114)
    const rail = page.getByRole('slider', { name: 'Place in the list' })
    await rail.focus()
    await page.keyboard.press('End')
    await cells('Items').getByText(all.at(-1)!.item.title, { exact: true }).first().waitFor()
    expect(await page.getByText(all[0]!.item.title, { exact: true }).count()).toBe(0)
    expect((await rail.getAttribute('aria-valuetext'))?.length).toBe(1)
    await page.keyboard.press('Home')
    await cells('Items').getByText(all[0]!.item.title, { exact: true }).first().waitFor()
    expect(await audit(page)).toEqual([])
  })

  test('of pictures stands under its months', async () => {
    await page.goto(`${house.address}/library/image?sort=made`)
    await page.getByRole('heading', { level: 2 }).first().waitFor()
    const told = (await page.evaluate(async () => (await fetch('/api/items/sections?kind=image&sort=made')).json())) as { label: string }[]
    const [year, month] = told[0]!.label.split('-').map(Number)
    const name = new Date(year!, month! - 1).toLocaleDateString('en-US', { month: 'long', year: 'numeric' })
    expect(await page.getByRole('heading', { level: 2 }).first().innerText()).toBe(name)
    expect(await audit(page)).toEqual([])
  })
})

describe('what is selected', () => {
  test('is rated at once and unrated by one undo', async () => {
    await page.goto(`${house.address}/library/image?sort=title`)
    await page.getByRole('button', { name: 'Select', exact: true }).click()
    for (const n of [0, 2, 3]) await page.getByRole('checkbox').nth(n).click()
    await page.getByText('3 things selected').waitFor()
    expect(await audit(page)).toEqual([])
    await page.getByRole('region', { name: 'Selection' }).getByRole('radio', { name: '8 of 10', exact: true }).click()
    await expect.poll(async () => (await rated()).map(([, mine]) => mine)).toEqual([8, 8, 8])
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(rated).toEqual([])
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('checkbox').count()).toBe(0)
  })

  test('begins under a finger that stays', async () => {
    await page.goto(`${house.address}/library/image?sort=title`)
    const box = (await cells('Pictures').nth(4).boundingBox())!
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    await page.mouse.down()
    await page.getByText('1 thing selected').waitFor()
    await page.mouse.up()
    expect(new URL(page.url()).pathname).toBe('/library/image')
    await cells('Pictures').nth(6).click({ modifiers: ['Shift'] })
    await page.getByText('3 things selected').waitFor()
    await page.getByRole('button', { name: 'End selecting' }).click()
  })
})

test('what one has not met is listed by itself', async () => {
  const [first] = await list('kind=image&sort=title&limit=1')
  await page.goto(`${house.address}/item/${first!.item.id}`)
  await expect.poll(async () => (await list('kind=image&unmet=true&limit=100')).length).toBe(99)
  await page.goto(`${house.address}/library/image?sort=title`)
  await page.getByRole('button', { name: 'Unseen' }).click()
  await expect.poll(() => new URL(page.url()).search).toBe('?sort=title&unmet=true')
  await expect.poll(() => page.getByRole('link', { name: first!.item.title, exact: true }).count()).toBe(0)
})

test('an album is found, opened and played', async () => {
  await page.goto(`${house.address}/library/music`)
  await page.getByRole('link', { name: 'Albums' }).click()
  const albums = (await page.evaluate(async () => (await fetch('/api/groups/album')).json())) as { groups: { name: string; count: number }[] }
  await expect.poll(() => cells('Albums').count()).toBe(albums.groups.length)
  expect(await audit(page)).toEqual([])
  await cells('Albums').first().getByRole('link').click()
  await page.getByRole('heading', { level: 1, name: albums.groups[0]!.name }).waitFor()
  expect(await page.getByRole('main').getByRole('listitem').count()).toBe(albums.groups[0]!.count)
  expect(await audit(page)).toEqual([])
  await page.getByRole('button', { name: 'Play', exact: true }).click()
  await page.getByRole('region', { name: 'Now playing' }).waitFor()
})

test.each(['artist', 'genre', 'publication'])('the page of every %s has no accessibility violation', async (by) => {
  await page.goto(`${house.address}/group/${by}`)
  await cells({ artist: 'Artists', genre: 'Genres', publication: 'Sources' }[by]!).first().waitFor()
  expect(await audit(page)).toEqual([])
})

test('a slideshow goes along the list with the screen kept on, until Escape', async () => {
  await page.clock.install()
  await page.goto(`${house.address}/library/image?sort=title`)
  await cells('Pictures').first().getByRole('link').click()
  const at = () => new URL(page.url()).pathname
  const first = at()
  await page.getByRole('button', { name: 'Slideshow' }).click()
  await page.clock.runFor(6_500)
  await expect.poll(at).not.toBe(first)
  const second = at()
  await page.clock.runFor(6_500)
  await expect.poll(at).not.toBe(second)
  await page.keyboard.press('Escape')
  const last = at()
  await page.clock.runFor(20_000)
  expect(at()).toBe(last)
  await page.getByRole('button', { name: 'Slideshow' }).waitFor()
})
