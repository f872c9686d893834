// What the browser tests use of the tool beside this file.
import type { Page } from 'playwright-core'

export function comeIn(page: Page, house: string, code: string, name?: string): Promise<void>
export function pairSeconds(newcomer: Page, owner: Page, house: string): Promise<number>
