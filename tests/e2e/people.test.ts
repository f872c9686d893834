// One screen in the kitchen, two people: each rates for themselves, a child sees what it was given, one lets another go.
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browse, comeIn, House } from './house'

const house = new House()
const contexts: BrowserContext[] = []
let owner: Page
let wall: Page

const at = (path = '/') => `http://localhost:${house.port}${path}`
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).and(page.locator(':visible')).first()

async function device(): Promise<Page> {
  const context = await browse(house)
  contexts.push(context)
  return context.newPage()
}

/** What the house answers to a device as it is signed in. */
function ask(page: Page, method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> {
  return page.evaluate(
    async ([method, path, body]) => {
      const headers = { 'x-anag': '1', 'content-type': 'application/json' }
      const answer = await fetch(path as string, { method: method as string, headers, body: body ? JSON.stringify(body) : undefined })
      const text = await answer.text()
      return { status: answer.status, body: text ? JSON.parse(text) : null }
    },
    [method, path, body] as const,
  )
}

async function people(): Promise<void> {
  await owner.goto(at())
  await button(owner, /settings/i).click()
  await button(owner, /People, and what/).click()
}

async function listen(name: string, pin = ''): Promise<void> {
  await button(wall, /listening/i).click()
  await wall.getByRole('dialog').getByRole('button', { name }).click()
  if (pin) {
    await wall.getByLabel(`The PIN of ${name}`).fill(pin)
    await button(wall, 'It is me').click()
  }
  await house.until(async () => (await ask(wall, 'GET', '/api/session')).body.person.name === name)
  await wall.getByRole('dialog').waitFor({ state: 'detached' })
}

async function rate(value: number): Promise<string> {
  const card = wall.locator('article').first()
  const title = (await card.locator('h3').first().textContent()) ?? ''
  await card.getByRole('radio', { name: `${value} of 10` }).click()
  await house.until(async () => (await mine()).length > 0)
  return title
}

const mine = async () => (await ask(wall, 'GET', '/api/items?sort=mine')).body.picks as { mine: number }[]

beforeAll(async () => {
  house.furnish([2, 6, 2])
  await house.start()
  owner = await device()
  wall = await device()
  await comeIn(owner, { address: at() }, await house.code(), 'Ada')
  await owner.goto(at())
  expect((await ask(owner, 'PUT', '/api/security/password', { password: 'correct horse' })).status).toBe(204)
})

afterAll(async () => {
  for (const context of contexts) await context.close()
  await house.away()
})

describe('people of the house', () => {
  test('an owner adds Ben, lets him be chosen with a PIN, and herself without', async () => {
    await people()
    await owner.getByLabel('Name of a further person').fill('Ben')
    await button(owner, 'Add').click()
    await owner.getByText('A code for Ben').waitFor()
    await button(owner, /^B? ?Ben/).click()
    await owner.getByLabel('May be chosen on screens').click()
    await owner.getByLabel('A PIN, if wanted').fill('4711')
    await owner.getByRole('button', { name: 'Set', exact: true }).click()
    await owner.getByText('The PIN is set').waitFor()
    expect((await ask(owner, 'PUT', '/api/people/1/listening', { allowed: true })).status).toBe(200)
  })

  test('a screen asks who is listening before it takes a rating', async () => {
    const { code } = (await ask(owner, 'POST', '/api/invitations', { person: 1, screen: true })).body
    await wall.goto(at())
    await wall.getByLabel('Code from the console').fill(code)
    await wall.getByRole('button', { name: 'Open', exact: true }).click()
    await wall.locator('article').first().getByRole('radio', { name: '7 of 10' }).click()
    await wall.getByRole('dialog', { name: 'Who is listening?' }).waitFor()
    await wall.keyboard.press('Escape')
    expect(await mine()).toEqual([])
  })

  test('what two people rate on it is never mixed', async () => {
    await listen('Ada')
    await rate(9)
    await listen('Ben', '4711')
    expect(await mine()).toEqual([])
    await rate(2)
    expect((await mine()).map((pick) => pick.mine)).toEqual([2])
    await listen('Ada')
    expect((await mine()).map((pick) => pick.mine)).toEqual([9])
    expect(((await ask(owner, 'GET', '/api/items?sort=mine')).body.picks as { mine: number }[]).map((pick) => pick.mine)).toEqual([9])
  })

  test('a rating made without a network waits for the one who made it', async () => {
    await wall.context().setOffline(true)
    await wall.locator('article').nth(1).getByRole('radio', { name: '6 of 10' }).click()
    await wall.context().setOffline(false)
    await house.until(async () => (await mine()).length === 2)
    await listen('Ben', '4711')
    expect((await mine()).map((pick) => pick.mine)).toEqual([2])
  })

  test('a child’s view takes effect at once on the screen that Ben uses', async () => {
    expect((await ask(wall, 'GET', '/api/items')).body.picks.length).toBeGreaterThan(5)
    await people()
    await button(owner, /^B? ?Ben/).click()
    await owner.getByLabel('A child’s view').click()
    await owner.getByText('Only what is on below').waitFor()
    await owner.getByLabel('library', { exact: true }).click()
    await house.until(async () => (await ask(wall, 'GET', '/api/items')).body.picks.length === 0)
    await wall.goto(at('/library'))
    await wall.getByText('Nothing here yet').waitFor()
  })

  test('Ada takes a rating back from what she did', async () => {
    await owner.goto(at('/history'))
    await button(owner, 'Rated').click()
    await owner.getByRole('button', { name: /Take back: You gave 9/ }).click()
    await house.until(async () => (await ask(owner, 'GET', '/api/history?only=rated')).body.did.length === 1)
    await owner.reload()
    await button(owner, 'Rated').click()
    await owner.getByText('You gave 6').waitFor()
    expect(await owner.getByText('You gave 9').count()).toBe(0)
  })

  test('Ben is let go: the screen is nobody’s, and nothing of him is left', async () => {
    await people()
    await button(owner, /^B? ?Ben/).click()
    await button(owner, /Let Ben go/).click()
    await button(owner, 'Erase and let go').click()
    await house.until(async () => (await ask(owner, 'GET', '/api/people')).body.length === 1)
    await house.until(async () => (await ask(wall, 'GET', '/api/session')).body.person.name === 'Nobody')
    await house.end('SIGTERM')
    expect(house.rows('SELECT count(*) FROM events WHERE person <> 1')).toEqual(['0'])
  })
})
