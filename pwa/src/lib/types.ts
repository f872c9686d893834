// The wire's nouns as the server's OpenAPI names them; `npm run types` writes this file.
type Kind = 'music' | 'image' | 'article'
type EventKind = 'rating' | 'clear' | 'undo' | 'play' | 'position' | 'finish' | 'skip' | 'open' | 'dwell'
type Item = {
  id: string
  kind: Kind
  title: string
  creator: string
  collection: string
  made_at: number | null
  added_at: number
  seconds: number
  width: number
  height: number
  words: number
  cover: string
}
type Score = { mean: number; low: number; high: number }
type Pick = { item: Item; score: Score | null; mine: number | null; reason: string }
type Evidence = { kind: Kind; ratings: number; enough: boolean; says: string }
type Person = { id: number; name: string; created_at: number }
type Device = { id: number; person: number; name: string; created_at: number; seen_at: number }
type Source = {
  id: number
  type: string
  address: string
  name: string
  state: 'new' | 'scanning' | 'ready' | 'away'
  added_at: number
  scanned_at: number | null
}
export interface components {
  schemas: {
    Kind: Kind
    EventKind: EventKind
    Item: Item
    Score: Score
    Pick: Pick
    Evidence: Evidence
    Person: Person
    Device: Device
    Source: Source
    Session: { person: Person; device: Device; first_run: boolean; version: string }
    PersonCode: { person: Person; code: string }
    SourceOut: { source: Source; files: number; items: number; problems: number; done: number; total: number }
    Suggestion: { address: string; name: string; exists: boolean }
    Problem: { source: number; name: string; reason: string }
    FeedPage: { picks: Pick[]; kept: Pick[]; next: string | null; evidence: Evidence[] }
    ItemPage: { picks: Pick[]; next: string | null }
    PlaceOut: { source: string; folder: string; name: string }
    ItemDetail: { pick: Pick; tags: string[]; places: components['schemas']['PlaceOut'][]; position: number | null; playable: boolean }
    Part: { name: string; says: string; value: number }
    Neighbour: { item: Item; rating: number; value: number }
    Why: {
      score: Score | null
      parts: components['schemas']['Part'][]
      neighbours: components['schemas']['Neighbour'][]
      evidence: Evidence
    }
    Facet: { name: string; count: number }
    Facets: {
      kinds: Record<string, number>
      folders: components['schemas']['Facet'][]
      tags: components['schemas']['Facet'][]
    }
    EventIn: { uuid: string; kind: EventKind; item: string; at: number; value?: number | null; target?: string | null }
    RefusedEvent: { uuid: string; code: string; detail: string }
    Receipt: {
      accepted: string[]
      refused: components['schemas']['RefusedEvent'][]
      scores: Record<string, Score | null>
    }
    Reader: { name: string; says: string }
    TasteOut: {
      kind: Kind
      evidence: Evidence
      reader: components['schemas']['Reader']
      phi_version: number | null
      histogram: number[]
      items: number
      embedded: number
    }
    Job: {
      name: string
      title: string
      state: 'idle' | 'working' | 'paused' | 'failed'
      done: number
      total: number
      detail: string
    }
  }
}
