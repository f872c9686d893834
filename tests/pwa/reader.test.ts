// The words of a text: what was marked is found again when the text changed, sentences are told apart, the language is known.
import 'fake-indexeddb/auto'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Queued } from '../../pwa/src/lib/db'
import { found, LONGEST_QUOTE, quoted, sentences, squeezed, tongueOf, type Quote } from '../../pwa/src/reader/text'

const TEXT = 'The sea comes in twice a day.\nIt goes out  again.\nThe sea comes in, says the   song, and it goes out.'
const span = (raw: string, words: string, nth = 0): [number, number] => {
  let at = raw.indexOf(words)
  for (let n = 0; n < nth; n++) at = raw.indexOf(words, at + 1)
  return [at, at + words.length]
}
const back = (raw: string, quote: Quote | null) => {
  const there = quote && found(raw, quote)
  return there && raw.slice(...there)
}

describe('marked pieces', () => {
  test('white space is one space, and each character knows where it stood', () => {
    expect(squeezed('  a \n b')).toEqual({ text: 'a b', at: [2, 3, 6] })
  })

  test.each(['The sea comes in', 'twice a day', 'out  again.\nThe sea', 'song, and it'])('%j is found where it was marked', (words) => {
    for (let nth = 0; TEXT.split(words).length - 1 > nth; nth++) {
      const where = span(TEXT, words, nth)
      expect(found(TEXT, quoted(TEXT, where) as Quote)).toEqual(where)
    }
  })

  test('the same words elsewhere are told apart by what is next to them, when text came in before', () => {
    const second = quoted(TEXT, span(TEXT, 'The sea comes in', 1)) as Quote
    const longer = `A preface on the sea comes first.\n${TEXT}`
    expect(found(longer, second)).toEqual(span(longer, 'The sea comes in', 1))
  })

  test('words that were mended are found between their neighbours', () => {
    const marked = quoted(TEXT, span(TEXT, 'twice a day'))
    expect(back(TEXT.replace('twice a day', 'two times a day'), marked)).toBe('two times a day')
  })

  test('what is not there any more is nowhere', () => {
    const marked = quoted(TEXT, span(TEXT, 'twice a day'))
    expect(back('Another text altogether.', marked)).toBe(null)
    expect(back(`The sea comes in ${'long '.repeat(40)}.\nIt goes out again.\nThe sea comes in, s`, marked)).toBe(null)
  })

  test('nothing, and too much, is no quote', () => {
    expect(quoted(' \n ', [0, 3])).toBe(null)
    expect(quoted('x'.repeat(LONGEST_QUOTE + 1), [0, LONGEST_QUOTE + 1])).toBe(null)
    expect(quoted('abc', [1, 1])).toBe(null)
  })

  test('what is told of a quote is short', () => {
    const long = quoted('word '.repeat(400), [1000, 1004]) as Quote
    expect([long.quote.length <= 4, long.before.length <= 40, long.after.length <= 40]).toEqual([true, true, true])
  })
})

describe('reading aloud', () => {
  const said = (raw: string, tongue = 'en') => sentences(raw, tongue).map(([from, to]) => raw.slice(from, to))

  test('a heading, and each sentence, is said by itself', () => {
    expect(said('Tides\nThe sea comes in. It goes out! \n\n– \nWhy?')).toEqual(['Tides', 'The sea comes in.', 'It goes out!', 'Why?'])
  })

  test('nothing is said twice or left out', () => {
    const words = (text: string) => text.match(/\p{L}+/gu)
    expect(words(said(TEXT).join(' '))).toEqual(words(TEXT))
  })

  test.each([
    ['en', 'The tide is the rise of the sea, and it was known that the moon has to do with it.'],
    ['de', 'Die Flut ist das Steigen der See, und der Mond hat nicht wenig mit den Gezeiten zu tun.'],
    ['fr', 'Les marées sont une montée des eaux que la lune attire dans les mers, et pas pour rien.'],
    ['', 'Zzyx qwer uiop.'],
    ['', ''],
  ])('%j is known by its little words', (tongue, text) => expect(tongueOf(text)).toBe(tongue))
})

describe('the look', () => {
  let kept: Map<string, string>
  beforeEach(() => {
    kept = new Map()
    vi.resetModules()
    vi.stubGlobal('localStorage', { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => kept.set(name, value) })
  })
  const fresh = async () => (await import('../../pwa/src/reader/look.svelte')).reader

  test('a change is kept for the next time', async () => {
    ;(await fresh()).set({ theme: 'grey', size: 1.25 })
    vi.resetModules()
    expect((await fresh()).look).toMatchObject({ theme: 'grey', size: 1.25, face: 'serif' })
  })

  test('it grows and shrinks in steps, up to the ends', async () => {
    const reader = await fresh()
    for (let n = 0; n < 20; n++) reader.grow(1)
    expect(reader.look.size).toBe(1.9)
    for (let n = 0; n < 20; n++) reader.grow(-1)
    expect(reader.look.size).toBe(0.8)
  })

  test.each(['{', 'null', '7', '{"size": 900, "theme": "pink", "hyphens": "yes", "colour": 1}'])('%j of another time does no harm', async (told) => {
    kept.set('anagnorisis.reader', told)
    expect((await fresh()).look).toEqual({ size: 1, measure: 'middle', theme: 'follow', face: 'serif', hyphens: false, speed: 1 })
  })
})

test('what waits to be delivered is seen: marked, changed, taken out', async () => {
  const { withQueued } = await import('../../pwa/src/reader/marks.svelte')
  const known = { uuid: 'a', item: 'text', quote: 'sea', before: '', after: '', note: '', made_at: 2 }
  const { item: _, ...plain } = known
  const event = (mark: object, item = 'text') => ({ uuid: crypto.randomUUID(), kind: 'mark', item, person: 1, at: 1, mark: { ...plain, gone: false, ...mark } }) as Queued
  const rating = { uuid: 'r', kind: 'rating', item: 'text', person: 1, at: 1 } as Queued
  expect(withQueued([known], [rating], 'text')).toEqual([known])
  expect(withQueued([known], [event({ note: 'salt' })], 'text').map((one) => one.note)).toEqual(['salt'])
  expect(withQueued([known], [event({ uuid: 'b', made_at: 1 }), event({ uuid: 'c' }, 'other')], 'text').map((one) => one.uuid)).toEqual(['b', 'a'])
  expect(withQueued([known], [event({ note: 'salt' }), event({ gone: true })], 'text')).toEqual([])
})
