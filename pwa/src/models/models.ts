// What sees, hears and reads: asked for, chosen, taken in or given up; and what is said of it.
import { api, call } from '../lib/api'
import { count } from '../lib/format'
import type { Job, Kind } from '../lib/nouns'
import { page, type Answer } from '../lib/pages'
import type { components } from '../lib/types'

type Schemas = components['schemas']
export type ModelsOut = Schemas['ModelsOut']
export type ModelOut = Schemas['ModelOut']
export type Reading = Schemas['Reading']
export type Installed = Schemas['InstalledOut']
export type Known = Schemas['KnownOut']
export type Pull = Schemas['PullOut']
export type Tags = Schemas['TagsOut']
export type Seen = { told: ModelsOut; jobs: Job[] }

const PATH = '/api/models'
const MB = 1 << 20
/** Jobs that this page is about. */
const OURS: readonly string[] = ['import', 'model', 'pull', 'tags']
const PROVIDERS: Record<string, string> = {
  CPUExecutionProvider: 'the processor',
  CUDAExecutionProvider: 'a graphics card',
  OpenVINOExecutionProvider: 'OpenVINO',
  CoreMLExecutionProvider: 'CoreML',
  DmlExecutionProvider: 'DirectML',
}

export const models = {
  look: (): Promise<Answer<Seen>> =>
    page('models', async () => {
      const [told, jobs] = await Promise.all([call<ModelsOut>('GET', PATH), api.jobs()])
      return { told, jobs: jobs.filter((one) => OURS.includes(one.name) && one.state !== 'idle') }
    }),
  use: (kind: Kind, digests: readonly string[]) => call('PUT', `${PATH}/${kind}`, { models: digests }),
  drop: (kind: Kind, which: 'candidate' | 'previous') => call('DELETE', `${PATH}/${kind}/${which}`),
  remove: (one: Installed) => call('DELETE', `${PATH}/${one.kind}/installed/${one.digest}`),
  fetch: (name: string, sha256?: Record<string, string>) => call('PUT', `${PATH}/known/${name}`, { licence_seen: true, sha256: sha256 ?? null }),
  stop: (name: string) => call('DELETE', `${PATH}/known/${name}`),
  tags: () => call<Tags[]>('GET', '/api/tags'),
  list: (kind: Kind, text: string) => call<Tags>('PUT', `/api/tags/${kind}`, { text }),
  take: (folder: string) => call('POST', `${PATH}/imports`, { folder }),
}

/** What was chosen for a kind last: the digests of installed models; none for the built-in one. */
export function chosen(reading: Reading): readonly string[] {
  return (reading.candidate?.to ?? reading.active).models
}

/** A choice with one of its models more or less; empty is the built-in one. */
export function turned(choice: readonly string[], digest: string): readonly string[] {
  return choice.includes(digest) ? choice.filter((one) => one !== digest) : [...choice, digest]
}

export function alike(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((digest, n) => digest === other[n])
}

/** Where a provider runs, in words; as it is called where nobody knows it. */
export function place(provider: string): string {
  return PROVIDERS[provider] ?? provider
}

/** "Knows words. Ran on the processor." */
export function able(model: ModelOut): string {
  const words = model.words ? 'What you write is compared with what it saw.' : 'It knows no words: nothing can be searched by what it saw in them.'
  return model.runs_on ? `${words} Ran on ${place(model.runs_on)}.` : words
}

/** "23 MB · 384 numbers · 12 ms an item · Apache-2.0". */
export function facts(one: Installed): string {
  const pace = one.cost ? `${one.cost.ms < 10 ? one.cost.ms.toFixed(1) : Math.round(one.cost.ms)} ms an item on ${place(one.cost.provider)}` : ''
  return [size(one.bytes), count(one.dim, 'number'), pace, one.licence].filter(Boolean).join(' · ')
}

/** How far a known model is that was asked for. */
export function coming(pull: Pull): string {
  const far = pull.total ? `, ${size(pull.done)} of ${size(pull.total)}` : ''
  return {
    asking: 'Asking the site what its files are',
    confirm: 'The site says what its files are, and nobody else vouches for it. Have it only if you trust it:',
    waiting: `Waits for its turn${far}`,
    fetching: `Being fetched${far}`,
    paused: `Resting${far}`,
    failed: pull.why,
  }[pull.state]
}

export function size(bytes: number): string {
  return bytes < MB ? 'less than 1 MB' : `${Math.round(bytes / MB).toLocaleString()} MB`
}
