// Motion is a kindness, not a must: nothing moves for those who asked for stillness.
const still = globalThis.matchMedia?.('(prefers-reduced-motion: reduce)')

/** `ms`, or 0 for those who asked for stillness. */
export function calm(ms: number): number {
  return still?.matches ? 0 : ms
}
