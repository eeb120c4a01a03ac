/** Checks that several connectors' settings share. */
import { parseUrl } from '@rosi/events';

const localHosts = ['127.0.0.1', '[::1]', 'localhost'];

/** Addresses of the first scheme, and on this machine alone those of the second. */
export function secureOrLocal(secure: string, plain: string): (url: string) => boolean {
  return (url) => {
    const { protocol, hostname } = parseUrl(url) ?? {};
    return (
      protocol === secure ||
      (protocol === plain && hostname !== undefined && localHosts.includes(hostname))
    );
  };
}
