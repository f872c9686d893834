// The rate bar: where a finger is, and what giving a value means.
import { expect, test } from 'vitest'
import { cellAt, given, letGo, stands } from '../../pwa/src/lib/slide'

const bar = { left: 10, width: 330, top: 500 }

test('eleven cells share the bar, and a finger beyond its ends takes the outermost', () => {
  expect([10, 39, 41, 189, 339, 340].map((x) => cellAt(x, bar))).toEqual([0, 0, 1, 5, 10, 10])
  expect([cellAt(-50, bar), cellAt(900, bar)]).toEqual([0, 10])
})

test('a finger well above the bar lets go, one at its edge does not', () => {
  expect([letGo(440, bar), letGo(490, bar), letGo(520, bar)]).toEqual([true, false, false])
})

test('a value stands in the middle of its cell', () => {
  expect(stands(cellAt(bar.left + (stands(7) / 100) * bar.width, bar))).toBeCloseTo(stands(7))
  expect([stands(-3), stands(14)]).toEqual([stands(0), stands(10)])
})

test('the same value again takes the rating back, zero included', () => {
  expect([given(8, null), given(8, 3), given(8, 8), given(0, 0), given(0, null)]).toEqual([8, 8, null, null, 0])
})
