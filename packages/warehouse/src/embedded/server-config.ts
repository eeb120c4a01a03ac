/**
 * The configuration file of the embedded server: small pools and caches, a memory limit, and a log
 * that can't grow without bound (two files of 10 MB). It has no system log tables at all.
 */

const MEBIBYTE = 1024 * 1024;
const MEMORY_BYTES_MIN = 1024 * MEBIBYTE;

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Half of the machine's memory, at least 1 GiB. */
export function memoryLimit(totalBytes: number): number {
  return Math.max(MEMORY_BYTES_MIN, Math.floor(totalBytes / 2));
}

/**
 * It asks for no password, so web pages that its user visits must not reach it: what a browser sends on
 * their behalf names the page's site, or (a name that was bound to 127.0.0.1) another host. A header that
 * is not there is empty: programs send none of the two others.
 */
const ownRequests = `<headers>
        <Host>regex:^((127\\.0\\.0\\.1|localhost|\\[::1\\])(:[0-9]+)?)?$</Host>
        <Origin>regex:^(http://(127\\.0\\.0\\.1|localhost|\\[::1\\]):[0-9]+)?$</Origin>
        <Sec-Fetch-Site>regex:^(none|same-origin)?$</Sec-Fetch-Site>
      </headers>`;

const rule = (filter: string, handler: string) => `<rule>
      ${filter}
      ${ownRequests}
      <handler>${handler}</handler>
    </rule>`;

const handlers = [
  rule('<url>/ping</url>', '<type>ping</type>'),
  rule('<url>/play</url>', '<type>play</type>'),
  rule(
    '<url>/</url>',
    '<type>dynamic_query_handler</type><query_param_name>query</query_param_name>',
  ),
].join('\n    ');

export function serverConfig(options: { logFile: string; memoryBytesMax: number }): string {
  return `<clickhouse>
  <logger>
    <log>${escapeXml(options.logFile)}</log>
    <size>10M</size>
    <count>1</count>
  </logger>
  <http_handlers>
    ${handlers}
  </http_handlers>
  <max_server_memory_usage>${options.memoryBytesMax}</max_server_memory_usage>
  <max_concurrent_queries>64</max_concurrent_queries>
  <mark_cache_size>${64 * MEBIBYTE}</mark_cache_size>
  <index_mark_cache_size>${16 * MEBIBYTE}</index_mark_cache_size>
  <background_pool_size>2</background_pool_size>
  <background_merges_mutations_concurrency_ratio>2</background_merges_mutations_concurrency_ratio>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <background_common_pool_size>2</background_common_pool_size>
  <background_move_pool_size>1</background_move_pool_size>
  <background_fetches_pool_size>1</background_fetches_pool_size>
  <background_buffer_flush_schedule_pool_size>1</background_buffer_flush_schedule_pool_size>
  <background_distributed_schedule_pool_size>1</background_distributed_schedule_pool_size>
  <background_message_broker_schedule_pool_size>1</background_message_broker_schedule_pool_size>
  <keep_alive_timeout>30</keep_alive_timeout>
  <shutdown_wait_unfinished>1</shutdown_wait_unfinished>
  <merge_tree>
    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>2</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
    <number_of_free_entries_in_pool_to_execute_mutation>2</number_of_free_entries_in_pool_to_execute_mutation>
  </merge_tree>
</clickhouse>
`;
}
