#!/bin/sh
# The hook for `acme_hook` that knows some seventy DNS providers, through dns-lexicon: pip install 'anagnorisis[acme]'
#
#   LEXICON_PROVIDER=cloudflare LEXICON_DOMAIN=example.org LEXICON_CLOUDFLARE_TOKEN=… in the server's environment;
#   LEXICON_WAIT_S: how long the provider takes until its record is seen everywhere (60).
set -eu
: "${LEXICON_PROVIDER:?name the DNS provider, as lexicon spells it}" "${LEXICON_DOMAIN:?name the domain at that provider}"
case "$1" in
present) lexicon "$LEXICON_PROVIDER" create "$LEXICON_DOMAIN" TXT --name "$2" --content "$3" && sleep "${LEXICON_WAIT_S:-60}" ;;
cleanup) lexicon "$LEXICON_PROVIDER" delete "$LEXICON_DOMAIN" TXT --name "$2" --content "$3" ;;
*) echo "usage: $0 present|cleanup NAME VALUE" >&2; exit 2 ;;
esac
