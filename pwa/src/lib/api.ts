// The only fetch of the app: adds our header, reads problem+json, and says when the session has ended.
import type { Marked, Queued } from './db'
import type * as N from './nouns'
import type { LibraryQuery } from './router'

const PATIENCE_MS = 15_000
const AWAY: ReadonlySet<number> = new Set([502, 503, 504])

/** The server answered, but not with what was asked for. `detail` is fit to show. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly item = '',
    /** Seconds until it is worth trying again; null when the server did not say. */
    readonly retryAfter: number | null = null,
  ) {
    super(detail)
  }
}

/** No answer: no network, no server, or too slow. Nothing is known about what happened to the request. */
export class Unreachable extends Error {
  readonly detail = 'The server cannot be reached right now.'
}

type Values = Record<string, string | number | boolean | null | undefined>
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

let ended = () => {}
let reached = (_ok: boolean) => {}
let answeredFor = (_person: number) => {}

/** `tell` runs when the server no longer knows this device. */
export function onSessionEnd(tell: () => void): void {
  ended = tell
}

/** `tell` hears after each request whether the server answered. */
export function onReach(tell: (ok: boolean) => void): void {
  reached = tell
}

/** `tell` hears for which person the server answered; 0 is nobody. */
export function onPerson(tell: (person: number) => void): void {
  answeredFor = tell
}

/** `path?a=1&b=2` without the values that are null, undefined or empty. */
export function address(path: string, query: Values = {}): string {
  const kept = Object.entries(query).filter(([, value]) => value != null && value !== '')
  const search = new URLSearchParams(kept.map(([name, value]) => [name, String(value)])).toString()
  return search ? `${path}?${search}` : path
}

/** What a refused answer says, whether it is problem+json or not. */
export async function problem(answer: Response): Promise<ApiError> {
  const after = Number(answer.headers.get('retry-after') ?? NaN)
  const wait = Number.isFinite(after) ? after : null
  const body = await answer.json().catch(() => null)
  const said = typeof body === 'object' && body !== null ? body : {}
  const detail = said.detail || said.title || `The server answered ${answer.status}.`
  return new ApiError(answer.status, said.code ?? 'error', detail, said.item ?? '', wait)
}

/** Ask; throws `ApiError` for a refusal and `Unreachable` where nobody answers. `patience` is in milliseconds. */
export async function call<T>(method: Method, path: string, body?: unknown, patience = PATIENCE_MS): Promise<T> {
  const text = await (await ask(method, path, body, patience)).text()
  return (text ? JSON.parse(text) : undefined) as T
}

/** The same for what is no JSON; a file as `body` goes as it is. */
export async function ask(method: Method, path: string, body?: unknown, patience = PATIENCE_MS): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' }
  const file = body instanceof Blob
  if (method !== 'GET') headers['x-anag'] = '1'
  if (body !== undefined) headers['content-type'] = file ? 'application/x-ndjson' : 'application/json'
  const answer = await fetch(path, {
    method,
    headers,
    body: body === undefined ? undefined : file ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(patience),
    credentials: 'same-origin',
  }).catch(() => null)
  const away = !answer || (AWAY.has(answer.status) && !answer.headers.get('content-type')?.includes('problem'))
  reached(!away)
  if (away) throw new Unreachable()
  if (answer.status === 401 && path !== '/api/session') ended()
  const person = answer.headers.get('x-anag-person')
  if (person !== null) answeredFor(Number(person))
  if (!answer.ok) throw await problem(answer)
  return answer
}

const get = <T>(path: string, query?: Values) => call<T>('GET', address(path, query))
const post = <T = void>(path: string, body?: unknown) => call<T>('POST', path, body)
const put = <T = void>(path: string, body?: unknown) => call<T>('PUT', path, body)
const remove = (path: string) => call<void>('DELETE', path)

export type FeedAsk = {
  mode: 'for_you' | 'ask' | 'resume' | 'draw'
  kind?: N.Kind | ''
  limit?: number
  after?: string | null
  keep?: string
  /** Of a draw: the same seed draws the same. */
  seed?: number
}
export type ListAsk = {
  sort: LibraryQuery['sort']
  kind?: N.Kind | ''
  folder?: string
  tag?: string
  rated?: 'any' | 'yes' | 'no'
  seed?: string
  least?: string
  /** Only what one never heard, saw or read. */
  unmet?: string
  limit?: number
  after?: string | null
  /** So many places are passed over. */
  skip?: number
}
export type Opening = { code: string; name?: string; device: string }

export const api = {
  session: () => get<N.Session>('/api/session'),
  open: (opening: Opening) => post<N.Session>('/api/session', opening),
  leave: () => remove('/api/session'),
  entrance: () => get<N.WayIn>('/api/entrance'),
  people: () => get<N.Person[]>('/api/people'),
  addPerson: (name: string) => post<N.PersonCode>('/api/people', { name }),
  sources: () => get<N.SourceOut[]>('/api/sources'),
  suggested: () => get<N.Suggestion[]>('/api/sources/suggested'),
  addFolder: (at: string) => post<unknown>('/api/sources', { type: 'folder', address: at }),
  addSample: () => post('/api/sources/sample'),
  removeSource: (id: number) => remove(`/api/sources/${id}`),
  scanSource: (id: number) => post(`/api/sources/${id}/scan`),
  feeds: () => get<N.FeedOut[]>('/api/sources/feeds'),
  followFeed: (at: string) => post<N.Followed>('/api/sources/feeds', { address: at }),
  changeFeed: (id: number, change: N.FeedChange) => call<N.FeedOut>('PATCH', `/api/sources/feeds/${id}`, change),
  importOpml: (text: string) => post<N.FeedsTaken>('/api/sources/opml', { text }),
  source: (id: number) => get<N.SourcePage>(`/api/sources/${id}`),
  problems: (id: number) => get<N.Problem[]>(`/api/sources/${id}/problems`),
  feed: (ask: FeedAsk) => get<N.FeedPage>('/api/feed', ask),
  items: (ask: ListAsk) => get<N.ItemPage>('/api/items', ask),
  sections: (ask: ListAsk) => get<N.Section[]>('/api/items/sections', { ...ask, seed: undefined }),
  groups: (by: N.By, ask: { order: N.GroupOrder; skip?: number; limit?: number }) => get<N.GroupPage>(`/api/groups/${by}`, ask),
  group: (by: N.By, id: string) => get<N.GroupDetail>(`/api/groups/${by}/${id}`),
  item: (id: string) => get<N.ItemDetail>(`/api/items/${id}`),
  why: (id: string) => get<N.Why>(`/api/items/${id}/why`),
  similar: (id: string) => get<N.Pick[]>(`/api/items/${id}/similar`),
  facets: (kind: N.Kind | '') => get<N.Facets>('/api/items/facets', { kind }),
  events: (events: N.EventIn[], person: number) => post<N.Receipt>('/api/events', { sent_at: Date.now(), person, events }),
  mark: ({ mark, item, person, at }: Queued) => {
    const { uuid, gone, ...said } = mark as Marked
    const path = `/api/highlights/${uuid}`
    return gone ? remove(path) : put(path, { ...said, item, person, changed_at: at, sent_at: Date.now() })
  },
  taste: () => get<N.TasteOut[]>('/api/taste'),
  map: (kind: N.Kind) => get<N.Spot[]>('/api/taste/map', { kind }),
  jobs: () => get<N.Job[]>('/api/jobs'),
  egress: () => get<N.EgressOut>('/api/egress'),
  switchPurpose: (name: string, on: boolean) => put(`/api/egress/purposes/${name}`, { on }),
  allowHost: (name: string) => put<{ name: string }>(`/api/egress/hosts/${encodeURIComponent(name)}`),
  forbidHost: (name: string) => remove(`/api/egress/hosts/${encodeURIComponent(name)}`),
  setJob: (name: string, verb: 'pause' | 'resume') => post(`/api/jobs/${name}/${verb}`),
}

export type MediaSize = 'small' | 'medium' | 'large'

/** Where the bytes of an item are. */
export const media = {
  stream: (id: string) => `/media/${id}`,
  text: (id: string) => `/media/${id}/text`,
  /** The version keeps a changed cover, or a picture turned since, from being shown from a cache. */
  picture: (item: N.Item, size: MediaSize) => address(`/media/${item.id}/${size}.webp`, { v: item.cover }),
}
