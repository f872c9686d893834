// Making and using a passkey: WebAuthn's bytes to JSON and back, for browsers that do not do it themselves.

type Json = Record<string, any>

export const passkeysWork = () => 'PublicKeyCredential' in globalThis && isSecureContext

/** Let the browser make a passkey; what the house wants to know of it. Throws when the person turns it down. */
export async function makePasskey(options: Json): Promise<Json> {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map(described),
  } as unknown as PublicKeyCredentialCreationOptions
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential
  const { clientDataJSON, attestationObject } = made.response as AuthenticatorAttestationResponse
  return told(made, { clientDataJSON, attestationObject })
}

/** Let the browser use a passkey of `options`. Throws when the person turns it down. */
export async function usePasskey(options: Json): Promise<Json> {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: (options.allowCredentials ?? []).map(described),
  } as unknown as PublicKeyCredentialRequestOptions
  const used = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential
  const { clientDataJSON, authenticatorData, signature } = used.response as AuthenticatorAssertionResponse
  return told(used, { clientDataJSON, authenticatorData, signature })
}

function told(credential: PublicKeyCredential, response: Record<string, ArrayBuffer>): Json {
  const written = Object.entries(response).map(([name, value]) => [name, text(value)])
  const id = text(credential.rawId)
  return { id, rawId: id, type: credential.type, response: Object.fromEntries(written), clientExtensionResults: {} }
}

const described = (one: Json) => ({ ...one, id: bytes(one.id) })

/** base64url to bytes. */
export function bytes(written: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(written.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
}

/** Bytes to base64url without padding. */
export function text(value: ArrayBuffer): string {
  const letters = String.fromCharCode(...new Uint8Array(value))
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
