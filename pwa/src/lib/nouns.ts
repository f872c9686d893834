// Short names for the generated wire types; everything else imports from here.
import type { components } from './types'

type Schemas = components['schemas']

export type Item = Schemas['Item']
export type Kind = Item['kind']
export type Score = Schemas['Score']
export type Pick = Schemas['Pick']
export type Evidence = Schemas['Evidence']
export type Person = Schemas['Person']
export type Session = Schemas['Session']
export type PersonCode = Schemas['PersonCode']
export type SourceOut = Schemas['SourceOut']
export type Suggestion = Schemas['Suggestion']
export type Problem = Schemas['Problem']
export type FeedPage = Schemas['FeedPage']
export type ItemPage = Schemas['ItemPage']
export type ItemDetail = Schemas['ItemDetail']
export type Why = Schemas['Why']
export type Facets = Schemas['Facets']
export type EventIn = Schemas['EventIn']
export type EventKind = EventIn['kind']
export type Receipt = Schemas['Receipt']
export type Spot = Schemas['Spot']
export type TasteOut = Schemas['TasteOut']
export type Job = Schemas['Job']

export const KINDS: readonly Kind[] = ['image', 'music', 'article']
