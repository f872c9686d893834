// What a player does beyond one track after the other: repeats, hurries, hands over early, falls silent, takes more in.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Item } from '../../pwa/src/lib/nouns'
import type { Snapshot } from '../../pwa/src/lib/parts'
import { Player } from '../../pwa/src/lib/player.svelte'
import { coming, followed, queueOf, SILENT, stepped } from '../../pwa/src/lib/queue'
import { lineAt } from '../../pwa/src/player/lines'
import { Sound } from './sound'

const track = (id: string, seconds = 200) => ({ id, kind: 'music', title: id, seconds }) as Item
const ALBUM = [track('one'), track('two'), track('three')]

let sounds: Sound[]
let told: string[]
let kept: Snapshot[]
let loud: Record<string, number>
let player: Player
const on = (index: number) => sounds[index] as Sound
const next = () => coming(player.queue).map((item) => item.id)

beforeEach(() => {
  vi.useFakeTimers()
  sounds = []
  told = []
  kept = []
  loud = {}
  player = new Player({
    sound: () => {
      const sound = new Sound()
      sounds.push(sound)
      return sound as unknown as HTMLAudioElement
    },
    source: (item) => `/media/${item.id}`,
    signal: (kind, item) => (told.push(`${kind} ${item}`), () => {}),
    keep: (snapshot) => kept.push(snapshot),
    volume: (item) => loud[item.id],
  })
})
afterEach(() => void vi.useRealTimers())

describe('repeating', () => {
  test('the list begins anew after its last track', () => {
    player.start(ALBUM, ALBUM[2] as Item)
    player.again('all')
    on(0).begin()
    expect(player.next?.id).toBe('one')
    on(0).at(190)
    expect(on(1).src).toBe('/media/one')
    on(0).end()
    expect([player.item?.id, on(1).plays]).toEqual(['one', ['/media/one']])
    on(1).begin()
    player.forward()
    expect(player.item?.id).toBe('two')
  })

  test('one track plays again, and is told of again', () => {
    player.start(ALBUM, ALBUM[1] as Item)
    player.again('one')
    for (let times = 0; times < 2; times += 1) {
      on(0).begin()
      on(0).at(100)
      on(0).end()
    }
    expect([player.item?.id, on(0).currentTime, on(0).plays.length]).toEqual(['two', 0, 3])
    expect(told.filter((one) => one === 'finish two' || one === 'play two')).toEqual(['play two', 'finish two', 'play two', 'finish two'])
    player.forward()
    expect(player.item?.id).toBe('three')
  })

  test('it is kept with the list', () => {
    player.start(ALBUM, ALBUM[0] as Item)
    player.again('one')
    const later = new Player({ sound: () => new Sound() as unknown as HTMLAudioElement, source: () => '', signal: () => () => {}, keep: () => {} })
    later.restore(kept.at(-1) as Snapshot)
    expect(later.repeat).toBe('one')
  })
})

describe('the handover at the end', () => {
  beforeEach(() => {
    player.start(ALBUM, ALBUM[0] as Item)
    on(0).begin()
    on(0).there = 200
    on(0).at(185)
    on(1).begin()
    on(1).plays = []
  })

  test('begins the next track a moment early, and only once', () => {
    on(0).at(199.5)
    vi.advanceTimersByTime(470)
    expect(on(1).plays).toEqual([])
    vi.advanceTimersByTime(10)
    expect([player.item?.id, on(1).plays]).toEqual(['two', ['/media/two']])
    on(0).end()
    expect([player.item?.id, on(1).plays.length]).toEqual(['two', 1])
    expect(told.filter((one) => one.startsWith('finish'))).toEqual(['finish one'])
  })

  test('waits for the end where the track is not there as a whole, or the next is not ready', () => {
    on(0).there = 150
    on(0).at(199.5)
    vi.advanceTimersByTime(2000)
    expect(player.item?.id).toBe('one')
    on(0).there = 200
    on(1).readyState = 0
    on(0).at(199.6)
    vi.advanceTimersByTime(2000)
    expect(player.item?.id).toBe('one')
    on(0).end()
    expect(player.item?.id).toBe('two')
  })

  test('does not happen after a pause or a jump back', () => {
    on(0).at(199.5)
    player.pause()
    vi.advanceTimersByTime(2000)
    expect(player.item?.id).toBe('one')
    player.toggle()
    on(0).at(199.5)
    player.seek(10)
    vi.advanceTimersByTime(2000)
    expect([player.item?.id, on(0).currentTime]).toEqual(['one', 10])
  })

  test('comes sooner when it plays faster', () => {
    player.hurry(2)
    on(0).at(199)
    vi.advanceTimersByTime(480)
    expect(player.item?.id).toBe('two')
  })
})

describe('speed and loudness', () => {
  test('speed holds for both elements, for what plays and for what comes', () => {
    player.hurry(1.5)
    player.start(ALBUM, ALBUM[0] as Item)
    on(0).begin()
    expect([on(0).playbackRate, on(1).defaultPlaybackRate]).toEqual([1.5, 1.5])
    player.hurry(0.75)
    expect([on(0).playbackRate, on(1).playbackRate]).toEqual([0.75, 0.75])
  })

  test('a track is as loud as is known, from its first moment or from when it is', () => {
    loud.one = 0.4
    player.start(ALBUM, ALBUM[0] as Item)
    on(0).begin()
    expect(on(0).volume).toBe(0.4)
    on(0).at(190)
    expect(on(1).volume).toBe(1)
    player.level('two', 0.7)
    expect([on(0).volume, on(1).volume]).toEqual([0.4, 0.7])
    player.level('gone', 0.1)
    expect([on(0).volume, on(1).volume]).toEqual([0.4, 0.7])
  })
})

describe('falling silent', () => {
  test('after this track means after this track', () => {
    player.start(ALBUM, ALBUM[0] as Item)
    on(0).begin()
    player.endsHere = true
    on(0).at(190)
    on(0).end()
    expect([player.playing, player.item?.id, player.endsHere]).toEqual([false, 'one', false])
    expect(on(1).plays).toEqual([])
    player.toggle()
    on(0).begin()
    on(0).end()
    expect(player.item?.id).toBe('two')
  })

  test('also where one track is repeated', () => {
    player.start(ALBUM, ALBUM[0] as Item)
    player.again('one')
    on(0).begin()
    player.endsHere = true
    on(0).end()
    expect(player.playing).toBe(false)
  })
})

describe('what comes', () => {
  beforeEach(() => {
    player.start(ALBUM, ALBUM[0] as Item)
    on(0).begin()
  })

  test('more comes next or at the end; pictures make no sound', () => {
    player.add([track('x'), { id: 'picture', kind: 'image' } as Item, track('y')], 'next')
    expect(next()).toEqual(['x', 'y', 'two', 'three'])
    player.add([track('z')], 'end')
    expect(next()).toEqual(['x', 'y', 'two', 'three', 'z'])
    player.add([{ id: 'picture', kind: 'image' } as Item], 'end')
    expect(next()).toHaveLength(5)
    expect(told.filter((one) => one.startsWith('play'))).toEqual(['play one'])
  })

  test('where nothing plays it begins', () => {
    player.stop()
    const before = player.starts
    player.add([track('x'), track('y')], 'end')
    expect([player.item?.id, next(), player.starts]).toEqual(['x', ['y'], before + 1])
  })

  test('a track is moved among those to come, and nowhere else', () => {
    player.follow(['a', 'b', 'c', 'd'].map((id) => track(id)))
    player.move(1, 3)
    expect(next()).toEqual(['b', 'c', 'a', 'd'])
    player.move(4, 1)
    expect(next()).toEqual(['d', 'b', 'c', 'a'])
    player.move(2, 0)
    expect(next()).toEqual(['b', 'd', 'c', 'a'])
    player.move(0, 2)
    player.move(9, 1)
    expect([player.item?.id, next()]).toEqual(['one', ['b', 'd', 'c', 'a']])
  })

  test('the queue is a value: what follows changes nothing that was', () => {
    const queue = queueOf(ALBUM, 'two')
    expect(coming(queue).map((item) => item.id)).toEqual(['three'])
    expect(followed(queue, []).items).toHaveLength(2)
    expect(queue.items).toHaveLength(3)
    expect(stepped(followed(queue, []), 1, true).index).toBe(0)
    expect(stepped(followed(queue, []), 1).index).toBe(1)
    expect(coming(SILENT)).toEqual([])
  })
})

describe('the line being sung', () => {
  const lines = [0.5, 2, 2, 9].map((at) => ({ at }))

  test('is the last that has begun', () => {
    expect([0, 0.5, 1.9, 2, 8, 9, 99].map((seconds) => lineAt(lines, seconds))).toEqual([-1, 0, 0, 2, 2, 3, 3])
    expect(lineAt([], 5)).toBe(-1)
  })
})
