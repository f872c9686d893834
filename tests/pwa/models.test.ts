// What is chosen, and what is said of a model, holds at its edges.
import { describe, expect, test } from 'vitest'
import { able, agreed, alike, chosen, facts, type Installed, type Known, type ModelOut, offer, place, type Pull, type Reading, size, turned, way } from '../../pwa/src/models/models'

const model = (models: string[], more: Partial<ModelOut> = {}): ModelOut => ({
  digest: 'd', name: 'eyes', title: 'Eyes', says: 'Sees.', dim: 48, words: false, models, runs_on: '', ...more,
})
const reading = (active: string[], candidate?: string[]): Reading => ({
  kind: 'image', active: model(active), candidate: candidate ? { to: model(candidate), done: 1, total: 2 } : null, previous: null,
})
const installed: Installed = {
  digest: 'd', name: 'eyes', kind: 'image', title: 'Eyes', says: '', dim: 384, words: true, licence: 'MIT', source: '', bytes: 23 << 20,
  cost: { ms: 12.4, provider: 'CPUExecutionProvider', batch: 1, loaded_mb: 1 } as unknown as Installed['cost'],
}

const known: Known = {
  name: 'clip', kind: 'image', title: 'CLIP', says: 'Sees.', licence: 'MIT', licence_url: 'https://example.org/mit', source: '', bytes: 400 << 20,
  memory_mb: 700, dim: 512, words: true, installed: false, pinned: true, proof: '', pull: null,
}
const pull: Pull = { state: 'fetching', done: 100 << 20, total: 400 << 20, why: '', stated: null, vouched: 'pinned in this program' }

describe('a choice', () => {
  test('is what is to come before what serves', () => {
    expect(chosen(reading(['a']))).toEqual(['a'])
    expect(chosen(reading(['a'], ['b', 'c']))).toEqual(['b', 'c'])
    expect(chosen(reading(['a'], []))).toEqual([])
  })
  test('grows at its end and shrinks anywhere', () => {
    expect(turned(['a', 'b'], 'c')).toEqual(['a', 'b', 'c'])
    expect(turned(['a', 'b'], 'a')).toEqual(['b'])
  })
  test('is another one in another order: vectors are joined as chosen', () => {
    expect(alike(['a', 'b'], ['a', 'b'])).toBe(true)
    expect(alike(['a', 'b'], ['b', 'a'])).toBe(false)
    expect(alike([], ['a'])).toBe(false)
  })
})

describe('what is said', () => {
  test('of words and of where it ran', () => {
    expect(able(model([], { words: true, runs_on: 'CUDAExecutionProvider' }))).toBe('What you write is compared with what it saw. Ran on a graphics card.')
    expect(able(model([]))).toMatch(/knows no words/)
    expect(place('SomethingNew')).toBe('SomethingNew')
  })
  test('of what it weighs', () => {
    expect(facts(installed)).toBe('23 MB · 384 numbers · 12 ms an item on the processor · MIT')
    expect(facts({ ...installed, cost: null })).toBe('23 MB · 384 numbers · MIT')
    expect(facts({ ...installed, cost: { ...installed.cost!, ms: 3.14 } })).toMatch(/3\.1 ms/)
    expect(size(10)).toBe('less than 1 MB')
  })
  test('of what could be fetched', () => {
    expect(offer(known)).toBe('400 MB to fetch · 512 numbers · found by words')
    expect(offer({ ...known, kind: 'article', bytes: 0 })).toBe('only the site knows its size · 512 numbers')
    expect(offer({ ...known, words: false })).toMatch(/knows no words$/)
  })
  test('of how far it is', () => {
    expect(way(pull)).toBe('Being fetched. 100 MB of 400 MB are here.')
    expect(way({ ...pull, state: 'waiting', done: 0 })).toBe('Waits to be fetched.')
    expect(way({ ...pull, state: 'paused' })).toMatch(/^Paused. 100 MB/)
    expect(way({ ...pull, state: 'failed', why: 'The disk is full.' })).toBe('The disk is full.')
    expect(way({ ...pull, state: 'confirm', vouched: 'stated by a site' })).toMatch(/They are stated by a site:$/)
  })
  test('of what an owner agrees to', () => {
    expect(agreed(known)).toBeNull()
    expect(agreed({ ...known, pull })).toBeNull()
    const stated = { 'model.onnx': { sha256: 'ab', bytes: 1 } }
    expect(agreed({ ...known, pull: { ...pull, state: 'confirm', stated } })).toEqual({ 'model.onnx': 'ab' })
  })
})
