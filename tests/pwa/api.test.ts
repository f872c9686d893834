// What the app makes of addresses and of refusals.
import { afterEach, expect, test, vi } from 'vitest'
import { address, api, ApiError, ask, media, onPerson, onReach, onSessionEnd, problem, Unreachable } from '../../pwa/src/lib/api'
import type { Item } from '../../pwa/src/lib/nouns'

const track = { id: 'f'.repeat(32), kind: 'music', cover: '00ff' } as Item

/** Lets `answer` stand for what the network gives back; returns the requests. */
function network(answer: () => Response | Promise<Response>): Request[] {
  const requests: Request[] = []
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    requests.push(new Request(`http://house${path}`, { ...init, credentials: undefined, signal: undefined }))
    return answer()
  })
  return requests
}

const refusal = (status: number, body: object, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/problem+json', ...headers } })

afterEach(() => {
  vi.unstubAllGlobals()
  onSessionEnd(() => {})
  onReach(() => {})
  onPerson(() => {})
})

test('empty values are left out of an address and others are written safely', () => {
  expect(address('/api/items', { kind: '', tag: 'a&b c', limit: 0, after: null, folder: undefined })).toBe('/api/items?tag=a%26b+c&limit=0')
  expect(address('/api/jobs')).toBe('/api/jobs')
})

test('a changed cover has another address', () => {
  expect(media.picture(track, 'small')).toBe(`/media/${track.id}/small.webp?v=00ff`)
  expect(media.picture({ ...track, cover: '11aa' }, 'small')).not.toBe(media.picture(track, 'small'))
  const photo: Item = { ...track, kind: 'image', cover: '' }
  expect(media.picture(photo, 'small')).toBe(`/media/${track.id}/small.webp`)
  expect(media.picture({ ...photo, cover: '6' }, 'small')).toBe(`/media/${track.id}/small.webp?v=6`)
})

test('changes carry our header, questions do not', async () => {
  const requests = network(() => new Response('[]', { status: 200 }))
  await api.addFolder('/music')
  await api.jobs()
  expect(requests.map((request) => request.headers.get('x-anag'))).toEqual(['1', null])
  expect(await requests[0]?.json()).toEqual({ type: 'folder', address: '/music' })
})

test('an answer without a body is no failure', async () => {
  network(() => new Response(null, { status: 204 }))
  await expect(api.leave()).resolves.toBeUndefined()
})

test('a refusal says what the server said, and when to try again', async () => {
  network(() => refusal(429, { code: 'too_many_tries', detail: 'Try again in 40 seconds.' }, { 'retry-after': '40' }))
  const error = await api.open({ code: 'X', device: 'd' }).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(ApiError)
  expect(error).toMatchObject({ status: 429, code: 'too_many_tries', detail: 'Try again in 40 seconds.', retryAfter: 40 })
})

test('a refusal that is no problem+json still has words', async () => {
  const error = await problem(new Response('<html>', { status: 418 }))
  expect(error.detail).toBe('The server answered 418.')
})

test('no network and a dead gateway are the same: nothing is known', async () => {
  network(() => Promise.reject(new TypeError('failed to fetch')))
  await expect(api.jobs()).rejects.toBeInstanceOf(Unreachable)
  network(() => new Response('', { status: 502 }))
  await expect(api.jobs()).rejects.toBeInstanceOf(Unreachable)
})

test('a 503 that the house itself gives is an answer, not silence', async () => {
  network(() => refusal(503, { code: 'source_away', detail: 'The folder is not there.' }))
  await expect(api.addFolder('/gone')).rejects.toMatchObject({ code: 'source_away' })
})

test('the app hears that its session has ended, but not from asking who it is', async () => {
  const ended = vi.fn()
  onSessionEnd(ended)
  network(() => refusal(401, { code: 'no_session', detail: 'Ended.' }))
  await api.session().catch(() => null)
  expect(ended).not.toHaveBeenCalled()
  await api.jobs().catch(() => null)
  expect(ended).toHaveBeenCalledOnce()
})

test('the app hears whether the house can be reached', async () => {
  const heard: boolean[] = []
  onReach((ok) => heard.push(ok))
  network(() => Promise.reject(new TypeError('failed')))
  await api.jobs().catch(() => null)
  network(() => refusal(404, { code: 'unknown' }))
  await api.item('x').catch(() => null)
  expect(heard).toEqual([false, true])
})

test('the app hears for whom each answer was made, also a refusal', async () => {
  const heard: number[] = []
  onPerson((person) => heard.push(person))
  network(() => new Response('[]', { status: 200, headers: { 'x-anag-person': '7' } }))
  await api.jobs()
  network(() => refusal(409, {}, { 'x-anag-person': '0' }))
  await api.jobs().catch(() => null)
  network(() => new Response('[]', { status: 200 }))
  await api.jobs()
  expect(heard).toEqual([7, 0])
})

test('events say whose they are', async () => {
  const requests = network(() => new Response('{}', { status: 200 }))
  await api.events([], 7)
  expect(await requests[0]?.json()).toMatchObject({ person: 7, events: [] })
})

test('a file goes as it is and comes as it is', async () => {
  const requests = network(() => new Response('{"a":1}\n{"b":2}\n', { status: 200 }))
  const answer = await ask('POST', '/api/history', new Blob(['{"c":3}\n']))
  expect(await answer.text()).toBe('{"a":1}\n{"b":2}\n')
  expect(requests[0]?.headers.get('content-type')).toBe('application/x-ndjson')
  expect(await requests[0]?.text()).toBe('{"c":3}\n')
})
