package rosi.benchmark;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** Keys of stores: texts that end in a zero byte, so that no key is the beginning of another. */
final class Keys {
  static Bytes of(String... parts) {
    return Bytes.wrap((String.join("\0", parts) + "\0").getBytes(StandardCharsets.UTF_8));
  }

  /** In the order of time, then of the id. */
  static Bytes timed(String owner, long millis, String id) {
    byte[] head = (owner + "\0").getBytes(StandardCharsets.UTF_8);
    byte[] tail = id.getBytes(StandardCharsets.UTF_8);
    ByteBuffer key = ByteBuffer.allocate(head.length + Long.BYTES + tail.length);
    return Bytes.wrap(key.put(head).putLong(millis).put(tail).array());
  }

  static KeyValueIterator<Bytes, byte[]> under(KeyValueStore<Bytes, byte[]> store, String owner) {
    return store.prefixScan(Bytes.wrap((owner + "\0").getBytes(StandardCharsets.UTF_8)),
        new BytesSerializer());
  }

  static KeyValueStore<Bytes, byte[]> store(ProcessorContext<?, ?> context, String name) {
    StateStore found = context.getStateStore(name);
    @SuppressWarnings("unchecked")
    KeyValueStore<Bytes, byte[]> store = (KeyValueStore<Bytes, byte[]>) found;
    return store;
  }

  private Keys() {}
}
