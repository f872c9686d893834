// Reading: the look is chosen and stays, words are marked with and without the house, a voice reads while music waits.
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { audit } from './audit'
import { browse, comeIn, House } from './house'

const house = new House()
let browser: BrowserContext
let page: Page
let text = ''
type Told = { highlights: { highlight: { quote: string; note: string } }[] }

const told = async () => ((await page.evaluate(async () => (await fetch('/api/highlights')).json())) as Told).highlights.map((one) => one.highlight)
const frame = () => page.frameLocator('iframe')
const style = (of: string, name: string) =>
  page.evaluate(([at, what]) => {
    const inside = document.querySelector('iframe')!.contentDocument!
    return getComputedStyle(inside.querySelector(at!)!).getPropertyValue(what!)
  }, [of, name])
const open = async () => {
  await page.goto(`${house.address}/item/${text}`)
  await page.getByRole('button', { name: 'How it looks' }).waitFor()
}
/** Select so many characters of the first paragraph, as a finger does. */
const select = (from: number, to: number) =>
  page.evaluate(([first, last]) => {
    const inside = document.querySelector('iframe')!.contentDocument!
    const node = [...inside.querySelectorAll('main p')].map((one) => one.firstChild as Text).find((one) => one && one.length > last!)!
    inside.getSelection()!.setBaseAndExtent(node, first!, node, last!)
    return node.data.slice(first, last).trim()
  }, [from, to])
const toolbar = () => page.getByRole('group', { name: 'Selected words' })

/** A browser without a device: it has a voice that says each sentence in no time. */
function voice() {
  const said: string[] = []
  let waits: (() => void) | null = null
  class Utterance extends EventTarget {
    onend: (() => void) | null = null
    rate = 1
    lang = ''
    constructor(readonly text: string) {
      super()
    }
  }
  const synthesis = {
    speak: (one: Utterance) => {
      said.push(`${one.lang} ${one.rate} ${one.text}`)
      waits = () => one.onend?.()
    },
    cancel: () => (waits = null),
    next: () => waits?.(),
  }
  Object.assign(globalThis, { said, SpeechSynthesisUtterance: Utterance })
  Object.defineProperty(globalThis, 'speechSynthesis', { value: synthesis })
}
const said = () => page.evaluate(() => (globalThis as unknown as { said: string[] }).said)
const sounding = () => page.evaluate(() => [...document.querySelectorAll('audio')].some((one) => !one.paused && one.currentTime > 0))

beforeAll(async () => {
  house.furnish([4, 8, 4])
  await house.start()
  browser = await browse(house)
  await browser.addInitScript(voice)
  page = await browser.newPage()
  await comeIn(page, house, await house.code(), 'Ada')
  const list = async () => (await page.evaluate(async () => (await fetch('/api/items?kind=article&sort=longest&limit=9')).json())) as { picks: { item: { id: string } }[] }
  await house.until(async () => (await list()).picks.length === 4)
  text = (await list()).picks[0]!.item.id
  await page.evaluate(async () => void (await navigator.serviceWorker.ready))
}, 240_000)

afterAll(async () => {
  await browser?.close()
  await house.away()
})

describe('the look', () => {
  test('is chosen, seen at once, and stays on this device', async () => {
    await open()
    const before = Number.parseFloat(await style('html', 'font-size'))
    await page.getByRole('button', { name: 'How it looks' }).click()
    const sheet = page.getByRole('dialog', { name: 'How it looks' })
    for (const name of ['Larger', 'Grey', 'Sans', 'Narrow']) await sheet.getByRole('button', { name, exact: true }).click()
    await sheet.getByRole('switch', { name: /Divide words/ }).click()
    const seen = async () => [await style('html', 'background-color'), await style('html', 'font-family'), await style('body', 'hyphens'), await style('body', 'max-width')]
    expect(Number.parseFloat(await style('html', 'font-size'))).toBeCloseTo(before * 1.1, 1)
    const chosen = await seen()
    expect(chosen[0]).toBe('rgb(69, 72, 76)')
    expect(chosen[1]).toContain('Segoe UI')
    expect(chosen[2]).toBe('auto')
    expect(await audit(page)).toEqual([])
    await page.reload()
    await page.getByRole('button', { name: 'How it looks' }).waitFor()
    expect(await seen()).toEqual(chosen)
    expect(await audit(page)).toEqual([])
  })

  test('follows the device while the text is open', async () => {
    await page.evaluate(() => localStorage.removeItem('anagnorisis.reader'))
    await open()
    await page.emulateMedia({ colorScheme: 'light' })
    await expect.poll(() => style('main', 'color')).toBe('rgb(34, 29, 23)')
    await page.emulateMedia({ colorScheme: 'dark' })
    await expect.poll(() => style('main', 'color')).toBe('rgb(243, 236, 226)')
    expect(await style('html', 'color-scheme')).toBe('dark')
    await page.emulateMedia({ colorScheme: 'light' })
  })

  test('no script can run in the frame', async () => {
    expect(await page.locator('iframe').getAttribute('sandbox')).toBe('allow-same-origin')
    const policy = await page.evaluate(async (id) => (await fetch(`/media/${id}/text`)).headers.get('content-security-policy'), text)
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('allow-scripts')
  })
})

describe('highlights', () => {
  test('words are marked, a note is written, and both are there again', async () => {
    await open()
    const quote = await select(4, 24)
    await toolbar().getByRole('button', { name: 'Highlight' }).click()
    await expect.poll(() => frame().locator('mark').count()).toBeGreaterThan(0)
    const other = await select(30, 44)
    await toolbar().getByRole('button', { name: 'Note' }).click()
    expect(await audit(page)).toEqual([])
    await page.getByLabel('Your note').fill('Salt of the earth')
    await page.getByRole('button', { name: 'Save' }).click()
    await expect.poll(told).toMatchObject([{ quote: other, note: 'Salt of the earth' }, { quote, note: '' }])
    await page.reload()
    await expect.poll(() => frame().locator('mark').allInnerTexts()).toEqual([expect.stringContaining(quote), expect.stringContaining(other)])
    await frame().locator('mark.noted').click()
    await page.getByRole('group', { name: 'Highlight' }).getByText('Salt of the earth').waitFor()
    expect(await audit(page)).toEqual([])
  })

  test('without the house one is marked all the same; it arrives once the house is back', async () => {
    await open()
    await expect.poll(() => frame().locator('mark').count()).toBe(2)
    await browser.setOffline(true)
    const quote = await select(50, 66)
    await toolbar().getByRole('button', { name: 'Highlight' }).click()
    await expect.poll(() => frame().locator('mark').count()).toBe(3)
    await browser.setOffline(false)
    await expect.poll(async () => (await told()).map((one) => one.quote)).toContain(quote)
    expect(await told()).toHaveLength(3)
  })

  test('all of them are listed beside the texts, lead to their place, and are taken out', async () => {
    await page.goto(`${house.address}/library/article`)
    await page.getByRole('link', { name: 'Highlights' }).click()
    await page.getByText('Salt of the earth').waitFor()
    expect(await audit(page)).toEqual([])
    await page.getByRole('link', { name: /Salt of the earth/ }).click()
    await expect.poll(() => frame().locator('mark').count()).toBe(3)
    for (let left = 3; left > 0; left--) {
      await page.getByRole('button', { name: /^Remove the highlight/ }).first().click()
      await expect.poll(() => frame().locator('mark').count()).toBe(left - 1)
    }
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(async () => (await told()).length).toBe(1)
    await page.goto(`${house.address}/highlights`)
    await expect.poll(() => page.locator('main blockquote').count()).toBe(1)
  })
})

describe('read aloud', () => {
  test('sentence after sentence, followed in the text; music waits and goes on', async () => {
    await page.goto(`${house.address}/library/music`)
    await page.getByRole('button', { name: /^Play / }).first().click()
    await expect.poll(sounding).toBe(true)
    await page.getByRole('link', { name: 'Texts' }).first().click()
    await page.locator(`main a[href="/item/${text}"]`).first().click()
    await page.getByRole('button', { name: 'Read aloud' }).click()
    await expect.poll(said).toHaveLength(1)
    await expect.poll(sounding).toBe(false)
    const first = await frame().locator('.spoken').allInnerTexts()
    expect((await said())[0]).toMatch(/^en 1 /)
    expect((await said())[0]).toContain(first.join(' ').trim().slice(0, 20))
    expect(await page.evaluate(() => navigator.mediaSession.metadata?.title)).toBe(await page.locator('h1').first().textContent())
    expect(await audit(page)).toEqual([])
    await page.evaluate(() => (globalThis as unknown as { speechSynthesis: { next(): void } }).speechSynthesis.next())
    await expect.poll(said).toHaveLength(2)
    expect(await frame().locator('.spoken').allInnerTexts()).not.toEqual(first)
    const voiced = page.getByRole('region', { name: 'Read aloud' })
    await voiced.getByRole('button', { name: /^Pace 1/ }).click()
    await expect.poll(async () => (await said()).at(-1)).toMatch(/^en 1.25 /)
    await voiced.getByRole('button', { name: 'Pause reading' }).click()
    await voiced.getByRole('button', { name: 'Read on' }).waitFor()
    const many = Number(/of (\d+)/.exec(await voiced.innerText())?.[1])
    await voiced.getByRole('button', { name: 'Read on' }).click()
    for (let n = 0; n < many; n++) await page.evaluate(() => (globalThis as unknown as { speechSynthesis: { next(): void } }).speechSynthesis.next())
    await voiced.waitFor({ state: 'hidden' })
    await expect.poll(sounding).toBe(true)
    expect(await frame().locator('.spoken').count()).toBe(0)
  })

  test('the player silences the voice, and leaving the text ends it', async () => {
    await page.getByRole('button', { name: 'Read aloud' }).click()
    await expect.poll(sounding).toBe(false)
    const player = page.getByRole('region', { name: 'Now playing' })
    await player.getByRole('button', { name: 'Play', exact: true }).click()
    await page.getByRole('button', { name: 'Read on' }).waitFor()
    await page.getByRole('button', { name: 'Back', exact: true }).click()
    await page.getByRole('region', { name: 'Read aloud' }).waitFor({ state: 'hidden' })
  })
})
