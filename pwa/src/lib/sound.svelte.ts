// The one player of the app, tied to the page: lock screen, memory and signals.
import { media } from './api'
import { onOrder } from './changes'
import { db } from './db'
import { heardAt } from './hearing'
import { held } from './held'
import type { Item, Pick } from './nouns'
import type { Snapshot } from './parts'
import { keptAt } from './pieces'
import { Player } from './player.svelte'
import { ratings } from './ratings.svelte'
import { session } from './session.svelte'

const STEP_S = 10

/** How loud an element has to be for each track that was asked about. */
export const volumes = new Map<string, number>()

export const player = new Player({
  sound,
  source: (item) => (held.has(item.id) ? keptAt(item.id) : heardAt(item)),
  signal: (kind, item, value, came) => ratings.signal(kind, item, value ?? null, came),
  keep: (snapshot) => void db().then((open) => open.put('kept', structuredClone(snapshot), queueKey())),
  volume: (item) => {
    void more().then(({ extras }) => extras.learn(item), () => {})
    return volumes.get(item.id)
  },
})

/** Who has the lock screen and the keys in place of the player: a text that is read aloud. */
type Taken = { item: Item; playing: boolean; toggle: () => void; step: (by: 1 | -1) => void; end: () => void }
export const lockScreen = $state<{ taken: Taken | null }>({ taken: null })

/** Play or pause whatever is heard. */
export function toggle(): void {
  if (lockScreen.taken) lockScreen.taken.toggle()
  else player.toggle()
}

/** What is needed once something plays, and not before. */
export const more = () => import('../player/extras.svelte')

/** Play `pick` in the list it stands in; when it is what plays already, pause it or go on. */
export function playIn(picks: readonly Pick[], pick: Pick | undefined): void {
  if (!pick) return
  if (player.item?.id === pick.item.id) player.toggle()
  else player.start(picks.map((one) => one.item), pick.item)
}

/** Each who listens here has a queue of their own. */
function queueKey(): string {
  return `player:${session.person ?? 0}`
}

/** An audio element of the page, so that the browser's own tools can see it. */
function sound(): HTMLAudioElement {
  const element = new Audio()
  document.body.append(element)
  return element
}

/** Ten seconds on or back, or as many as are asked for. */
export function nudge(direction: 1 | -1, seconds = STEP_S): void {
  player.seek(player.position + direction * seconds)
}

/** What the keys of a lock screen, a headset or a keyboard do. */
const ACTS: Partial<Record<MediaSessionAction, MediaSessionActionHandler>> = {
  play: () => (player.act(), (lockScreen.taken ?? player).playing || toggle()),
  pause: () => (lockScreen.taken?.playing ? toggle() : player.pause()),
  stop: () => (lockScreen.taken ? lockScreen.taken.end() : player.stop()),
  nexttrack: () => (lockScreen.taken ? lockScreen.taken.step(1) : player.forward()),
  previoustrack: () => (lockScreen.taken ? lockScreen.taken.step(-1) : player.backward()),
  seekbackward: ({ seekOffset }) => nudge(-1, seekOffset ?? STEP_S),
  seekforward: ({ seekOffset }) => nudge(1, seekOffset ?? STEP_S),
  seekto: ({ seekTime }) => seekTime != null && player.seek(seekTime),
}

/** Bring back what was playing, and keep the lock screen up to date. Call inside a component. */
export function tieToPage(): void {
  void db()
    .then((open) => open.get('kept', queueKey()))
    .then((snapshot) => snapshot && player.restore(snapshot as Snapshot))
  for (const touch of ['pointerdown', 'keydown']) addEventListener(touch, () => player.act(), { passive: true })
  onOrder((order) => void more().then(({ extras }) => extras.obey(order)))
  const lock = navigator.mediaSession
  if (!lock) return
  // An iPhone shows ten seconds on and back in place of the track before and after: there only for what is long.
  const phone = /iP(hone|ad|od)/.test(navigator.userAgent) || (/Mac/.test(navigator.userAgent) && navigator.maxTouchPoints > 1)
  const LONG_S = 20 * 60
  // A browser that does not know an action says so by throwing.
  const act = (name: string, run: MediaSessionActionHandler | null) => {
    try {
      lock.setActionHandler(name as MediaSessionAction, run)
    } catch {
      return
    }
  }
  $effect(() => {
    const steps = !phone || (player.item?.seconds ?? 0) > LONG_S
    for (const [name, run] of Object.entries(ACTS)) act(name, steps || !/^seek(f|b)/.test(name) ? run : null)
  })
  $effect(() => {
    const item = lockScreen.taken?.item ?? player.item
    lock.metadata = item
      ? new MediaMetadata({
          title: item.title,
          artist: item.creator,
          album: item.collection,
          artwork: artwork(item.cover ? media.picture(item, 'medium') : ''),
        })
      : null
  })
  $effect(() => {
    const heard = lockScreen.taken ?? player
    lock.playbackState = heard.item ? (heard.playing ? 'playing' : 'paused') : 'none'
    if (lockScreen.taken) return lock.setPositionState()
    const { duration, rate } = player
    if (duration > 0) lock.setPositionState({ duration, position: Math.min(player.position, duration), playbackRate: rate })
  })
}

function artwork(cover: string): MediaImage[] {
  return cover
    ? [{ src: cover, sizes: '480x480', type: 'image/webp' }]
    : [{ src: '/icons/icon-512.png', sizes: '512x512', type: 'image/png' }]
}
