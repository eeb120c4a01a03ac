package rosi.benchmark;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** Union of identifiers into persons, in one partition as ROSI's: the smaller side is renamed. */
final class Identity implements Processor<byte[], byte[], byte[], byte[]> {
  static final String PERSONS = "persons";
  static final String MEMBERS = "members";
  private ProcessorContext<byte[], byte[]> context;
  private KeyValueStore<Bytes, byte[]> persons;
  private KeyValueStore<Bytes, byte[]> members;

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    this.context = context;
    persons = Keys.store(context, PERSONS);
    members = Keys.store(context, MEMBERS);
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    Activity.all.incrementAndGet();
    Wire.read(record.value(), in -> {
      for (int left = in.readInt(); left > 0; left -= 1) {
        join(in.readUTF(), in.readUTF(), record.timestamp());
      }
      return null;
    });
  }

  private void join(String a, String b, long time) {
    String one = personOf(a, time);
    String other = a.equals(b) ? one : personOf(b, time);
    if (one.equals(other)) return;
    List<String> ofOne = membersOf(one);
    List<String> ofOther = membersOf(other);
    if (ofOne.size() < ofOther.size()) move(ofOne, one, other, time);
    else move(ofOther, other, one, time);
  }

  private String personOf(String identifier, long time) {
    byte[] known = persons.get(Keys.of(identifier));
    if (known != null) return Wire.text(known);
    String fresh = "p:" + identifier;
    assign(identifier, fresh, time);
    return fresh;
  }

  private List<String> membersOf(String person) {
    List<String> found = new ArrayList<>();
    try (KeyValueIterator<Bytes, byte[]> all = Keys.under(members, person)) {
      while (all.hasNext()) found.add(Wire.text(all.next().value));
    }
    return found;
  }

  private void move(List<String> identifiers, String from, String to, long time) {
    for (String identifier : identifiers) {
      members.delete(Keys.of(from, identifier));
      assign(identifier, to, time);
    }
  }

  private void assign(String identifier, String person, long time) {
    persons.put(Keys.of(identifier), Wire.text(person));
    members.put(Keys.of(person, identifier), Wire.text(identifier));
    byte[] key = Wire.text(identifier);
    context.forward(new Record<>(key, Wire.text(person), time), Main.TO_ASSIGNED);
    context.forward(new Record<>(key, Wire.text(person), time), Main.TO_IDENTITIES);
  }
}
