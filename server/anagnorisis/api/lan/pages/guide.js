// Asks the app's encrypted address every two seconds whether this device trusts it yet, and moves on when it does.
import { choose } from './device.js'

const EVERY_MS = 2000
const PATIENCE_MS = 1900
const UNNAMED_AFTER = 2

const said = document.querySelector('#said')
let house
let asking = false
let unnamed = 0

/** Whether `origin` answers with the tag of this house. A refused certificate and silence look the same. */
async function reaches(origin) {
  try {
    const answer = await fetch(`${origin}/hello`, { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE_MS) })
    return (await answer.json()).tag === house.tag
  } catch {
    return false
  }
}

async function look() {
  if (asking || document.hidden) return
  asking = true
  const [named, ...addressed] = await Promise.all([house.app, ...house.others].map(reaches))
  asking = false
  if (named) {
    said.textContent = 'Trusted. Moving on …'
    location.assign(`${house.app}/install`)
    return
  }
  // Once may be a name that is only slow; twice is one that is not found.
  const reached = house.others[addressed.indexOf(true)]
  unnamed = reached ? unnamed + 1 : 0
  if (unnamed >= UNNAMED_AFTER) offer(reached)
}

/** Trusted, but the name is not found: say why that may be, and offer the way by address. */
function offer(origin) {
  said.textContent = `Trusted, but this device does not find ${new URL(house.app).hostname}.`
  document.querySelector('#unnamed').hidden = false
  document.querySelector('#by-address').href = `${origin}/install`
}

async function begin() {
  house = await (await fetch('/hello', { cache: 'no-store' })).json()
  for (const one of document.querySelectorAll('[data-tag]')) one.textContent = house.tag
  for (const one of document.querySelectorAll('[data-here]')) one.textContent = location.origin
  document.querySelector('#skip').href = `${house.app}/install`
  said.textContent = 'Waiting for the steps above. This page notices by itself.'
  setInterval(look, EVERY_MS)
  document.addEventListener('visibilitychange', look)
  await look()
}

choose(document)
begin().catch(() => (said.textContent = 'The house does not answer. Is this device on the same Wi-Fi?'))
