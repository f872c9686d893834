// A phone comes to know the house: the guide notices trust by itself, the app installs and answers by its name.
import axe from 'axe-core'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { comeIn } from './house'
import { LanHouse } from './lan'

const house = new LanHouse()
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const IPAD = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15'

beforeAll(async () => {
  house.furnish([1, 2, 1])
  await house.start(['--lan', '--library', `${house.folder}/library`])
}, 120_000)

afterAll(() => house.away())

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(`${axe.source};0`)
  const found = await page.evaluate(async (tags) => (globalThis as unknown as { axe: typeof axe }).axe.run({ runOnly: tags }), RULES)
  return found.violations.map((one) => `${one.id} ${one.nodes.map((node) => node.target)}`)
}

describe('a phone that does not trust the house yet', () => {
  let phone: BrowserContext
  let page: Page

  beforeAll(async () => {
    phone = await house.phone(false)
    page = await phone.newPage()
    await page.goto(house.guide)
  })
  afterAll(() => phone?.close())

  test('is refused by its own browser, and shown the steps and the tag of the console', async () => {
    await expect.poll(() => page.getByRole('status').innerText()).toMatch(/Waiting/)
    expect(await page.locator('.tag').innerText()).toBe(house.tag)
    const other = await phone.newPage()
    await expect(other.goto(house.address)).rejects.toThrow(/ERR_CERT_AUTHORITY_INVALID/)
    await other.close()
  })

  test.each(['ios', 'android', 'mac', 'windows', 'linux'])('finds the steps for %s, readable and no others', async (device) => {
    await page.selectOption('#device', device)
    expect(await page.locator('[data-device]:visible').count()).toBe(1)
    expect(await page.locator(`[data-device=${device}] svg:visible`).count()).toBeGreaterThan(0)
    expect(await violations(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  })

  test('gets the authority in the form that its system takes', async () => {
    await page.selectOption('#device', 'ios')
    const [profile] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download' }).locator('visible=true').click()])
    expect(profile.suggestedFilename()).toBe('anagnorisis.mobileconfig')
  })

  test('moves on by itself once it trusts the house', async () => {
    // On a phone trust changes below the browser; here the debugger changes the browser's verdict, and the page
    // is told nothing.
    const debug = await phone.newCDPSession(page)
    await debug.send('Security.setIgnoreCertificateErrors', { ignore: true })
    await page.waitForURL(`${house.address}/install`)
  })
})

test('an iPad that says it is a Mac is shown the steps of an iPad', async () => {
  const tablet = await house.phone(false)
  const page = await tablet.newPage()
  const debug = await tablet.newCDPSession(page)
  await debug.send('Emulation.setUserAgentOverride', { userAgent: IPAD, platform: 'MacIntel' })
  await debug.send('Emulation.setTouchEmulationEnabled', { enabled: true, maxTouchPoints: 5 })
  await page.goto(house.guide)
  await expect.poll(() => page.locator('#device').inputValue()).toBe('ios')
  await tablet.close()
})

describe('a phone whose store holds the authority', () => {
  let phone: BrowserContext
  let page: Page

  beforeAll(async () => {
    phone = await house.phone(true)
    page = await phone.newPage()
  })
  afterAll(() => phone?.close())

  test('goes from the guide to the install page at once, and the app can be installed', async () => {
    await page.goto(house.guide)
    await page.waitForURL(`${house.address}/install`)
    await expect.poll(() => page.getByRole('status').innerText()).toContain(house.tag)
    expect(await page.evaluate(() => isSecureContext)).toBe(true)
    const debug = await phone.newCDPSession(page)
    const { installabilityErrors } = await debug.send('Page.getInstallabilityErrors')
    expect(installabilityErrors).toEqual([])
    expect(await violations(page)).toEqual([])
  })

  test('opens the app under its name, comes in, and the service worker is at work', async () => {
    await comeIn(page, house, await house.code(), 'Ada')
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => null))
    await page.reload()
    await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated')
    const session = await page.evaluate(async () => (await fetch('/api/session')).status)
    expect(session).toBe(200)
  })

  test('finds the install page behind the service worker too', async () => {
    await page.goto(`${house.address}/install`)
    await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText()).toBe('One more step')
  })

  test('shows the next phone the same tag and a code to scan', async () => {
    await page.goto(house.address)
    await page.getByRole('button', { name: /settings/i }).first().click()
    await page.getByRole('button', { name: 'Add a phone' }).click()
    const shown = page.getByRole('img', { name: /QR code/ })
    await shown.waitFor()
    expect(await shown.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0)).toBe(true)
    await expect.poll(() => page.getByText(house.tag, { exact: true }).isVisible()).toBe(true)
  })
})
