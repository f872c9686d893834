// The front door as a family uses it: a second phone pairs, is confirmed by a passkey, narrowed, and sent away.
import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { comeIn, pairSeconds } from '../../pwa/tools/pairing.mjs'
import { browse, House } from './house'

const house = new House()
let ours: BrowserContext
let theirs: BrowserContext
let owner: Page
let phone: Page

/** By its name: browsers make passkeys for names only. */
const at = (path = '/') => `http://localhost:${house.port}${path}`
const status = (page: Page, path: string) => page.evaluate(async (address) => (await fetch(address)).status, path)
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).and(page.locator(':visible')).first()

async function sheet(name: string): Promise<void> {
  await owner.goto(at())
  await button(owner, /settings/i).click()
  await button(owner, name).click()
}

/** A finger that always fits: passkeys without a device to touch. */
async function finger(page: Page): Promise<CDPSession> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return devtools
}

beforeAll(async () => {
  house.furnish([2, 4, 2])
  await house.start()
  ours = await browse(house)
  theirs = await browse(house)
  owner = await ours.newPage()
  phone = await theirs.newPage()
}, 120_000)

afterAll(async () => {
  await ours?.close()
  await theirs?.close()
  await house.away()
})

describe('the front door', () => {
  test('a second phone shows a code and is in after one tap of the owner', async () => {
    await comeIn(owner, at(), await house.code())
    await phone.goto(at())
    await button(phone, /Show a code/).click()
    const code = await phone.getByLabel('The code of this device').textContent()
    await phone.reload()
    await button(phone, /Show a code/).click()
    expect(await phone.getByLabel('The code of this device').textContent()).toBe(code)
    await owner.getByRole('region', { name: 'A device asks to come in' }).getByRole('button', { name: 'Turn away' }).click()
    await button(phone, 'Show a new code').waitFor()
    await pairSeconds(phone, owner, at())
    expect(await status(phone, '/api/session')).toBe(200)
    expect(await owner.getByRole('region', { name: 'A device asks to come in' }).count()).toBe(0)
  })

  test('a code that nobody here asked for cannot be answered twice', async () => {
    const waiting = await owner.evaluate(async () => (await fetch('/api/pair')).json())
    expect(waiting).toEqual([])
  })

  test('a passkey is made, and asked for before a device changes its role', async () => {
    const devtools = await finger(owner)
    await sheet('Security')
    await button(owner, 'Make a passkey').click()
    await button(owner, /Remove the passkey/).waitFor()
    await house.end('SIGTERM')
    await house.start([])
    await sheet('Devices')
    await button(owner, 'Let it only play').click()
    await button(owner, 'Use your passkey').click()
    await button(owner, 'Let it do more than play').waitFor()
    const narrowed = await phone.evaluate(async () => (await fetch('/api/session')).json())
    expect(narrowed.role).toBe('screen')
    await devtools.send('WebAuthn.disable')
  })

  test('without the finger nothing is confirmed', async () => {
    await house.end('SIGTERM')
    await house.start([])
    await sheet('Devices')
    await button(owner, 'Let it do more than play').click()
    await button(owner, 'Not now').click()
    await expect.poll(() => owner.getByRole('alert').first().innerText()).toMatch(/Confirm that it is you/)
    expect((await phone.evaluate(async () => (await fetch('/api/session')).json())).role).toBe('screen')
  })

  test('a password does as well, and the wrong one does not', async () => {
    await house.end('SIGTERM')
    await house.start([])
    const devtools = await finger(owner)
    await sheet('Security')
    await button(owner, 'Set a password').click()
    await owner.getByLabel(/New password/).fill('correct horse')
    await button(owner, 'Save').click()
    // The passkey of before lies in an authenticator that is gone: only a code from the console helps.
    await owner.getByRole('dialog', { name: 'Is it you?' }).getByRole('button', { name: 'Not now' }).click()
    await devtools.send('WebAuthn.disable')
    house.command('people', 'unlock', 'Ada')
    await sheet('Security')
    await button(owner, 'Set a password').click()
    await owner.getByLabel(/New password/).fill('correct horse')
    await button(owner, 'Save').click()
    await button(owner, 'Change the password').waitFor()
    await house.end('SIGTERM')
    await house.start([])
    await sheet('Devices')
    await button(owner, 'Let it do more than play').click()
    await owner.getByLabel('Your password').fill('wrong horse')
    await button(owner, 'Confirm').click()
    await expect.poll(() => owner.getByRole('alert').last().innerText()).toMatch(/not your password/)
    await owner.getByLabel('Your password').fill('correct horse')
    await button(owner, 'Confirm').click()
    await button(owner, 'Let it only play').waitFor()
  })

  test('the phone is sent away, and finds itself before the door with its ratings kept', async () => {
    await phone.goto(at())
    await phone.getByRole('radiogroup').first().waitFor()
    await theirs.setOffline(true)
    await phone.getByRole('radiogroup').and(phone.locator(':visible')).first().getByRole('radio', { name: '9 of 10', exact: true }).click()
    await sheet('Devices')
    await button(owner, /^Sign out /).click()
    await button(owner, 'Sign it out').click()
    await owner.getByText('Only this device so far.').waitFor()
    await theirs.setOffline(false)
    await phone.getByText('This device was signed out').waitFor()
    await phone.getByText('1 rating made here had not reached the house').waitFor()
    await button(phone, /Delete it/).click()
    await phone.getByText('Nothing of this house is left on this device.').waitFor()
    expect(await status(phone, '/api/session')).toBe(401)
  })

  test('an invitation by link lets it in again, once', async () => {
    await button(owner, 'Let a device in').click()
    await button(owner, 'Make an invitation').click()
    const code = await owner.locator('dialog output').innerText()
    await phone.goto('about:blank') // from another page, as a link is followed
    await phone.goto(at(`/join#c=${code}`))
    await button(phone, 'Open').click()
    await phone.getByRole('heading', { level: 1, name: /Good/ }).waitFor()
    await owner.getByText('Chrome on Linux').nth(1).or(owner.locator('dialog li').nth(1)).first().waitFor()
    expect(await phone.evaluate(async (used) => (await fetch('/api/session', {
      method: 'POST', headers: { 'x-anag': '1', 'content-type': 'application/json' }, body: JSON.stringify({ code: used }),
    })).status, code)).toBe(403)
  })

  test('what happened is written down for the owner', async () => {
    await sheet('What happened')
    for (const words of ['came in by pairing', 'made the passkey', 'confirmed by password', /signed out/, 'came in with a code'])
      await owner.locator('dialog li').filter({ hasText: words }).first().waitFor()
  })
})
