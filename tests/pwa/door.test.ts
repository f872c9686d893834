// The door's own small parts: bytes of passkeys, spoken times, confirming and trying again.
import { describe, expect, test } from 'vitest'
import { ApiError, Unreachable } from '../../pwa/src/lib/api'
import { spaced } from '../../pwa/src/lib/device'
import { ago, day } from '../../pwa/src/lib/format'
import { Loaded, words } from '../../pwa/src/lib/loaded.svelte'
import { bytes, text } from '../../pwa/src/lib/passkeys'
import { proof } from '../../pwa/src/lib/proof.svelte'
import { match } from '../../pwa/src/lib/router'

const confirmFirst = () => new ApiError(403, 'confirm_first', 'Confirm that it is you.')

describe('bytes of passkeys', () => {
  test('every byte survives base64url there and back, without padding or unsafe letters', () => {
    for (const length of [0, 1, 2, 3, 255, 256]) {
      const given = Uint8Array.from({ length }, (_, n) => (n * 7 + 251) % 256)
      const written = text(given.buffer)
      expect(written).toMatch(/^[\w-]*$/)
      expect([...bytes(written)]).toEqual([...given])
    }
    expect(text(Uint8Array.of(251, 255, 254).buffer)).toBe('-__-')
  })
})

describe('words', () => {
  test('a time that has passed is told as a person says it', () => {
    expect(ago(1_000, 1_010)).toBe('just now')
    expect(ago(1_000, 1_000 + 125)).toBe('2 minutes ago')
    expect(ago(0, 3_600 * 5)).toBe('5 hours ago')
    expect(ago(0, 86_400)).toBe('yesterday')
    expect(ago(0, 86_400 * 40)).toBe(day(0))
    expect(ago(1_000, 900)).toBe('just now')
  })

  test('a code is shown in two groups', () => expect(spaced('K7QF2M')).toBe('K7Q F2M'))

  test('what a QR code leads to is a page of ours', () => {
    expect(match('/approve#c=K7QF2M')).toEqual({ page: 'home' })
    expect(match('/join#c=K7QF-2M9X')).toEqual({ page: 'home' })
    expect(match('/join/x').page).toBe('missing')
  })
})

describe('something a sheet shows', () => {
  test('what was there stays when it cannot be asked again, with the reason beside it', async () => {
    let answer: () => Promise<number> = async () => 1
    const loaded = new Loaded(() => answer())
    expect([loaded.value, loaded.trouble]).toEqual([null, ''])
    await loaded.load()
    answer = async () => Promise.reject(new Unreachable())
    await loaded.load()
    expect([loaded.value, loaded.trouble]).toEqual([1, 'The house is out of reach.'])
    answer = async () => 2
    expect(await loaded.after(async () => Promise.reject(new ApiError(409, 'conflict', 'Taken.')))).toBe(false)
    expect([loaded.value, loaded.trouble]).toEqual([1, 'Taken.'])
    expect(await loaded.after(async () => null)).toBe(true)
    expect([loaded.value, loaded.trouble]).toEqual([2, ''])
  })

  test('an error without words still says something', () => expect(words('x')).toBe('That did not work.'))
})

describe('confirming that it is you', () => {
  test('what was refused until then runs again once it is done', async () => {
    let tries = 0
    const asked = proof.with(async () => {
      if (++tries === 1) throw confirmFirst()
      return 'done'
    })
    await expect.poll(() => proof.wanted).toBe(true)
    proof.done(true)
    expect(await asked).toBe('done')
    expect([tries, proof.wanted]).toEqual([2, false])
  })

  test('who does not want to is told what was refused, and nothing runs again', async () => {
    let tries = 0
    const asked = proof.with(async () => {
      tries++
      throw confirmFirst()
    })
    await expect.poll(() => proof.wanted).toBe(true)
    proof.done(false)
    await expect(asked).rejects.toThrow('Confirm that it is you.')
    expect(tries).toBe(1)
  })

  test('no other refusal asks for a proof', async () => {
    const refused = new ApiError(403, 'nothing_to_confirm_with', 'Make a passkey first.')
    await expect(proof.with(async () => Promise.reject(refused))).rejects.toBe(refused)
    expect(proof.wanted).toBe(false)
  })
})
