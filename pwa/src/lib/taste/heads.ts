// Second opinions: asked for, formed, used or removed; what they did, in words.
import { api, call } from '../api'
import { count } from '../format'
import type { Job } from '../nouns'
import { page, type Answer } from '../pages'
import type { components } from '../types'

export type HeadsOut = components['schemas']['HeadsOut']
export type HeadOut = components['schemas']['HeadOut']
export type Trial = components['schemas']['Trial']
export type Seen = { told: HeadsOut; job: Job | undefined }

const PATH = '/api/heads'
/** Points of error that nobody would notice. */
const ALIKE = 0.02

export const heads = {
  look: (): Promise<Answer<Seen>> =>
    page('taste:heads', async () => {
      const [told, jobs] = await Promise.all([call<HeadsOut>('GET', PATH), api.jobs()])
      return { told, job: jobs.find((one) => one.name === 'head') }
    }),
  form: () => call<HeadsOut>('POST', PATH, {}),
  use: (id: number) => call<HeadsOut>('PUT', `${PATH}/${id}/active`),
  remove: (id: number) => call<HeadsOut>('DELETE', `${PATH}/${id}`),
  atNight: (on: boolean) => call<HeadsOut>('PUT', `${PATH}/nightly`, { on }),
}

/** How it did on ratings neither had seen, beside the linear taste: "1.80 points off on 40 pictures; I was 1.95 off". */
export function compared(trial: Trial, many: string, one: string): string {
  const gained = trial.linear_error - trial.head_error
  const on = `on ${count(trial.ratings, one, many)} that neither of us had seen rated`
  if (Math.abs(gained) < ALIKE) return `As far off as I am ${on}: ${trial.linear_error.toFixed(2)} points.`
  return `${trial.head_error.toFixed(2)} points off ${on}; I was ${trial.linear_error.toFixed(2)} off.`
}
