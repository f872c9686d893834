// The player keeps its place, hands over without a gap, and says what was heard.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Item } from '../../pwa/src/lib/nouns'
import type { Snapshot } from '../../pwa/src/lib/parts'
import { Player } from '../../pwa/src/lib/player.svelte'
import { queueOf } from '../../pwa/src/lib/queue'
import { Sound } from './sound'

const track = (id: string, seconds = 200) => ({ id, kind: 'music', title: id, seconds }) as Item
const ALBUM = [track('one'), track('two'), track('three')]

let sounds: Sound[]
let signals: [string, string, number?][]
/** How what was told of came to play. */
let came: string[]
let kept: Snapshot[]
let player: Player

beforeEach(() => {
  sounds = []
  signals = []
  came = []
  kept = []
  player = new Player({
    sound: () => {
      const sound = new Sound()
      sounds.push(sound)
      return sound as unknown as HTMLAudioElement
    },
    source: (item) => `/media/${item.id}`,
    signal: (kind, item, value, how) => {
      signals.push(value === undefined ? [kind, item] : [kind, item, value])
      if (how) came.push(`${kind} ${item} ${how}`)
      return () => signals.push(['undo', item])
    },
    keep: (snapshot) => kept.push(snapshot),
  })
})

const on = (index: number) => sounds[index] as Sound

describe('a list', () => {
  test('starts where it was tapped, and leaves out what makes no sound', () => {
    const mixed = [track('one'), { id: 'pic', kind: 'image' } as Item, track('two')]
    expect(queueOf(mixed, 'two')).toMatchObject({ index: 1, items: [{ id: 'one' }, { id: 'two' }] })
    expect(queueOf(mixed, 'pic').index).toBe(-1)
  })

  test('a track that is not in the list is played alone', () => {
    player.start(ALBUM, track('guest'))
    expect(player.queue.items.map((item) => item.id)).toEqual(['guest'])
  })

  test('says that a track was played when it sounds, and only once', () => {
    player.start(ALBUM, ALBUM[0] as Item)
    expect(signals).toEqual([])
    on(0).begin()
    on(0).dispatchEvent(new Event('playing'))
    expect(signals).toEqual([['play', 'one']])
    expect(player.playing).toBe(true)
  })
})

describe('the handover', () => {
  beforeEach(() => {
    player.start(ALBUM, ALBUM[0] as Item)
    on(0).begin()
  })

  test('the next track is made ready twenty seconds before the end, not earlier', () => {
    on(0).at(179)
    expect(on(1).src).toBe('')
    on(0).at(181)
    expect([on(1).src, on(1).preload]).toEqual(['/media/two', 'auto'])
  })

  test('the other element plays at once inside `ended`', () => {
    on(0).at(190)
    on(1).begin()
    on(0).end()
    expect(on(1).plays).toEqual(['/media/two'])
    expect(player.item?.id).toBe('two')
    expect(signals.map(([kind, item]) => `${kind} ${item}`)).toContain('finish one')
  })

  test('a track that was never made ready is still played', () => {
    on(0).at(100)
    on(0).end()
    expect(on(1).plays).toEqual(['/media/two'])
  })

  test('what the silent element does changes nothing', () => {
    on(0).at(185)
    on(1).begin()
    on(1).at(50)
    expect(player.position).toBe(185)
  })

  test('the end of the list is silence at its last track', () => {
    player.start(ALBUM, ALBUM[2] as Item)
    on(0).begin()
    on(0).end()
    expect([player.playing, player.item?.id]).toEqual([false, 'three'])
  })
})

describe('places', () => {
  beforeEach(() => {
    player.start(ALBUM, ALBUM[0] as Item)
    on(0).begin()
  })

  test('are told every fifteen seconds', () => {
    for (const second of [5, 14, 15, 20, 29, 31]) on(0).at(second)
    expect(signals.filter(([kind]) => kind === 'position')).toEqual([['position', 'one', 15], ['position', 'one', 31]])
  })

  test('are told on a pause', () => {
    on(0).at(7)
    player.toggle()
    expect(signals.at(-1)).toEqual(['position', 'one', 7])
    expect(player.playing).toBe(false)
  })

  test('survive a reload: the same list, the same second, silent until asked', () => {
    on(0).at(42)
    player.toggle()
    const snapshot = kept.at(-1) as Snapshot
    sounds = []
    const next = new Player({
      sound: () => {
        const sound = new Sound()
        sounds.push(sound)
        return sound as unknown as HTMLAudioElement
      },
      source: (item) => `/media/${item.id}`,
      signal: () => () => {},
      keep: () => {},
    })
    next.restore(snapshot)
    expect([next.item?.id, next.position, next.playing]).toEqual(['one', 42, false])
    expect(on(0).plays).toEqual([])
    next.toggle()
    on(0).begin()
    expect(on(0).currentTime).toBe(42)
    expect(next.playing).toBe(true)
  })

  test('a seek stays inside the track', () => {
    player.seek(-5)
    expect(on(0).currentTime).toBe(0)
    player.seek(999)
    expect(on(0).currentTime).toBeLessThan(200)
  })
})

describe('next and previous', () => {
  beforeEach(() => {
    player.start(ALBUM, ALBUM[1] as Item)
    on(0).begin()
  })

  test('going on within thirty seconds is a skip, later it is not', () => {
    on(0).at(12)
    player.forward()
    expect(signals.at(-1)).toEqual(['skip', 'two', 12])
    player.start(ALBUM, ALBUM[1] as Item)
    on(0).begin()
    on(0).at(90)
    signals = []
    player.forward()
    expect(signals.filter(([kind]) => kind === 'skip')).toEqual([])
  })

  test('a skip is the last that is told of a track: no place in it is kept', () => {
    on(0).at(20)
    signals = []
    player.forward()
    on(0).dispatchEvent(new Event('pause'))
    expect(signals).toEqual([['skip', 'two', 20]])
  })

  test('back goes to the start of the track first, then to the one before', () => {
    on(0).at(60)
    player.backward()
    expect([player.item?.id, player.position]).toEqual(['two', 0])
    player.backward()
    expect(player.item?.id).toBe('one')
  })

  test('a file that cannot be played is said so and does not claim to play', () => {
    on(0).dispatchEvent(new Event('error'))
    expect(player.playing).toBe(false)
    expect(player.trouble).not.toBe('')
  })
})

describe('a network that fails', () => {
  beforeEach(() => {
    player.start(ALBUM, ALBUM[0] as Item)
    on(0).begin()
    on(0).at(83)
    on(0).src = 'broken off'
    on(0).readyState = 0
    on(0).currentTime = 0
    on(0).dispatchEvent(new Event('error'))
  })

  test('leaves the place and says so', () => {
    expect([player.playing, player.position]).toEqual([false, 83])
    expect(player.trouble).not.toBe('')
    on(0).at(0)
    expect(player.position).toBe(83)
  })

  test('the next try fetches the track anew and goes on from there', () => {
    player.toggle()
    expect([player.trouble, on(0).src]).toEqual(['', '/media/one'])
    on(0).begin()
    expect([player.playing, on(0).currentTime]).toEqual([true, 83])
  })

  test('a track that failed while it was being made ready is fetched again in its turn', () => {
    player.toggle()
    on(0).begin()
    on(0).at(190)
    on(1).src = 'broken off'
    on(1).dispatchEvent(new Event('error'))
    on(0).at(191)
    expect(on(1).src).toBe('broken off')
    on(0).end()
    on(1).begin()
    expect([player.item?.id, player.playing, on(1).plays]).toEqual(['two', true, ['/media/two']])
  })
})

describe('who listens', () => {
  const LONG = Array.from({ length: 9 }, (_, n) => track(`t${n}`))

  /** Let `many` tracks play to their end, each `seconds` long on the clock of the room. */
  function pass(many: number, seconds = 200) {
    for (let n = 0; n < many; n += 1) {
      const sounding = sounds.findIndex((sound) => !sound.paused)
      on(sounding).begin()
      vi.advanceTimersByTime(seconds * 1000)
      on(sounding).end()
    }
  }

  beforeEach(() => {
    vi.useFakeTimers()
    player.act()
    player.start(LONG, LONG[0] as Item)
  })
  afterEach(() => void vi.useRealTimers())

  test('what was tapped was chosen, and what follows came by itself', () => {
    pass(2)
    expect(came).toEqual(['play t0 chosen', 'finish t0 chosen', 'play t1 queue', 'finish t1 queue'])
  })

  test('after four tracks without a touch nobody seems to be there, until somebody touches something', () => {
    pass(6)
    expect(came.slice(-4)).toEqual(['play t4 queue', 'finish t4 queue', 'play t5 unattended', 'finish t5 unattended'])
    player.act()
    pass(1)
    expect(came.at(-1)).toBe('finish t6 queue')
  })

  test('after half an hour without a touch neither', () => {
    pass(2, 20 * 60)
    expect(came.slice(-2)).toEqual(['play t1 queue', 'finish t1 unattended'])
  })

  test('what was tapped and is long stays chosen to its end', () => {
    pass(1, 60 * 60)
    expect(came.at(-1)).toBe('finish t0 chosen')
  })

  test('to go on is to be there', () => {
    pass(7)
    const sounding = sounds.findIndex((sound) => !sound.paused)
    on(sounding).begin()
    on(sounding).at(5)
    player.forward()
    expect(came.at(-1)).toBe('skip t7 queue')
  })
})

describe('a long track that is passed over in its first quarter', () => {
  test('was passed over, and its place is kept all the same', () => {
    player.start([track('long', 1200), track('two')], track('long', 1200))
    on(0).begin(1200)
    on(0).at(100)
    player.forward()
    const told = signals.filter(([, item]) => item === 'long')
    expect(told).toContainEqual(['skip', 'long', 100])
    expect(told.at(-1)).toEqual(['position', 'long', 100])
  })

  test('after its first quarter it was not', () => {
    player.start([track('long', 1200), track('two')], track('long', 1200))
    on(0).begin(1200)
    on(0).at(310)
    player.forward()
    expect(signals.map(([kind]) => kind)).not.toContain('skip')
  })
})

describe('what is still to come', () => {
  const SIX = ['one', 'two', 'three', 'four', 'five', 'six'].map((id) => track(id))
  const coming = () => player.queue.items.slice(player.queue.index + 1).map((item) => item.id)

  beforeEach(() => {
    player.start(SIX, SIX[1] as Item)
    on(0).begin()
  })

  test('taken out it is told of, is not played, and comes back to its place', () => {
    const back = player.drop(3)
    expect(coming()).toEqual(['three', 'five', 'six'])
    expect(signals.at(-1)).toEqual(['remove', 'four'])
    expect(kept.at(-1)?.queue.items).toHaveLength(5)
    back()
    expect(signals.at(-1)).toEqual(['undo', 'four'])
    expect(coming()).toEqual(['three', 'four', 'five', 'six'])
  })

  test('what played and what plays cannot be taken out', () => {
    for (const index of [0, 1, 9, -1]) player.drop(index)()
    expect(player.queue.items).toHaveLength(6)
    expect(signals).toEqual([['play', 'two']])
  })

  test('the track held ready is held no more once another comes next', () => {
    on(0).at(185)
    expect(on(1).src).toBe('/media/three')
    player.drop(2)
    on(0).at(186)
    expect(on(1).src).toBe('/media/four')
    on(0).end()
    expect([player.item?.id, on(1).plays.at(-1)]).toEqual(['four', '/media/four'])
  })

  test('one of them can come next, or at once as chosen', () => {
    player.hasten(5)
    expect(coming()).toEqual(['six', 'three', 'four', 'five'])
    player.jump(4)
    on(0).begin()
    expect([player.item?.id, coming()]).toEqual(['four', ['five']])
    expect(came.at(-1)).toBe('play four chosen')
  })
})
