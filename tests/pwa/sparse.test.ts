// Of a long list only what is looked at is fetched, each page once; pages of the list before do not come into this one.
import { beforeEach, expect, test } from 'vitest'
import { PAGE, Sparse } from '../../pwa/src/lib/sparse.svelte'

class Places extends Sparse<string> {
  asked: number[] = []
  answer: (() => void)[] = []

  protected override async fetch(first: number): Promise<void> {
    this.asked.push(first)
    await new Promise<void>((come) => this.answer.push(come))
    this.put(first, Array.from({ length: Math.min(PAGE, this.total - first) }, (_, n) => `at ${first + n}`))
  }

  anew(): void {
    this.begin()
  }

  async come(): Promise<void> {
    for (const answer of this.answer.splice(0)) answer()
    await new Promise((later) => setTimeout(later))
  }
}

let list: Places
beforeEach(() => {
  list = new Places()
  list.total = 3 * PAGE + 5
})

test('the pages of the places that are needed are fetched, and no others', async () => {
  list.need(PAGE + 3, 2 * PAGE + 1)
  expect(list.asked).toEqual([PAGE, 2 * PAGE])
  await list.come()
  expect([list.rows[0], list.rows[PAGE], list.rows[3 * PAGE - 1], list.rows[3 * PAGE]]).toEqual([undefined, `at ${PAGE}`, `at ${3 * PAGE - 1}`, undefined])
})

test('a page that is on its way or there is not asked for again', async () => {
  list.need(0, 5)
  list.need(2, 9)
  expect(list.asked).toEqual([0])
  await list.come()
  list.need(0, PAGE - 1)
  expect(list.asked).toEqual([0])
})

test('the last page is whole though it is short', async () => {
  list.need(3 * PAGE, 3 * PAGE + 4)
  await list.come()
  list.need(3 * PAGE, 3 * PAGE + 4)
  expect(list.asked).toEqual([3 * PAGE])
  expect(list.rows.length).toBe(list.total)
})

test('another list asks for its own pages while those of the last are on their way', async () => {
  list.need(0, 1)
  list.anew()
  list.need(0, 1)
  expect(list.asked).toEqual([0, 0])
  await list.come()
  list.need(PAGE, PAGE)
  expect(list.asked).toEqual([0, 0, PAGE])
})
