// How texts look and sound on this device: changed at once, and kept.

const KEPT = 'anagnorisis.reader'
export const SIZES = [0.8, 0.9, 1, 1.1, 1.25, 1.4, 1.6, 1.9] as const
export const MEASURES = { narrow: '28em', middle: '38em', wide: '54em' } as const
export const SPEEDS = [0.75, 1, 1.25, 1.5, 1.75, 2] as const
export type Measure = keyof typeof MEASURES
export type Face = 'serif' | 'sans'
export type Theme = 'follow' | 'paper' | 'grey' | 'dark'
export type Look = { size: number; measure: Measure; theme: Theme; face: Face; hyphens: boolean; speed: number }

const PLAIN: Look = { size: 1, measure: 'middle', theme: 'follow', face: 'serif', hyphens: false, speed: 1 }
const ALLOWED: { [Name in keyof Look]: readonly Look[Name][] } = {
  size: SIZES,
  measure: ['narrow', 'middle', 'wide'],
  theme: ['follow', 'paper', 'grey', 'dark'],
  face: ['serif', 'sans'],
  hyphens: [true, false],
  speed: SPEEDS,
}

/** What was kept, as far as it can still be chosen. */
export function read(kept: string | null): Look {
  let told: Partial<Record<string, unknown>> = {}
  try {
    told = (JSON.parse(kept ?? '{}') ?? {}) as typeof told
  } catch {
    return PLAIN
  }
  const fits = Object.entries(ALLOWED).filter(([name, values]) => (values as readonly unknown[]).includes(told[name]))
  return { ...PLAIN, ...Object.fromEntries(fits.map(([name]) => [name, told[name]])) }
}

class Reader {
  look = $state.raw<Look>(read(localStorage.getItem(KEPT)))

  set(change: Partial<Look>): void {
    this.look = { ...this.look, ...change }
    localStorage.setItem(KEPT, JSON.stringify(this.look))
  }

  /** One step smaller or larger; what is at the end stays. */
  grow(step: 1 | -1): void {
    const at = SIZES.indexOf(this.look.size as (typeof SIZES)[number]) + step
    this.set({ size: SIZES[at] ?? this.look.size })
  }
}

export const reader = new Reader()
