// What is asked of the house about playing: loudness and words of tracks, lists, stations, other devices.
import { ask, call } from '../lib/api'
import type * as N from '../lib/nouns'

export const asks = {
  sound: (id: string) => call<N.Sound>('GET', `/api/items/${id}/sound`),
  words: (id: string) => call<N.Lyrics>('GET', `/api/items/${id}/lyrics`),
  choices: () => call<Partial<Record<N.Kind, N.Choice>>>('GET', '/api/listening/choices'),
  choose: (kind: N.Kind, choice: N.Choice) => call<void>('PUT', `/api/listening/choices/${kind}`, choice),
  station: (seeds: string[], played: string[], limit: number) => call<N.Pick[]>('POST', '/api/radio', { seeds, played, limit }),
  shuffle: (items: string[], seed: number) => call<string[]>('POST', '/api/shuffle', { items, seed }),
  speakers: () => call<N.Speaker[]>('GET', '/api/speakers'),
  say: (now: N.Playing) => call<void>('PUT', '/api/speakers/here', now),
  order: (device: number, order: Partial<N.Order> & Pick<N.Order, 'verb'>) => call<void>('POST', `/api/speakers/${device}/orders`, order),
  lists: () => call<N.PlaylistOut[]>('GET', '/api/playlists'),
  list: (id: number) => call<N.PlaylistDetail>('GET', `/api/playlists/${id}`),
  begin: (name: string, items: string[]) => call<N.PlaylistOut>('POST', '/api/playlists', { name, items }),
  rename: (id: number, name: string) => call<void>('PATCH', `/api/playlists/${id}`, { name }),
  share: (id: number, shared: boolean) => call<void>('PATCH', `/api/playlists/${id}`, { shared }),
  remove: (id: number) => call<void>('DELETE', `/api/playlists/${id}`),
  append: (id: number, items: string[]) => call<void>('POST', `/api/playlists/${id}/items`, { items }),
  arrange: (id: number, items: string[], version: number) => call<void>('PUT', `/api/playlists/${id}/items`, { items, version }),
  bring: (text: string, name: string) => call<N.Imported>('POST', '/api/playlists/m3u', { text, name }),
  written: async (id: number) => (await ask('GET', `/api/playlists/${id}/m3u`)).blob(),
}
