// What is asked of the honest mirror; fetched with the Taste page.
import { address, call } from '../api'
import type { Kind } from '../nouns'
import type { components } from '../types'

type Schemas = components['schemas']
export type Curve = Schemas['CurveOut']
export type Axes = Schemas['AxesOut']
export type Drift = Schemas['DriftOut']
export type Point = Schemas['Point']
export type Leaning = Schemas['Leaning']

const get = <T>(what: string) => (kind: Kind) => call<T>('GET', address(`/api/taste/${what}`, { kind }))

export const mirror = { curve: get<Curve>('curve'), axes: get<Axes>('axes'), drift: get<Drift>('drift') }
