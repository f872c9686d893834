// What is asked about the door: pairing, devices, passwords and passkeys, the audit. Fetched when first needed.
import { address, call } from './api'
import type * as N from './nouns'

/** A waiting device's answer is held back by the server for some seconds. */
const ANSWERED_MS = 25_000

type Json = Record<string, unknown>

export const household = {
  ask: (device: string) => call<N.Shown>('POST', '/api/pair/start', { device }),
  claim: (secret: string) => call<N.Claimed>('POST', '/api/pair/claim', { secret }, ANSWERED_MS),
  waiting: () => call<N.Waiting[]>('GET', '/api/pair'),
  approve: (id: number, as: Partial<N.Approval> & { code: string }) => call<N.Person>('POST', `/api/pair/${id}/approve`, as),
  deny: (id: number, code: string) => call<void>('POST', `/api/pair/${id}/deny`, { code }),
  invite: (person: number, screen: boolean) => call<N.Invitation>('POST', '/api/invitations', { person, screen }),
  devices: () => call<N.DeviceOut[]>('GET', '/api/devices'),
  rename: (id: number, name: string) => call<unknown>('PATCH', `/api/devices/${id}`, { name }),
  narrow: (id: number, screen: boolean) => call<unknown>('PUT', `/api/devices/${id}/screen`, { screen }),
  revoke: (id: number) => call<void>('DELETE', `/api/devices/${id}`),
  signOutEverywhere: (person: number) => call<void>('DELETE', `/api/people/${person}/devices`),
  giveRole: (person: number, role: N.Role) => call<N.Person>('PUT', `/api/people/${person}/role`, { role }),
  security: () => call<N.Security>('GET', '/api/security'),
  setPassword: (password: string) => call<void>('PUT', '/api/security/password', { password }),
  removePassword: () => call<void>('DELETE', '/api/security/password'),
  passkeyOptions: () => call<Json>('POST', '/api/security/passkeys/options'),
  addPasskey: (name: string, answer: Json) => call<void>('POST', '/api/security/passkeys', { name, answer }),
  removePasskey: (id: number) => call<void>('DELETE', `/api/security/passkeys/${id}`),
  confirmOptions: () => call<Json>('POST', '/api/security/confirm/options'),
  confirmByPasskey: (answer: Json) => call<void>('POST', '/api/security/confirm/passkey', { answer }),
  confirmByPassword: (password: string) => call<void>('POST', '/api/security/confirm', { password }),
  newAuthority: () => call<N.WayIn>('POST', '/api/entrance/authority'),
  audit: (before: number | null) => call<N.AuditPage>('GET', address('/api/audit', { before })),
}
