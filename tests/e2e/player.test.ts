// The player in a real browser: what browsers cannot open, the lock screen's buttons, words, repeat, sleep, lists.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { audit } from './audit'
import { browse, comeIn, House } from './house'

const ROOT = new URL('../..', import.meta.url).pathname
const house = new House()
let browser: BrowserContext
let page: Page

type Sounding = { src: string; at: number; paused: boolean; rate: number; volume: number; error: number | null }

/** The element that sounds, or did last. */
const sounding = () =>
  page.evaluate(() => {
    const all = [...document.querySelectorAll('audio')]
    const one = all.find((sound) => !sound.paused) ?? all.find((sound) => sound.currentSrc)
    if (!one) return null
    return { src: one.currentSrc, at: one.currentTime, paused: one.paused, rate: one.playbackRate, volume: one.volume, error: one.error?.code ?? null }
  }) as Promise<Sounding | null>
const sheet = (name: string) => page.getByRole('dialog', { name })
const button = (name: string | RegExp) => page.getByRole('button', { name }).and(page.locator(':visible')).first()
const mini = () => page.getByRole('region', { name: 'Now playing' })
const lock = (action: string, details = {}) =>
  page.evaluate(([action, details]) => (window as any).acts[action as string]?.(details), [action, details] as const)
const heard = async (title: string) => {
  await expect.poll(() => mini().getByText(title, { exact: true }).count()).toBeGreaterThan(0)
  await expect.poll(async () => (await sounding())?.at ?? 0, { timeout: 10_000 }).toBeGreaterThan(0.2)
}

async function play(title: string): Promise<void> {
  await page.goto(`${house.address}/library/music?sort=title`)
  await button(`Play ${title}`).click()
  await heard(title)
}

async function openPlayer(): Promise<void> {
  await mini().getByRole('button', { name: /show the player/i }).click()
  await sheet('Now playing').waitFor()
}

const ask = (method: string, path: string, body?: unknown) =>
  page.evaluate(
    async ([method, path, body]) => {
      const headers = { 'x-anag': '1', 'content-type': 'application/json' }
      const answer = await fetch(path as string, { method: method as string, headers, body: body ? JSON.stringify(body) : undefined })
      const text = await answer.text()
      try {
        return JSON.parse(text)
      } catch {
        return text
      }
    },
    [method, path, body] as const,
  )

beforeAll(async () => {
  const words = [join(ROOT, 'tests/e2e/put_tracks.py'), join(house.folder, 'library')]
  execFileSync(join(ROOT, '.venv/bin/python'), words, { env: { ...process.env, PYTHONPATH: ROOT } })
  await house.start()
  browser = await browse(house)
  page = await browser.newPage()
  await page.addInitScript(() => {
    const acts: Record<string, unknown> = ((window as any).acts = {})
    const set = navigator.mediaSession.setActionHandler.bind(navigator.mediaSession)
    navigator.mediaSession.setActionHandler = (name, run) => ((acts[name] = run), set(name, run))
  })
  await comeIn(page, house, await house.code(), 'Ada')
  await house.until(async () => (await ask('GET', '/api/items?kind=music')).picks.length === 5)
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await house.away()
})

describe('what a browser cannot open', () => {
  test.each([['Two', 'ALAC'], ['Three', 'AIFF'], ['Four', 'Windows Media']])('%s, %s, is heard all the same and can be searched', async (title) => {
    await play(title)
    const track = (await sounding()) as Sounding
    expect(track.error).toBeNull()
    expect(track.src).toMatch(/\/play\?can=/)
    const duration = await page.evaluate(() => [...document.querySelectorAll('audio')].find((sound) => !sound.paused)?.duration)
    expect(duration).toBeCloseTo(12, 0)
    await lock('seekto', { seekTime: 9 })
    await expect.poll(async () => (await sounding())?.at ?? 0).toBeGreaterThan(9.1)
  })

  test('what it can open comes as it is', async () => {
    await play('Five')
    const type = await page.evaluate(async (src) => (await fetch(src, { method: 'HEAD' })).headers.get('content-type'), (await sounding())?.src ?? '')
    expect(type).toBe('audio/flac')
  })

  test('over a weak link everything comes in little', async () => {
    await play('Five')
    await openPlayer()
    await button('Sleep, speed').click()
    await sheet('How it plays').getByRole('switch', { name: /Save data/ }).click()
    await play('One')
    expect((await sounding())?.src).toContain('small=1')
    const type = await page.evaluate(async (src) => (await fetch(src, { method: 'HEAD' })).headers.get('content-type'), (await sounding())?.src ?? '')
    expect(type).toContain('audio/mp4')
    await openPlayer()
    await button('Sleep, speed').click()
    await sheet('How it plays').getByRole('switch', { name: /Save data/ }).click()
  })
})

describe('the lock screen', () => {
  test('has every button, and each does what it says', async () => {
    await play('Five')
    expect(await page.evaluate(() => Object.keys((window as any).acts).sort())).toEqual(
      ['nexttrack', 'pause', 'play', 'previoustrack', 'seekbackward', 'seekforward', 'seekto', 'stop'],
    )
    const said = await page.evaluate(() => navigator.mediaSession.metadata)
    await lock('pause')
    await expect.poll(async () => (await sounding())?.paused).toBe(true)
    expect(await page.evaluate(() => navigator.mediaSession.playbackState)).toBe('paused')
    await lock('play')
    await expect.poll(async () => (await sounding())?.paused).toBe(false)
    await lock('seekforward', { seekOffset: 5 })
    await expect.poll(async () => (await sounding())?.at ?? 0).toBeGreaterThan(5)
    await lock('seekbackward', {})
    await expect.poll(async () => (await sounding())?.at ?? 9).toBeLessThan(4)
    await lock('nexttrack')
    await heard('Four')
    await lock('previoustrack')
    await expect.poll(() => mini().getByText('Five', { exact: true }).count()).toBe(1)
    expect(said).not.toBeNull()
    await lock('stop')
    await expect.poll(() => mini().count()).toBe(0)
  })
})

describe('the player', () => {
  test('is clean at both sizes, as are its sheets', async () => {
    await play('Three')
    await openPlayer()
    expect(await audit(page)).toEqual([])
    for (const [open, name] of [['Words', 'Words'], ['Sleep, speed', 'How it plays'], ['Elsewhere', 'Play elsewhere'], ['Coming up', 'Coming up']] as const) {
      await sheet('Now playing').getByRole('button', { name: open }).click()
      await sheet(name).waitFor()
      expect(await audit(page), name).toEqual([])
      await page.goBack()
    }
  })

  test('shows the words as they are sung, and goes to a line by a tap', async () => {
    await play('Three')
    await openPlayer()
    await button('Words').click()
    await lock('seekto', { seekTime: 2.5 })
    await expect.poll(() => sheet('Words').locator('[aria-current]').textContent()).toBe('The tide is coming in')
    await sheet('Words').getByRole('button', { name: 'and out' }).click()
    await expect.poll(async () => (await sounding())?.at ?? 0).toBeGreaterThan(8.9)
    await expect.poll(() => sheet('Words').locator('[aria-current]').textContent()).toBe('and out')
  })

  test('repeats the list and then the one track', async () => {
    await page.goto(`${house.address}/library/music?sort=title`)
    await play('Two')
    await openPlayer()
    await button('Repeat nothing').click()
    await lock('seekto', { seekTime: 11.2 })
    await heard('Five')
    await button('Repeat the list').click()
    await lock('seekto', { seekTime: 11.2 })
    await expect.poll(async () => (await sounding())?.at ?? 99, { timeout: 8_000 }).toBeLessThan(3)
    expect(await mini().getByText('Five', { exact: true }).count()).toBeGreaterThan(0)
    await button('Repeat this track').click()
    await button('Repeat nothing').waitFor()
  })

  test('one track follows another without a gap that could be heard', async () => {
    await play('Five')
    const gap = await page.evaluate(
      () =>
        new Promise<number>((done) => {
          const [one, two] = [...document.querySelectorAll('audio')].sort((a, b) => Number(a.paused) - Number(b.paused))
          let [ended, began] = [0, 0]
          one!.addEventListener('ended', () => (ended = performance.now()))
          one!.currentTime = 9
          const look = () => {
            if (!began && two!.currentTime > 0) began = performance.now() - two!.currentTime * 1000
            if (ended && began) done(began - ended)
            else setTimeout(look, 2)
          }
          look()
        }),
    )
    expect(Math.abs(gap)).toBeLessThan(150)
  })

  test('falls asleep when its time has come, and after the track', async () => {
    await page.clock.install()
    await play('Five')
    await openPlayer()
    await button('Sleep, speed').click()
    await sheet('How it plays').getByRole('button', { name: '15 min' }).click()
    await sheet('How it plays').getByText('Silence in 15 minutes.').waitFor()
    await page.clock.fastForward(15 * 60_000 + 1000)
    await expect.poll(async () => (await sounding())?.paused).toBe(true)
    await lock('play')
    await sheet('How it plays').getByRole('button', { name: 'After this track' }).click()
    await lock('seekto', { seekTime: 11.5 })
    await expect.poll(async () => (await sounding())?.paused, { timeout: 8_000 }).toBe(true)
    await sheet('How it plays').getByText('It plays on.').waitFor()
    expect(await mini().getByText('Five', { exact: true }).count()).toBe(1)
  })

  test('plays faster, and as fast again after a reload', async () => {
    await play('Five')
    await openPlayer()
    await button('Sleep, speed').click()
    await sheet('How it plays').getByRole('button', { name: '1.5×' }).click()
    await expect.poll(async () => (await sounding())?.rate).toBe(1.5)
    await expect.poll(async () => (await ask('GET', '/api/listening/choices')).music?.speed).toBe(1.5)
    await page.reload()
    await play('One')
    await expect.poll(async () => (await sounding())?.rate).toBe(1.5)
    await ask('PUT', '/api/listening/choices/music', { speed: 1, level: 'track' })
    await page.reload()
  })

  test('is as loud as it has to be', async () => {
    await house.until(async () => {
      const { picks } = await ask('GET', '/api/items?kind=music&sort=title')
      const five = picks.find((pick: any) => pick.item.title === 'Five').item.id
      return (await ask('GET', `/api/items/${five}/sound`)).track_gain < 0
    })
    await page.reload()
    await play('Five')
    await expect.poll(async () => (await sounding())?.volume ?? 1).toBeLessThan(0.9)
  })
})
