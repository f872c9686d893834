// What this device may be called, from what its browser says about itself.
const SYSTEMS: [RegExp, string][] = [
  [/iPad/, 'iPad'],
  [/iPhone/, 'iPhone'],
  [/Android/, 'Android'],
  [/CrOS/, 'Chromebook'],
  [/Mac/, 'Mac'],
  [/Windows/, 'Windows'],
  [/Linux/, 'Linux'],
]
const BROWSERS: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/Firefox\//, 'Firefox'],
  [/Chrom(e|ium)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]

/** "Chrome on Linux", "iPhone". An iPad says it is a Mac, but has fingers. */
export function deviceName(agent: string, touchPoints = 0): string {
  const found = (table: [RegExp, string][]) => table.find(([sign]) => sign.test(agent))?.[1]
  const system = /Mac/.test(agent) && !/iPhone/.test(agent) && touchPoints > 1 ? 'iPad' : found(SYSTEMS)
  if (system === 'iPhone' || system === 'iPad') return system
  return [found(BROWSERS), system].filter(Boolean).join(' on ') || 'A browser'
}

/** The code as it is shown on the console, however it was typed: `K7QF-2M9X`. */
export function tidyCode(typed: string): string {
  const plain = typed.toUpperCase().replace(/[^0-9A-Z]/g, '').slice(0, 8)
  return plain.length > 4 ? `${plain.slice(0, 4)}-${plain.slice(4)}` : plain
}

/** A pairing code in two groups, as it is read aloud: `K7Q F2M`. */
export function spaced(code: string): string {
  return `${code.slice(0, 3)} ${code.slice(3)}`
}
