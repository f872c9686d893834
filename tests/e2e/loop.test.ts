// The whole loop as a person lives it: open with the code, play, rate, see the order change, go offline and come back.
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { audit } from './audit'
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

/** The cards of Home from the top. */
const onScreen = () =>
  page.locator('article').evaluateAll((cards) =>
    cards.map((card) => ({
      id: card.querySelector('a')?.getAttribute('href')?.split('/').at(-1) ?? '',
      kind: card.querySelector('img') !== null,
    })),
  )

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
    expect(await audit(page)).toEqual([])
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

  test('the mirror shows how well the ten were foretold, and as a table, and says what it lacks for the rest', async () => {
    await page.goto(`${house.address}/taste/image`)
    const part = (title: string) => page.getByRole('region', { name: title })
    await expect.poll(() => part('How well I foretell you').innerText()).toMatch(/of 100 .*pairs/)
    await part('How well I foretell you').getByText('As a table').click()
    const row = part('How well I foretell you').getByRole('row').last()
    expect(await row.getByRole('rowheader').innerText()).toBe('10')
    await expect.poll(() => part('How you use the numbers').innerText()).toMatch(/You use \d+ and \d+ for \d+ %/)
    await expect.poll(() => part('Then and now').innerText()).toMatch(/Rate 30 more pictures/)
    expect(await audit(page)).toEqual([])
    await page.getByRole('link', { name: 'Music' }).click()
    await expect.poll(() => part('How well I foretell you').innerText()).toMatch(/Rate 10 more tracks/)
  })

  test('a rating on the screen moves what is on the screen, without a reload', async () => {
    await page.goto(house.address)
    await page.getByRole('button', { name: 'Pictures', exact: true }).click()
    await house.until(async () => (await onScreen()).length >= 10 && (await onScreen()).every((one) => one.kind))
    await page.evaluate(() => void ((window as unknown as { untouched: boolean }).untouched = true))
    const before = (await onScreen()).map((one) => one.id)
    const [first] = before
    await page.locator('article').first().getByRole('radio', { name: '0 of 10', exact: true }).click()
    await delivered(first!, 0)
    const others = async () => (await onScreen()).map((one) => one.id).filter((id) => id !== first)
    await house.until(async () => (await others()).join() !== before.slice(1).join())
    expect((await onScreen())[0]!.id).toBe(first)
    expect(new Set(await others())).toEqual(new Set(before.slice(1)))
    expect(await page.evaluate(() => (window as unknown as { untouched: boolean }).untouched)).toBe(true)
  })

  test('how to choose is said by thumb or by keys, shown on Home, and taken back', async () => {
    const kept = () => ask<{ minutes: number; discovery: number; variety: number }>('/api/feed/controls')
    await page.goto(house.address)
    await page.getByRole('button', { name: 'How should I choose?' }).click()
    const sheet = page.getByRole('dialog')
    await sheet.getByRole('button', { name: '10 min' }).click()
    await house.until(async () => (await kept()).minutes === 10)
    await sheet.getByRole('slider', { name: 'How daring' }).focus()
    await page.keyboard.press('End')
    await house.until(async () => (await kept()).discovery === 1)
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await audit(page)).toEqual([])
    await page.emulateMedia({ colorScheme: 'light' })
    await page.keyboard.press('Escape')
    await seen(/10 minutes · more to find out/).waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Change' }).click()
    await sheet.getByLabel('Or a plain order').selectOption('By title')
    await page.getByRole('heading', { name: 'By title' }).waitFor({ state: 'attached' })
    await sheet.getByLabel('Or a plain order').selectOption('For you')
    await sheet.getByRole('button', { name: 'As always' }).click()
    await house.until(async () => (await kept()).minutes === 0 && (await kept()).discovery === 0)
    await sheet.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('heading', { name: 'For you' }).waitFor()
    expect(await page.getByText(/10 minutes/).count()).toBe(0)
  })

  test('in the library a tap on the star opens the bar', async () => {
    const fresh = await unrated()
    await page.goto(`${house.address}/library/image`)
    await page.getByRole('button', { name: `Rate ${fresh.item.title}.` }).click()
    await page.getByRole('dialog').getByRole('radio', { name: '5 of 10', exact: true }).click()
    await delivered(fresh.item.id, 5)
    await page.getByRole('button', { name: 'Close' }).click()
    expect(new URL(page.url()).pathname).toBe('/library/image')
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
  test.each(['/', '/library/image', '/library/music', '/library/article', '/teach', '/taste', '/welcome'])('%s has no accessibility violation', async (path) => {
    await page.goto(house.address + path)
    await page.getByRole('main').waitFor()
    expect(await audit(page)).toEqual([])
  })

  test.each(['image', 'music', 'article'])('the page of one %s has no accessibility violation', async (kind) => {
    const [one] = await list(`/api/items?kind=${kind}&limit=1`)
    await open(one!.item.id)
    expect(await audit(page)).toEqual([])
  })

  test.each([
    ['Settings', '/', /settings/i],
    ['the rating', '/library/music', /^Rate /],
    ['how to choose', '/', /How should I choose/],
  ])('the sheet of %s has no accessibility violation', async (_name, path, button) => {
    await page.goto(house.address + path)
    await page.getByRole('button', { name: button }).first().click()
    await page.getByRole('dialog').waitFor()
    expect(await audit(page)).toEqual([])
  })

  test('the app can be installed', async () => {
    const session = await browser.newCDPSession(page)
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
    expect(installabilityErrors.map((one) => one.errorId)).toEqual([])
  })
})
