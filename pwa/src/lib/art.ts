// A quiet cover for what has none: two or three shapes and a palette, always the same for the same id.

const PALETTES = [
  ['#e9d8c3', '#c8694a', '#6f3b2e'],
  ['#d9dfd3', '#6e8b74', '#2f4a42'],
  ['#dbdde6', '#7481a8', '#323b5e'],
  ['#ecdcd6', '#b9736d', '#5a2f3b'],
  ['#e7e0cd', '#b39a52', '#57492a'],
  ['#d5e0e2', '#5d8e97', '#24474f'],
  ['#e3d9e2', '#93749a', '#46304f'],
  ['#eadfcf', '#d19a52', '#4a4038'],
] as const

const COMPOSITIONS = ['rings', 'horizon', 'waves', 'arches'] as const

export type Art = {
  composition: (typeof COMPOSITIONS)[number]
  ground: string
  middle: string
  deep: string
  /** Four numbers 0..1 that vary the composition. */
  vary: readonly [number, number, number, number]
}

/** `id` is an item's id: hex digits. */
export function art(id: string): Art {
  const byte = (at: number) => Number.parseInt(id.slice(at * 2, at * 2 + 2), 16) || 0
  const [ground, middle, deep] = PALETTES[byte(0) % PALETTES.length] ?? PALETTES[0]
  const composition = COMPOSITIONS[byte(1) % COMPOSITIONS.length] ?? 'rings'
  return { composition, ground, middle, deep, vary: [byte(2) / 255, byte(3) / 255, byte(4) / 255, byte(5) / 255] }
}
