// Which key means what. Pure, so that the help page and the tests read the same table.

export type Verb =
  | { do: 'rate'; value: number }
  | { do: 'undo' | 'skip' | 'toggle' | 'back10' | 'on10' | 'next' | 'previous' | 'before' | 'after' | 'search' | 'grid' | 'help' }

type Key = Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>

const LETTERS: Record<string, Verb> = {
  x: { do: 'rate', value: 0 },
  '-': { do: 'rate', value: 10 },
  z: { do: 'undo' },
  u: { do: 'undo' },
  s: { do: 'skip' },
  ' ': { do: 'toggle' },
  j: { do: 'back10' },
  l: { do: 'on10' },
  n: { do: 'next' },
  p: { do: 'previous' },
  arrowleft: { do: 'before' },
  arrowright: { do: 'after' },
  g: { do: 'grid' },
  '/': { do: 'search' },
  '?': { do: 'help' },
}

/** What a key press asks for; null when it is not ours. */
export function verb(key: Key): Verb | null {
  if (key.ctrlKey || key.metaKey || key.altKey) return null
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(key.code)?.[1]
  if (digit === '0' && key.shiftKey) return { do: 'rate', value: 10 }
  if (digit && !key.shiftKey && key.key === digit) return { do: 'rate', value: Number(digit) }
  return LETTERS[key.key.toLowerCase()] ?? null
}

/** Whether the keys belong to something else: a text being typed, a slider, a button under Space. */
export function taken(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false
  if (target.closest('input, textarea, select, [contenteditable]')) return true
  return key === ' ' && target.closest('button, a, [role=radio], summary') !== null
}

/** The table of the help page. */
export const HELP: readonly [string, string][] = [
  ['0 – 9', 'Rate the card in focus'],
  ['Shift 0 or -', 'Rate it 10'],
  ['X', 'Rate it 0'],
  ['Z or U', 'Undo'],
  ['S', 'Not now: another question'],
  ['G', 'Nine pictures at once, or one'],
  ['Space', 'Play or pause'],
  ['J, L', 'Ten seconds back, on'],
  ['P, N', 'Track before, next track'],
  ['← →', 'The thing before, the next one; in a rate bar along it, Enter to give'],
  ['/', 'Search'],
  ['?', 'This list'],
]
