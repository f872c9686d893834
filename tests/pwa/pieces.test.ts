// A kept track is put together again from its pieces, any stretch of it.
import { describe, expect, test } from 'vitest'
import { answered, PIECE, piecesOf, ranged } from '../../pwa/src/lib/pieces'

const TOTAL = 2 * PIECE + 1000
const whole = new Uint8Array(TOTAL).map((_, n) => (n * 7 + (n >> 8)) % 251)
const about = { total: TOTAL, type: 'audio/flac' }
const piece = async (n: number) => new Blob([whole.slice(n * PIECE, (n + 1) * PIECE)])
const same = (a: Uint8Array, b: Uint8Array) => a.length === b.length && a.every((byte, n) => byte === b[n])
const bytes = async (answer: Response) => new Uint8Array(await answer.arrayBuffer())

describe('a stretch', () => {
  test.each<[string | null, ReturnType<typeof ranged>]>([
    [null, null],
    ['bytes=0-', [0, 99]],
    ['bytes=10-19', [10, 19]],
    ['bytes=90-500', [90, 99]],
    ['bytes=-5', [95, 99]],
    ['bytes=-500', [0, 99]],
    ['bytes=100-', false],
    ['bytes=20-10', false],
    ['bytes=-', null],
    ['bytes=1-2,4-5', null],
    ['seconds=1-2', null],
  ])('%s of a hundred bytes', (header, want) => expect(ranged(header, 100)).toEqual(want))
})

describe('an answer', () => {
  test('is the whole track where no stretch is asked for', async () => {
    const answer = answered(about, null, piece)
    expect([answer.status, answer.headers.get('content-length'), answer.headers.get('content-type')]).toEqual([200, String(TOTAL), 'audio/flac'])
    expect(same(await bytes(answer), whole)).toBe(true)
  })

  test.each([[0, 0], [PIECE - 3, PIECE + 2], [PIECE, PIECE], [5, 2 * PIECE + 7], [TOTAL - 1, TOTAL - 1]])('is the bytes %i to %i', async (first, last) => {
    const answer = answered(about, `bytes=${first}-${last}`, piece)
    expect([answer.status, answer.headers.get('content-range')]).toEqual([206, `bytes ${first}-${last}/${TOTAL}`])
    expect(same(await bytes(answer), whole.slice(first, last + 1))).toBe(true)
  })

  test('past the end is refused with the length', () => {
    const answer = answered(about, `bytes=${TOTAL}-`, piece)
    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, `bytes */${TOTAL}`])
  })

  test('ends with an error where a piece is missing', async () => {
    const answer = answered(about, null, async (n) => (n === 1 ? null : piece(n)))
    await expect(answer.arrayBuffer()).rejects.toThrow()
  })
})

test('pieces are as many as it takes', () => expect([0, 1, PIECE, PIECE + 1].map(piecesOf)).toEqual([0, 1, 1, 2]))
