// The whole loop as a person lives it: open with the code, play, rate, see the order change, go offline and come back.
import axe from 'axe-core'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browse, comeIn, House } from './house'

const house = new House()
let browser: BrowserContext
let page: Page

type Pick = { item: { id: string; title: string; kind: string }; mine: number | null; score: object | null; reason: string }

/** The answer of the API, asked from the page with its session. */
async function ask<T>(path: string): Promise<T> {
  return page.evaluate(async (address) => (await fetch(address)).json(), path) as Promise<T>
}

const list = async (path: string) => (await ask<{ picks: Pick[] }>(path)).picks
const bar = () => page.getByRole('radiogroup').and(page.locator(':visible')).first()
const rate = (value: number) => bar().getByRole('radio', { name: `${value} of 10`, exact: true }).click()
const seen = (words: RegExp) => page.getByText(words).and(page.locator(':visible')).first()
const delivered = (id: string, value: number) =>
  house.until(async () => (await ask<{ pick: Pick }>(`/api/items/${id}`)).pick.mine === value)

/** Unrated pictures as they are ranked now. */
const forYou = () => list('/api/feed?mode=for_you&kind=image&limit=20')

/** The first of them, once a rating that was just delivered has left the list. */
async function unrated(): Promise<Pick> {
  let first: Pick | undefined
  await house.until(async () => {
    first = (await forYou())[0]
    return first !== undefined && (await ask<{ pick: Pick }>(`/api/items/${first.item.id}`)).pick.mine === null
  })
  return first!
}

async function open(id: string): Promise<void> {
  await page.goto(`${house.address}/item/${id}`)
  await bar().waitFor()
}

beforeAll(async () => {
  house.furnish([3, 24, 3])
  await house.start()
  browser = await browse(house)
  page = await browser.newPage()
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await house.away()
})

describe('a first evening', () => {
  test('nothing answers before the code, and a wrong one is refused in words', async () => {
    await page.goto(house.address)
    expect(await page.evaluate(async () => (await fetch('/api/items')).status)).toBe(401)
    await page.getByLabel('Code from the console').fill('0000-0000')
    await page.getByRole('button', { name: 'Open' }).click()
    await expect.poll(() => page.getByRole('alert').innerText()).toMatch(/code/i)
  })

  test('the code opens the house, once', async () => {
    await comeIn(page, house, await house.code(), 'Ada')
    await house.until(async () => (await ask<{ person: { name: string } }>('/api/session')).person.name === 'Ada')
    const again = await fetch(`${house.address}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-anag': '1' },
      body: JSON.stringify({ code: await house.code(), name: 'Eve', device: 'another' }),
    })
    expect(again.status).toBe(403)
  })

  test('tracks, pictures and texts of the folder appear and are looked at', async () => {
    await house.until(async () => (await list('/api/items?limit=100')).length === 30)
    type Known = { embedded: number }[]
    await house.until(async () => (await ask<Known>('/api/taste')).reduce((sum, kind) => sum + kind.embedded, 0) === 30)
  })

  test('a track plays', async () => {
    await page.goto(`${house.address}/library/music`)
    await page.getByRole('button', { name: /^Play / }).first().click()
    const playing = page.getByRole('region', { name: 'Now playing' })
    const share = async () => Number(/scaleX\(([\d.e-]+)\)/.exec((await playing.locator('.progress').getAttribute('style')) ?? '')?.[1])
    await house.until(async () => (await share()) > 0.01)
    const before = await share()
    await house.until(async () => (await share()) > before)
    await playing.getByRole('button', { name: 'Pause' }).click()
    expect(await page.evaluate(() => navigator.mediaSession.metadata?.title)).toMatch(/\w/)
  })

  test('a text opens with its words, and no script of it could run', async () => {
    const [text] = await list('/api/items?kind=article&limit=1')
    await open(text!.item.id)
    const frame = page.frameLocator('iframe')
    await expect.poll(async () => (await frame.locator('body').innerText()).length).toBeGreaterThan(400)
    expect(await page.locator('iframe').getAttribute('sandbox')).not.toContain('allow-scripts')
  })

  test('ten ratings of pictures move the order in their direction, and it says why', async () => {
    const pictures = await list('/api/items?kind=image&sort=title&limit=50')
    const liked = (pick: Pick) => /^(Night|Ridge)/.test(pick.item.title)
    const chosen = [...pictures.filter(liked).slice(0, 5), ...pictures.filter((one) => !liked(one)).slice(0, 5)]
    for (const pick of chosen) {
      await open(pick.item.id)
      await rate(liked(pick) ? 10 : 1)
      await delivered(pick.item.id, liked(pick) ? 10 : 1)
    }
    await house.until(async () => (await forYou()).length === 14)
    const ranked = await forYou()
    expect(ranked.filter((pick) => chosen.some((one) => one.item.id === pick.item.id))).toEqual([])
    expect(ranked.slice(0, 3).filter(liked).length).toBe(3)
    expect(ranked[0]!.reason).toMatch(/\w/)
    await page.goto(house.address)
    await expect.poll(() => page.locator('article').first().innerText()).toMatch(/which you gave|you (tend|like)|close to/i)
  })

  test('the predicted score shows only after a rating', async () => {
    const fresh = await unrated()
    await open(fresh.item.id)
    expect(await page.getByText(/expected/i).count()).toBe(0)
    await rate(7)
    await delivered(fresh.item.id, 7)
    await seen(/expected/i).waitFor()
  })

  test('undo takes the rating back on the server too', async () => {
    const fresh = await unrated()
    await open(fresh.item.id)
    await rate(2)
    await delivered(fresh.item.id, 2)
    await page.getByRole('status').getByRole('button', { name: /undo/i }).click()
    await house.until(async () => (await ask<{ pick: Pick }>(`/api/items/${fresh.item.id}`)).pick.mine === null)
  })

  test('the keys rate', async () => {
    const fresh = await unrated()
    await open(fresh.item.id)
    await page.keyboard.press('6')
    await delivered(fresh.item.id, 6)
  })
})

describe('away from the house', () => {
  test('the app opens without a network, queues a rating, and delivers it exactly once', async () => {
    const away = await unrated()
    await open(away.item.id)
    await page.evaluate(() => navigator.serviceWorker.ready)
    await page.reload()
    await bar().waitFor()
    await browser.setOffline(true)
    await page.goto(house.address)
    await page.getByRole('navigation').first().waitFor()
    await page.goto(`${house.address}/item/${away.item.id}`)
    await rate(9)
    await seen(/1 rating waiting/).waitFor()
    await page.reload()
    await bar().waitFor()
    await browser.setOffline(false)
    await delivered(away.item.id, 9)
    await house.end('SIGTERM')
    const told = house.rows(`SELECT value FROM events WHERE kind = 'rating' AND item = '${away.item.id}'`)
    expect(told).toEqual(['9.0'])
  })

  test('a house that was killed in the middle comes back with every rating', async () => {
    await house.start()
    await page.goto(house.address)
    const before = new Map((await list('/api/items?rated=yes&limit=100')).map((one) => [one.item.id, one.mine]))
    const last = await unrated()
    await open(last.item.id)
    await rate(8)
    await delivered(last.item.id, 8)
    await house.end('SIGKILL')
    await house.start()
    const after = new Map((await list('/api/items?rated=yes&limit=100')).map((one) => [one.item.id, one.mine]))
    expect(after).toEqual(before.set(last.item.id, 8))
  })
})

describe('for everybody', () => {
  test.each(['/', '/library/image', '/library/music', '/teach'])('%s has no accessibility violation', async (path) => {
    await page.goto(house.address + path)
    await page.getByRole('navigation').first().waitFor()
    await page.waitForTimeout(800)
    await page.evaluate(`${axe.source};0`)
    const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
    const result = (await page.evaluate(`axe.run({ runOnly: ${JSON.stringify(rules)} })`)) as axe.AxeResults
    expect(result.violations.map((one) => `${one.id}: ${one.nodes[0]?.html}`)).toEqual([])
  })

  test('the app can be installed', async () => {
    const session = await browser.newCDPSession(page)
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
    expect(installabilityErrors.map((one) => one.errorId)).toEqual([])
  })
})
