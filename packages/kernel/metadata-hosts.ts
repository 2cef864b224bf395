import { compileAddressRanges } from './address-ranges.ts';

/**
 * Link-local addresses, and those at which clouds give a machine its credentials: AWS by IPv6, Alibaba, Azure's host. The last
 * range is the link-local one behind NAT64.
 */
const isMetadataAddress = compileAddressRanges([
  '169.254.0.0/16',
  'fe80::/10',
  'fd00:ec2::254',
  '100.100.100.200',
  '168.63.129.16',
  '64:ff9b::a9fe:0/112',
]);

/** Names that only a cloud's own DNS knows. */
const METADATA_NAME = /^(metadata\.google\.internal|metadata\.goog|instance-data(\.ec2\.internal)?)\.?$/;

/** Whether a host, as a URL or the DNS says it, is a cloud's metadata service or another link-local address. */
export function isMetadataHost(host: string): boolean {
  const bare = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return METADATA_NAME.test(bare) || isMetadataAddress(bare);
}
