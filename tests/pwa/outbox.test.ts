// The outbox keeps what was done until the house has it, and delivers it exactly once.
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ApiError, Unreachable } from '../../pwa/src/lib/api'
import { db, forget, type Queued } from '../../pwa/src/lib/db'
import { made } from '../../pwa/src/lib/events'
import type { EventIn, Receipt } from '../../pwa/src/lib/nouns'
import { fold, Outbox, type Refused } from '../../pwa/src/lib/outbox'
import { erase } from './erase'

const ADA = 1
const BEN = 2

/** A house that keeps events by their uuid, as ours does; `fails` makes the next answers fail. */
class House {
  kept = new Map<string, EventIn>()
  batches: EventIn[][] = []
  people: number[] = []
  fails: unknown[] = []
  loseAnswer = false
  refuses = new Set<string>()
  marks: Queued[] = []

  mark = async (event: Queued): Promise<void> => {
    const failure = this.fails.shift()
    if (failure) throw failure
    this.marks.push(event)
  }

  send = async (events: EventIn[], person = 0): Promise<Receipt> => {
    this.batches.push(events)
    this.people.push(person)
    const failure = this.fails.shift()
    if (failure) throw failure
    const taken = events.filter((event) => !this.refuses.has(event.uuid))
    for (const event of taken) this.kept.set(event.uuid, event)
    if (this.loseAnswer) {
      this.loseAnswer = false
      throw new Unreachable()
    }
    const refused = events.filter((event) => this.refuses.has(event.uuid))
    return {
      accepted: taken.map((event) => event.uuid),
      refused: refused.map((event) => ({ uuid: event.uuid, code: 'bad_value', detail: 'No such value.' })),
      scores: {},
    }
  }
}

let house: House
let person: number | null
let timers: { run: () => void; ms: number }[]
let waiting: number
let refused: Refused[]

function outbox(): Outbox {
  return new Outbox({
    db,
    person: () => person,
    send: (events, whose) => house.send(events, whose),
    mark: (event) => house.mark(event),
    locks: { request: ((_name: string, _options: object, turn: (lock: unknown) => unknown) => turn({})) as never },
    later: (run, ms) => {
      const timer = { run, ms }
      timers.push(timer)
      return () => (timers = timers.filter((one) => one !== timer))
    },
    waiting: (count) => (waiting = count),
    refused: (events) => (refused = events),
  })
}

const rated = (item: string, value: number, who = ADA): Queued => made('rating', item, who, { value, then: value })
const settled = () => new Promise((resolve) => setTimeout(resolve, 30))

beforeEach(() => {
  house = new House()
  person = ADA
  timers = []
  waiting = -1
  refused = []
})
afterEach(erase)

describe('delivery', () => {
  test('a rating reaches the house and leaves the device', async () => {
    const box = outbox()
    await box.add(rated('a', 8))
    await settled()
    expect([...house.kept.values()].map((event) => [event.item, event.value])).toEqual([['a', 8]])
    expect(await box.queued()).toEqual([])
    expect(waiting).toBe(0)
  })

  test('what only the device needs to know does not go over the wire', async () => {
    await outbox().add(rated('a', 8))
    await settled()
    expect(Object.keys(house.batches[0]?.[0] ?? {}).sort()).toEqual(['at', 'item', 'kind', 'target', 'uuid', 'value'])
  })

  test('a batch whose answer was lost goes again and is kept once', async () => {
    house.loseAnswer = true
    const box = outbox()
    await box.add(rated('a', 8))
    await settled()
    expect(await box.queued()).toHaveLength(1)
    timers.at(-1)?.run()
    await settled()
    expect(house.batches).toHaveLength(2)
    expect(house.kept.size).toBe(1)
    expect(await box.queued()).toEqual([])
  })

  test('ratings made without a network are there after a restart and go out then', async () => {
    house.fails = [new Unreachable(), new Unreachable()]
    const before = outbox()
    await before.add(rated('a', 8))
    await settled()
    await before.add(rated('b', 3))
    await settled()
    expect(waiting).toBe(2)
    const after = outbox()
    await after.flush()
    expect([...house.kept.values()].map((event) => event.item)).toEqual(['a', 'b'])
  })

  test('more than two hundred go in several batches, oldest first', async () => {
    const open = await db()
    for (let n = 0; n < 450; n++) await open.put('outbox', rated(`item-${n}`, n % 11))
    await outbox().flush()
    expect(house.batches.map((batch) => batch.length)).toEqual([200, 200, 50])
    expect(house.batches.flat().map((event) => event.item)).toEqual(Array.from({ length: 450 }, (_, n) => `item-${n}`))
  })

  test('one event that the house cannot read does not hold back the others', async () => {
    const open = await db()
    for (const item of ['a', 'b', 'c']) await open.put('outbox', rated(item, 5))
    const send = house.send
    house.send = async (events) => {
      if (events.some((event) => event.item === 'b')) throw new ApiError(400, 'bad_value', 'This does not fit.')
      return send(events)
    }
    await outbox().flush()
    expect([...house.kept.values()].map((event) => event.item)).toEqual(['a', 'c'])
    expect(refused.map(({ event, detail }) => [event.item, detail])).toEqual([['b', 'This does not fit.']])
  })

  test('a refused rating is dropped and reported, so that it is not sent for ever', async () => {
    const event = rated('a', 8)
    house.refuses.add(event.uuid)
    const box = outbox()
    await box.add(event)
    await settled()
    expect(await box.queued()).toEqual([])
    expect(refused.map((one) => one.detail)).toEqual(['No such value.'])
  })

  test('tries again after one second, then two, then four, and at most a minute', async () => {
    house.fails = Array.from({ length: 9 }, () => new Unreachable())
    const box = outbox()
    await box.add(rated('a', 8))
    const waits = []
    for (let n = 0; n < 8; n++) {
      await settled()
      waits.push(timers.at(-1)?.ms)
      timers.at(-1)?.run()
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
  })

  test('events of one person never go out under the name of another', async () => {
    const open = await db()
    await open.put('outbox', rated('a', 8, ADA))
    person = BEN
    await outbox().flush()
    expect(house.batches).toEqual([])
    person = ADA
    await outbox().flush()
    expect(house.kept.size).toBe(1)
  })

  test('two people at one screen: each batch is of one of them, and says of whom', async () => {
    const box = outbox()
    house.fails = Array(2).fill(new ApiError(409, 'other_person', 'Ben is listening here now.'))
    await box.add(rated('a', 8, ADA))
    await box.add({ ...made('position', 'b', ADA, { value: 5 }), at: 1 })
    await settled()
    person = BEN
    await box.add({ ...made('position', 'b', BEN, { value: 9 }), at: 2 })
    await settled()
    expect([...house.kept.values()].map((event) => event.value)).toEqual([9])
    person = ADA
    await box.flush()
    expect(house.kept.size).toBe(3)
    expect(house.people.slice(-2)).toEqual([BEN, ADA])
    expect(house.batches.at(-1)).toHaveLength(2)
  })

  test('another tab that is delivering is left to do it', async () => {
    const box = new Outbox({
      db,
      person: () => ADA,
      send: house.send,
      locks: { request: ((_name: string, _options: object, turn: (lock: unknown) => unknown) => turn(null)) as never },
      later: (run, ms) => (timers.push({ run, ms }), () => {}),
    })
    await box.add(rated('a', 8))
    await settled()
    expect(house.batches).toEqual([])
    expect(timers).toHaveLength(1)
  })
})

describe('what waits', () => {
  test('only the newest place in an item is kept', async () => {
    house.fails = Array.from({ length: 5 }, () => new Unreachable())
    const box = outbox()
    await box.add(made('position', 'song', ADA, { value: 15 }))
    await box.add(made('position', 'song', ADA, { value: 30 }))
    await box.add(made('position', 'other', ADA, { value: 7 }))
    expect((await box.queued()).map((event) => [event.item, event.value])).toEqual([['song', 30], ['other', 7]])
  })

  test('places and plays are not counted as ratings that wait', async () => {
    house.fails = Array.from({ length: 5 }, () => new Unreachable())
    const box = outbox()
    await box.add(made('play', 'song', ADA))
    await box.add(rated('song', 9))
    await settled()
    expect(waiting).toBe(1)
  })

  test('the screen shows the last of several ratings, and an undo gives back what was before', () => {
    const first = rated('a', 8)
    const events = [first, rated('a', 2), made('clear', 'b', ADA, { then: null })]
    expect(fold(events)).toEqual(new Map([['a', 2], ['b', null]]))
    const undo = made('undo', 'a', ADA, { target: events[1]?.uuid, then: 8 })
    expect(fold([undo, ...events]).get('a')).toBe(8)
  })

  test('a session that ended keeps the undelivered events, a sign-out those of the others', async () => {
    const open = await db()
    await open.put('outbox', rated('a', 8))
    await open.put('outbox', rated('a', 3, BEN))
    await open.put('pages', { key: 'home', at: 1, body: {} })
    await forget()
    expect([await open.count('outbox'), await open.count('pages')]).toEqual([2, 0])
    await forget(ADA)
    expect((await open.getAll('outbox')).map((event) => event.person)).toEqual([BEN])
  })

  test('what the device could not keep is said to be so', async () => {
    const open = await db()
    const full = { ...open, transaction: () => { throw new DOMException('full', 'QuotaExceededError') } }
    const box = new Outbox({ db: async () => full as never, person: () => person, send: (events) => house.send(events) })
    await expect(box.add(rated('a', 8))).rejects.toThrow('full')
    expect(house.batches).toEqual([])
  })
})

describe('highlights', () => {
  const marked = (note: string, gone = false): Queued => {
    const mark = { uuid: 'one', quote: 'sea', before: '', after: '', note, made_at: 1, gone }
    return { ...made('open', 'text', ADA), kind: 'mark', mark }
  }

  test('each change goes by itself and in its order, after the ratings', async () => {
    const box = outbox()
    house.fails = [new Unreachable()]
    await box.add(marked('salt'))
    await settled()
    await box.add(rated('a', 8))
    await box.add(marked('sweet'))
    await box.flush()
    await settled()
    expect(house.batches.at(-1)?.map((event) => event.kind)).toEqual(['rating'])
    expect(house.marks.map((event) => event.mark?.note)).toEqual(['salt', 'sweet'])
    expect([await box.queued(), waiting]).toEqual([[], 0])
  })

  test('one that waits is kept on the device and is no rating that waits', async () => {
    const box = outbox()
    house.fails = Array.from({ length: 9 }, () => new Unreachable())
    await box.add(marked('salt'))
    await settled()
    expect([(await box.queued()).length, waiting]).toEqual([1, 0])
    expect((await outbox().queued())[0]?.mark?.note).toBe('salt')
  })

  test('one that the house will never take is let go, and said', async () => {
    const box = outbox()
    house.fails = [new ApiError(400, 'bad_value', 'Too long.')]
    await box.add(marked('x'))
    await box.add(marked('y'))
    await settled()
    expect(refused.map((one) => one.detail)).toEqual(['Too long.'])
    expect(house.marks.map((event) => event.mark?.note)).toEqual(['y'])
  })
})
