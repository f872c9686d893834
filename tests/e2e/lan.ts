// A house open to the home network, and browsers that trust its authority or do not.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContext } from 'playwright-core'
import { browse, House, PHONE } from './house'

export class LanHouse extends House {
  protected override environ = { ANAGNORISIS_ANNOUNCE: 'false' }

  override get address(): string {
    return `https://anagnorisis.local:${this.port}`
  }

  /** Where phones begin, by the loopback address that the guide answers at too. */
  get guide(): string {
    const found = /Phones begin at http:\/\/\S+:(\d+) and meet/.exec(this.printed)
    if (!found) throw new Error(`No guide in:\n${this.printed}`)
    return `http://127.0.0.1:${found[1]}`
  }

  get tag(): string {
    return /meet box ([0-9A-F]{4})/.exec(this.printed)?.[1] ?? ''
  }

  protected override async answers(): Promise<boolean> {
    return (await fetch(`${this.guide}/hello`)).ok
  }

  /** A phone that knows the house by name; with `trust`, its certificate store holds the authority. */
  async phone(trust: boolean): Promise<BrowserContext> {
    const home = mkdtempSync(join(this.folder, 'home-'))
    if (trust) await this.#trust(home)
    const env = { ...process.env, HOME: home } as Record<string, string>
    return browse(this, { ...PHONE, env, args: ['--host-resolver-rules=MAP anagnorisis.local 127.0.0.1'] })
  }

  async #trust(home: string): Promise<void> {
    const store = join(home, '.pki/nssdb')
    const pem = join(home, 'ca.pem')
    mkdirSync(store, { recursive: true })
    writeFileSync(pem, await (await fetch(`${this.guide}/anagnorisis-ca.pem`)).text())
    execFileSync('certutil', ['-d', `sql:${store}`, '-N', '--empty-password'])
    execFileSync('certutil', ['-d', `sql:${store}`, '-A', '-t', 'C,,', '-n', 'anagnorisis', '-i', pem])
  }
}
