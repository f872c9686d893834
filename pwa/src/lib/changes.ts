// Listens to the house: server-sent events say which lists have changed.

const TOPICS = ['items', 'vectors', 'ratings', 'sources', 'feeds', 'pages', 'people', 'jobs', 'devices', 'pairing', 'egress', 'controls', 'models', 'playlists', 'highlights', 'speakers'] as const
export type Topic = (typeof TOPICS)[number]

const GATHER_MS = 400
const AGAIN_MS = 5_000
/** A line that is back within this time was never away. */
const BLIP_MS = 4_000

type Listener = { topics: readonly Topic[]; run: () => void; every: number; timer?: ReturnType<typeof setTimeout>; last: number }

const listeners = new Set<Listener>()
let stream: EventSource | null = null
let silence: ReturnType<typeof setTimeout> | undefined
let again: ReturnType<typeof setTimeout> | undefined
let connected = (_on: boolean) => {}
let refused = () => {}
let ordered = (_order: unknown) => {}

/** `tell` hears when the line to the house comes up or goes down. */
export function onLine(tell: (on: boolean) => void): void {
  connected = tell
}

/** `tell` hears when the house refuses the line: it may no longer know this device. */
export function onRefusal(tell: () => void): void {
  refused = tell
}

/** `tell` hears what another device wants this one to do. */
export function onOrder(tell: (order: unknown) => void): void {
  ordered = tell
}

/** Run `run` after any of `topics` moved, at most once in `every` ms. Returns how to stop. */
export function onTopics(topics: readonly Topic[], run: () => void, every = GATHER_MS): () => void {
  const listener: Listener = { topics, run, every, last: 0 }
  listeners.add(listener)
  return () => {
    clearTimeout(listener.timer)
    listeners.delete(listener)
  }
}

export function listen(): void {
  hush()
  const source = new EventSource('/api/changes')
  stream = source
  source.onopen = () => {
    clearTimeout(silence)
    connected(true)
  }
  source.onerror = () => {
    clearTimeout(silence)
    silence = setTimeout(() => connected(false), BLIP_MS)
    // A refused stream is closed for good by the browser; a broken one it mends itself.
    if (source.readyState !== EventSource.CLOSED) return
    refused()
    again = setTimeout(listen, AGAIN_MS)
  }
  for (const topic of TOPICS) source.addEventListener(topic, () => heard(topic))
  source.addEventListener('order', (event) => ordered(JSON.parse((event as MessageEvent<string>).data)))
}

export function hush(): void {
  clearTimeout(again)
  clearTimeout(silence)
  stream?.close()
  stream = null
}

function heard(topic: Topic): void {
  for (const listener of listeners) {
    if (!listener.topics.includes(topic) || listener.timer) continue
    const wait = Math.max(GATHER_MS, listener.last + listener.every - Date.now())
    listener.timer = setTimeout(() => {
      listener.timer = undefined
      listener.last = Date.now()
      listener.run()
    }, wait)
  }
}
