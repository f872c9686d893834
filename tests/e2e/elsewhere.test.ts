// Lists from and to other players, and playing on another device: two phones of one person and the kitchen's screen.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { audit } from './audit'
import { browse, comeIn, House } from './house'

const ROOT = new URL('../..', import.meta.url).pathname
const house = new House()
const contexts: BrowserContext[] = []
let page: Page
let other: Page

const at = (path = '/') => `http://localhost:${house.port}${path}`
const button = (of: Page, name: string | RegExp) => of.getByRole('button', { name }).and(of.locator(':visible')).first()
const mini = (of: Page) => of.getByRole('region', { name: 'Now playing' })
const place = (of: Page) => of.evaluate(() => [...document.querySelectorAll('audio')].find((sound) => !sound.paused)?.currentTime ?? -1)
const ask = (of: Page, method: string, path: string, body?: unknown) =>
  of.evaluate(
    async ([method, path, body]) => {
      const headers = { 'x-anag': '1', 'content-type': 'application/json' }
      const answer = await fetch(path as string, { method: method as string, headers, body: body ? JSON.stringify(body) : undefined })
      const text = await answer.text()
      return text ? JSON.parse(text) : null
    },
    [method, path, body] as const,
  )

async function device(): Promise<Page> {
  const context = await browse(house)
  contexts.push(context)
  return context.newPage()
}

async function play(of: Page, title: string): Promise<void> {
  await of.goto(at('/library/music?sort=title'))
  await button(of, `Play ${title}`).click()
  await expect.poll(() => place(of), { timeout: 10_000 }).toBeGreaterThan(0)
}

beforeAll(async () => {
  const words = [join(ROOT, 'tests/e2e/put_tracks.py'), join(house.folder, 'library')]
  execFileSync(join(ROOT, '.venv/bin/python'), words, { env: { ...process.env, PYTHONPATH: ROOT } })
  await house.start()
  page = await device()
  await comeIn(page, { address: at() } as House, await house.code(), 'Ada')
  await house.until(async () => (await ask(page, 'GET', '/api/items?kind=music')).picks.length === 5)
  const code = execFileSync(join(ROOT, '.venv/bin/python'), ['-m', 'anagnorisis', 'code', 'Ada', '--data', join(house.folder, 'data')], { encoding: 'utf8' })
  other = await device()
  await other.goto(at())
  await other.getByLabel('Code from the console').fill(/[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(code)?.[0] ?? '')
  await other.getByRole('button', { name: 'Open', exact: true }).click()
  await house.until(async () => (await ask(other, 'GET', '/api/session')).person?.name === 'Ada')
  await ask(other, 'PATCH', `/api/devices/${(await ask(other, 'GET', '/api/session')).device.id}`, { name: 'Tablet' })
}, 120_000)

afterAll(async () => {
  for (const context of contexts) await context.close()
  await house.away()
})

describe('lists', () => {
  test('one is begun from the menu of a track, seen, put into another order and called otherwise', async () => {
    await page.goto(at('/library/music?sort=title'))
    for (const title of ['Five', 'Two', 'One']) {
      await button(page, `More for ${title}`).click()
      await button(page, 'Add to a list').click()
      if (title === 'Five') {
        await page.getByLabel('A new list').fill('By the sea')
        await button(page, 'Add').click()
      } else await page.getByRole('dialog').getByRole('button', { name: /^By the sea/ }).click()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    await page.goto(at('/playlists'))
    expect(await audit(page)).toEqual([])
    await page.getByRole('link', { name: /By the sea/ }).click()
    const titles = () => page.locator('ol li .title').allInnerTexts()
    await expect.poll(titles).toEqual(['Five', 'Two', 'One'])
    expect(await audit(page)).toEqual([])
    await button(page, 'Change').click()
    await button(page, 'Move One up').click()
    await expect.poll(titles).toEqual(['Five', 'One', 'Two'])
    const grip = page.locator('ol li .grip').nth(2)
    const [from, to] = [await grip.boundingBox(), await page.locator('ol li').first().boundingBox()]
    await page.mouse.move(from!.x + 8, from!.y + 20)
    await page.mouse.down()
    await page.mouse.move(to!.x + 8, to!.y + 10, { steps: 5 })
    await page.mouse.up()
    await expect.poll(titles).toEqual(['Two', 'Five', 'One'])
    expect(await audit(page)).toEqual([])
    await page.getByLabel('What it is called').fill('Shore')
    await page.getByLabel('What it is called').blur()
    await page.getByRole('heading', { name: 'Shore' }).waitFor()
    const [list] = await ask(page, 'GET', '/api/playlists')
    const detail = await ask(page, 'GET', `/api/playlists/${list.playlist.id}`)
    expect(detail.picks.map((pick: any) => pick.item.title)).toEqual(['Two', 'Five', 'One'])
  })

  test('it goes out as a file and comes in again; what is not here is told', async () => {
    await page.goto(at('/playlists'))
    await page.getByRole('link', { name: /Shore/ }).click()
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'As a file' }).click()])
    expect(file.suggestedFilename()).toMatch(/m3u8$/)
    const kept = join(mkdtempSync(join(house.folder, 'list-')), 'Shore.m3u8')
    await file.saveAs(kept)
    const text = readFileSync(kept, 'utf8')
    expect(text).toContain('Ida/Sea/five.flac')
    writeFileSync(kept, text.replace('#PLAYLIST:Shore', '#PLAYLIST:From elsewhere') + '#EXTINF:9,Nobody - Nothing\nC:\\gone.mp3\n')
    await page.goto(at('/playlists'))
    await page.getByLabel('From a file').setInputFiles(kept)
    await page.getByText('1 line of “From elsewhere” is not in this house').waitFor()
    await page.getByText('/gone.mp3 (Nobody - Nothing)').waitFor()
    await page.getByRole('link', { name: /From elsewhere/ }).click()
    await expect.poll(() => page.locator('ol li .title').allInnerTexts()).toEqual(['Two', 'Five', 'One'])
    await button(page, 'Play').click()
    await expect.poll(() => place(page)).toBeGreaterThan(0)
  })

  test('a track comes next, and one at the end', async () => {
    await play(page, 'Five')
    await button(page, 'More for Three').click()
    await button(page, 'Play next').click()
    await button(page, 'More for Five').click()
    await button(page, 'Add to the queue').click()
    await mini(page).getByRole('button', { name: /show the player/i }).click()
    await button(page, 'Coming up').click()
    const titles = () => page.getByRole('dialog', { name: 'Coming up' }).locator('b').allInnerTexts()
    expect(await titles()).toEqual(['Three', 'Four', 'One', 'Three', 'Two', 'Five'])
    await button(page, 'Move Four up').click()
    await expect.poll(titles).toEqual(['Four', 'Three', 'One', 'Three', 'Two', 'Five'])
    await page.goBack()
    await button(page, 'Shuffle by taste').click()
    await expect.poll(() => button(page, 'Shuffle by taste').getAttribute('aria-pressed')).toBe('true')
    await button(page, 'Shuffle by taste').click()
    await button(page, 'Coming up').click()
    await expect.poll(titles).toEqual(['Four', 'Three', 'One', 'Three', 'Two', 'Five'])
  })
})

describe('two devices', () => {
  test('the queue and its place go to the other device, which is steered from here', async () => {
    await other.goto(at())
    await other.locator('main').click({ position: { x: 5, y: 5 } })
    await play(page, 'Four')
    await page.evaluate(() => ([...document.querySelectorAll('audio')].find((sound) => !sound.paused)!.currentTime = 5))
    await mini(page).getByRole('button', { name: /show the player/i }).click()
    await button(page, 'Elsewhere').click()
    const there = page.getByRole('listitem', { name: 'Tablet' })
    await there.getByRole('button', { name: 'Play there' }).click()
    await expect.poll(() => place(other), { timeout: 10_000 }).toBeGreaterThan(5)
    await expect.poll(() => place(page)).toBe(-1)
    expect(await mini(other).getByText('Four', { exact: true }).count()).toBe(1)
    await there.getByRole('button', { name: 'Pause on Tablet' }).click()
    await expect.poll(() => place(other)).toBe(-1)
    expect(await audit(page)).toEqual([])
    await there.getByRole('button', { name: 'Play on Tablet' }).click()
    await expect.poll(() => place(other)).toBeGreaterThan(5)
    await there.getByRole('slider').fill('9')
    await expect.poll(() => place(other)).toBeGreaterThan(8.9)
    await there.getByRole('button', { name: 'Next on Tablet' }).click()
    await expect.poll(() => mini(other).getByText('One', { exact: true }).count()).toBe(1)
    await there.getByText('One').waitFor()
  })

  test('a device that is closed is gone from the list', async () => {
    await page.getByRole('listitem', { name: 'Tablet' }).waitFor()
    await other.goto('about:blank')
    await page.getByText('No other device is open now').waitFor()
  })

  test('a track goes on where it was left on another device', async () => {
    await play(page, 'Two')
    await page.evaluate(() => ([...document.querySelectorAll('audio')].find((sound) => !sound.paused)!.currentTime = 10.5))
    await expect.poll(() => place(page)).toBeGreaterThan(10.5)
    await button(page, 'Pause').click()
    const { picks } = await ask(page, 'GET', '/api/items?kind=music&sort=title')
    const two = picks.find((pick: any) => pick.item.title === 'Two').item.id
    await house.until(async () => (await ask(page, 'GET', `/api/items/${two}`)).position > 10)
    await other.goto(at(`/item/${two}`))
    await other.getByText(/Goes on at 0:1\d of 0:12/).waitFor()
    await other.locator('#main').getByRole('button', { name: 'Play', exact: true }).click()
    await expect.poll(() => place(other)).toBeGreaterThan(10.4)
  })
})
