// What this browser can play, and how tracks are asked for: as they are, or coded anew by the house.
import { address } from './api'
import type { Item } from './nouns'

const TYPES = {
  mp3: 'audio/mpeg', flac: 'audio/flac', vorbis: 'audio/ogg; codecs="vorbis"', opus: 'audio/ogg; codecs="opus"', aac: 'audio/mp4; codecs="mp4a.40.2"',
  alac: 'audio/mp4; codecs="alac"', wav: 'audio/wav; codecs="1"', aiff: 'audio/aiff', wma: 'audio/x-ms-wma',
}
const KEPT = 'anagnorisis.hearing'

export type Level = 'off' | 'track' | 'album'
/** Of this device: whether its link is weak, and how tracks are made equally loud. */
export type Hearing = { small: boolean; level: Level }

export const hearing: Hearing = { small: false, level: 'track', ...JSON.parse(localStorage.getItem(KEPT) ?? '{}') }

export function hear(how: Partial<Hearing>): void {
  localStorage.setItem(KEPT, JSON.stringify(Object.assign(hearing, how)))
}

let known: { can: string[]; to: string } | undefined

/** The codings this browser says it opens, and the one it wants the others in. */
export function ear(): { can: string[]; to: string } {
  if (!known) {
    const sound = document.createElement('audio')
    const can = Object.entries(TYPES).flatMap(([name, type]) => (sound.canPlayType(type) ? [name] : []))
    known = { can, to: sound.canPlayType('audio/mp4; codecs="opus"') ? 'opus' : 'aac' }
  }
  return known
}

/** Where a track is to be heard. */
export function heardAt(item: Pick<Item, 'id'>): string {
  const { can, to } = ear()
  return address(`/media/${item.id}/play`, { can: can.join('.') || 'none', to, small: hearing.small ? 1 : null, level: hearing.level === 'off' ? null : hearing.level })
}
