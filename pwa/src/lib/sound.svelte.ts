// The one player of the app, tied to the page: lock screen, memory and signals.
import { media } from './api'
import { db } from './db'
import { held } from './held'
import { keptAt } from './pieces'
import { Player, type Snapshot } from './player.svelte'
import { ratings } from './ratings.svelte'
import { session } from './session.svelte'

const STEP_S = 10

export const player = new Player({
  sound,
  source: (item) => (held.has(item.id) ? keptAt(item.id) : media.stream(item.id)),
  signal: (kind, item, value, came) => ratings.signal(kind, item, value ?? null, came),
  keep: (snapshot) => void db().then((open) => open.put('kept', structuredClone(snapshot), queueKey())),
})

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

/** Ten seconds on or back. */
export function nudge(direction: 1 | -1): void {
  player.seek(player.position + direction * STEP_S)
}

/** Bring back what was playing, and keep the lock screen up to date. Call inside a component. */
export function tieToPage(): void {
  void db()
    .then((open) => open.get('kept', queueKey()))
    .then((snapshot) => snapshot && player.restore(snapshot as Snapshot))
  for (const touch of ['pointerdown', 'keydown']) addEventListener(touch, () => player.act(), { passive: true })
  const lock = navigator.mediaSession
  if (!lock) return
  lock.setActionHandler('play', () => (player.act(), player.toggle()))
  lock.setActionHandler('pause', () => player.pause())
  lock.setActionHandler('nexttrack', () => player.forward())
  lock.setActionHandler('previoustrack', () => player.backward())
  lock.setActionHandler('seekto', ({ seekTime }) => seekTime != null && player.seek(seekTime))
  $effect(() => {
    const item = player.item
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
    lock.playbackState = player.item ? (player.playing ? 'playing' : 'paused') : 'none'
    if (player.duration > 0)
      lock.setPositionState({ duration: player.duration, position: Math.min(player.position, player.duration) })
  })
}

function artwork(cover: string): MediaImage[] {
  return cover
    ? [{ src: cover, sizes: '480x480', type: 'image/webp' }]
    : [{ src: '/icons/icon-512.png', sizes: '512x512', type: 'image/png' }]
}
