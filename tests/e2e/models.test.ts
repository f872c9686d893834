// A model of one's own on its page: pointed at, taken in, joined with another, seeing everything, and given up again.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { audit } from './audit'
import { browse, comeIn, embedded, House, rate } from './house'

const ROOT = new URL('../..', import.meta.url).pathname
const MADE = `
import sys
from pathlib import Path
from tests import graphs
graphs.picture_model(Path(sys.argv[1], "eyes"), title="Eyes")
graphs.picture_model(Path(sys.argv[1], "lens"), graphs.picture_graph(gain=2.0), title="Lens")
graphs.picture_model(Path(sys.argv[1], "torn"))
Path(sys.argv[1], "torn", "model.onnx").write_bytes(b"no graph")
`
const house = new House()
let browser: BrowserContext
let page: Page

type Told = { kinds: { kind: string; active: { name: string; models: string[] }; candidate: object | null; previous: object | null }[]; installed: { name: string }[] }
const told = () => page.evaluate(async () => (await fetch('/api/models')).json()) as Promise<Told>
const pictures = async () => (await told()).kinds.find((one) => one.kind === 'image')!
const rated = () => page.evaluate(async () => (await (await fetch('/api/items?rated=yes&limit=100')).json()).picks.length)
const sheet = () => page.getByRole('dialog', { name: 'What sees, hears and reads' })
const part = (name: string) => sheet().getByRole('region', { name, exact: true })
const chip = (name: string) => sheet().getByRole('group', { name: 'Who shall see pictures' }).getByRole('button', { name, exact: true })

async function open(): Promise<void> {
  await page.goto(house.address)
  await page.getByRole('button', { name: 'Settings' }).first().click()
  await page.getByRole('button', { name: 'Models', exact: true }).click()
  await part('Pictures').waitFor()
}

beforeAll(async () => {
  house.furnish([2, 30, 2])
  execFileSync(join(ROOT, '.venv/bin/python'), ['-c', MADE, join(house.folder, 'models')], {
    env: { ...process.env, PYTHONPATH: `${ROOT}:${join(ROOT, 'server')}` },
  })
  await house.start()
  browser = await browse(house)
  page = await browser.newPage()
  await comeIn(page, house, await house.code(), 'Ada')
  await embedded(page, house, 34)
  await rate(page, 6)
  await house.until(async () => (await rated()) === 6)
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await house.away()
})

test('a folder of models is taken in; what is torn is named', async () => {
  await open()
  await sheet().getByText('None so far.').waitFor()
  await sheet().getByLabel('Path of a folder with models on the server').fill(join(house.folder, 'nowhere'))
  await sheet().getByRole('button', { name: 'Take in' }).click()
  await sheet().getByRole('alert').getByText(/There is no folder/).waitFor()
  await sheet().getByLabel('Path of a folder with models on the server').fill(join(house.folder, 'models'))
  await sheet().getByRole('button', { name: 'Take in' }).click()
  await sheet().getByText('torn was not taken in. model.onnx of torn is not what its description says').waitFor()
  expect((await told()).installed.map((one) => one.name)).toEqual(['eyes', 'lens'])
  expect(await audit(page)).toEqual([])
})

test('a model that can be fetched shows its terms, and nothing goes out before somebody switched that on', async () => {
  await sheet().getByText('Models that can be fetched').click()
  await sheet().getByRole('button', { name: /^Fetch CLIP/ }).click()
  await sheet().getByRole('link', { name: 'read it' }).waitFor()
  expect(await audit(page)).toEqual([])
  await sheet().getByRole('button', { name: 'I agree, fetch it' }).click()
  await sheet().getByRole('alert').getByText(/What goes out/).waitFor()
  const went = () => page.evaluate(async () => (await (await fetch('/api/egress')).json()).newest.length)
  expect(await went()).toBe(0)
})

test('two of them joined see everything and take over, also when the house is killed meanwhile; ratings stay', async () => {
  await chip('Eyes').click()
  await chip('Lens').click()
  await sheet().getByRole('button', { name: 'Use these together' }).click()
  await expect.poll(async () => { const now = await pictures(); return now.candidate !== null || now.active.models.length === 2 }).toBe(true)
  await house.end('SIGKILL')
  await house.start()
  await house.until(async () => (await pictures()).active.name === 'eyes+lens')
  expect(await rated()).toBe(6)
  await open()
  await part('Pictures').getByText(/Before, it was .*basic/).waitFor()
  expect(await audit(page)).toEqual([])
})

test('the way back is one tap; given up, what was joined can be removed', async () => {
  await part('Pictures').getByRole('button', { name: 'Go back to it' }).click()
  await expect.poll(async () => (await pictures()).active.models).toEqual([])
  await part('Pictures').getByRole('button', { name: 'Give its disk back' }).click()
  await expect.poll(async () => (await pictures()).previous).toBe(null)
  for (const name of ['Eyes', 'Lens']) {
    await sheet().getByRole('button', { name: `Remove ${name}` }).click()
    await sheet().getByRole('button', { name: /^Remove, and free/ }).click()
    await expect.poll(async () => (await told()).installed.some((one) => one.name === name.toLowerCase())).toBe(false)
  }
  expect(await rated()).toBe(6)
})

test('without the house the page shows what it last said, and changes nothing', async () => {
  await house.end('SIGTERM')
  await page.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('button', { name: 'Models', exact: true }).click().catch(() => open())
  await sheet().getByText('Shown from memory: the house is out of reach.').waitFor()
  expect(await sheet().getByRole('button', { name: 'Take in' }).count()).toBe(0)
})
