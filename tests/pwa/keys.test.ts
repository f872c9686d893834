// Keys mean what the help page says.
import { expect, test } from 'vitest'
import { verb } from '../../pwa/src/lib/keys'

const press = (key: string, code = '', more: Partial<KeyboardEvent> = {}) =>
  verb({ key, code, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more })

test('digits rate, on the keypad too', () => {
  expect(press('7', 'Digit7')).toEqual({ do: 'rate', value: 7 })
  expect(press('0', 'Numpad0')).toEqual({ do: 'rate', value: 0 })
})

test('ten is Shift and zero on any keyboard, or minus', () => {
  for (const key of [')', '=', '°']) expect(press(key, 'Digit0', { shiftKey: true })).toEqual({ do: 'rate', value: 10 })
  expect(press('-', 'Minus')).toEqual({ do: 'rate', value: 10 })
})

test('X is zero, Z and U undo, S skips, Space plays', () => {
  expect(press('x')).toEqual({ do: 'rate', value: 0 })
  expect([press('z'), press('U'), press('s'), press(' ')].map((one) => one?.do)).toEqual(['undo', 'undo', 'skip', 'toggle'])
})

test('keys with Ctrl, Alt or Cmd belong to the browser', () => {
  for (const more of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }]) expect(press('z', '', more)).toBeNull()
})

test('other keys are not ours', () => {
  expect([press('q'), press('Enter'), press('4', 'Digit4', { shiftKey: true })]).toEqual([null, null, null])
})
