package rosi.benchmark;

import java.util.function.Supplier;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** The first copy of each event, to the node of its strongest identifier. */
final class Repeats implements Processor<byte[], byte[], byte[], byte[]> {
  static final String STORE = "repeats";
  private final Event.Reader reader;
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<Bytes, byte[]> seen;

  Repeats(Supplier<Event.Reader> reader) { this.reader = reader.get(); }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    seen = Keys.store(context, STORE);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    Activity.collected.incrementAndGet();
    Activity.all.incrementAndGet();
    Event event = reader.read(record.value());
    if (seen.putIfAbsent(Keys.of(event.id()), new byte[] {1}) != null) return;
    // Catalogue entries and commands have no identifiers; an event of nobody has no journey.
    if (event.identifiers().isEmpty()) return;
    context.forward(record.withKey(Wire.text(event.identifiers().get(0))));
  }
}
