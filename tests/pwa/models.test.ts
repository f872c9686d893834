// What is chosen, and what is said of a model, holds at its edges.
import { describe, expect, test } from 'vitest'
import { able, alike, chosen, coming, facts, type Installed, type ModelOut, place, type Pull, type Reading, size, turned } from '../../pwa/src/models/models'

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
})

describe('how far a model is that is fetched', () => {
  const pull = (state: Pull['state'], total = 90 << 20): Pull => ({ state, done: 30 << 20, total, why: 'The disk is full.', stated: null, vouched: '' })
  test('is said in each state, with its size once it is known', () => {
    expect(coming(pull('fetching'))).toBe('Being fetched, 30 MB of 90 MB')
    expect(coming(pull('waiting', 0))).toBe('Waits for its turn')
    expect(coming(pull('paused'))).toBe('Resting, 30 MB of 90 MB')
    expect(coming(pull('failed'))).toBe('The disk is full.')
    expect(coming(pull('confirm'))).toMatch(/nobody else vouches/)
  })
})
