/** Checks that several connectors' settings share. */

const localHosts = ['127.0.0.1', '[::1]', 'localhost'];

/** Addresses of the first scheme, and on this machine alone those of the second. */
export function secureOrLocal(secure: string, plain: string): (url: string) => boolean {
  return (url) => {
    if (!URL.canParse(url)) return false;
    const { protocol, hostname } = new URL(url);
    return protocol === secure || (protocol === plain && localHosts.includes(hostname));
  };
}
