// A device as it comes from the shop: every test begins with one.
import { close } from '../../pwa/src/lib/db'

export async function erase(): Promise<void> {
  await close()
  await new Promise((resolve) => {
    const going = indexedDB.deleteDatabase('anagnorisis')
    going.onsuccess = going.onerror = resolve
  })
}
