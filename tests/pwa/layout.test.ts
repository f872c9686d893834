// A long list is laid out without making it: what stands where, and what is seen of it.
import { describe, expect, test } from 'vitest'
import { columnsIn, Layout, sectionAt, type Line } from '../../pwa/src/lib/layout'

const SECTIONS = [{ label: 'A', count: 5 }, { label: 'B', count: 1 }, { label: 'C', count: 7 }]
const PLAIN = { columns: 3, cell: 100, gap: 10, heading: 0 }
const HEADED = { ...PLAIN, heading: 50 }
const places = (lines: readonly Line[]) => lines.flatMap(({ first, count }) => Array.from({ length: count }, (_, n) => first + n))

describe.each([['with headings', HEADED], ['without', PLAIN]])('%s', (_name, shape) => {
  const layout = new Layout(SECTIONS, 13, shape)

  test('every place is in one line, in order', () => {
    expect(places(layout.lines(0, layout.height))).toEqual([...Array(13).keys()])
  })

  test('lines follow one another without touching, and end where the list does', () => {
    const lines = layout.lines(0, layout.height)
    for (const [n, line] of lines.slice(1).entries()) {
      const before = lines[n] as Line
      expect(line.y).toBe(before.y + (before.label === undefined ? 110 : 50))
    }
    expect(layout.height).toBe((lines.at(-1) as Line).y + 100)
  })

  test('any stretch shows exactly the lines that touch it', () => {
    const all = layout.lines(0, layout.height)
    for (let top = 0; top < layout.height; top += 37) {
      const seen = layout.lines(top, top + 120)
      const tall = (line: Line) => (line.label === undefined ? 110 : 50)
      const touching = all.filter((line) => line.y <= top + 120 && line.y + tall(line) > top)
      expect(seen.map(({ y }) => y)).toEqual(expect.arrayContaining(touching.map(({ y }) => y)))
      expect(seen.length - touching.length).toBeLessThanOrEqual(1)
    }
  })

  test('a place is led to by where its row begins', () => {
    for (const line of layout.lines(0, layout.height).filter(({ count }) => count)) {
      const led = layout.yOf(line.first)
      expect([line.y, line.y - 50]).toContain(led)
    }
  })
})

test('headings break rows, sections without headings do not', () => {
  expect(new Layout(SECTIONS, 13, HEADED).lines(0, 9999).filter(({ label }) => label).map(({ label }) => label)).toEqual(['A', 'B', 'C'])
  expect(new Layout(SECTIONS, 13, PLAIN).height).toBe(5 * 110 - 10)
})

test('fifty thousand are laid out and looked up at once', () => {
  const many = Array.from({ length: 600 }, (_, n) => ({ label: `${n}`, count: 84 }))
  const layout = new Layout(many, 50_400, HEADED)
  const lines = layout.lines(layout.height / 2, layout.height / 2 + 900)
  expect(lines.length).toBeLessThan(14)
  expect(layout.yOf(50_399)).toBeLessThan(layout.height)
  expect(layout.lines(layout.yOf(84 * 300), layout.yOf(84 * 300) + 1)[0]).toMatchObject({ label: '300' })
})

test('what is known to be there counts, not what sections promise', () => {
  expect(places(new Layout(SECTIONS, 6, HEADED).lines(0, 9999))).toEqual([0, 1, 2, 3, 4, 5])
  expect(new Layout([], 0, HEADED).height).toBe(0)
  expect(new Layout([], 0, PLAIN).lines(0, 100)).toEqual([])
})

test('columns are as many as fit, and never none', () => {
  expect(columnsIn(390, 106, 3)).toBe(3)
  expect(columnsIn(390, 400, 2)).toBe(1)
  expect(columnsIn(1240, 400, 2)).toBe(3)
})

test('a place knows its section', () => {
  expect(sectionAt(SECTIONS, 5)).toEqual({ label: 'B', first: 5 })
  expect(sectionAt(SECTIONS, 12)).toEqual({ label: 'C', first: 6 })
  expect(sectionAt(SECTIONS, 13)).toBeNull()
})
