package rosi.benchmark;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** Arguments: brokers, input topic, prefix, partitions, state folder, schemas folder, header bytes. */
public final class Main {
  static final String TO_ACCEPTED = "to-accepted";
  static final String TO_LINKS = "to-links";
  static final String TO_ASSIGNED = "to-assigned";
  static final String TO_CONTRIBUTIONS = "to-contributions";
  static final String TO_ELIGIBLE = "to-eligible";
  static final String TO_ORDERS = "to-ledger-orders";
  static final String TO_TOUCHPOINTS = "to-ledger-touchpoints";
  static final String TO_IDENTITIES = "to-ledger-identities";

  public static void main(String[] arguments) throws Exception {
    String brokers = arguments[0];
    Topics topics = new Topics(arguments[1], arguments[2]);
    int partitions = Integer.parseInt(arguments[3]);
    Path schemas = Path.of(arguments[5]);
    int headerBytes = Integer.parseInt(arguments[6]);
    Supplier<Event.Reader> reader = () -> new Event.Reader(
        schemas.resolve("collected_event.avsc"),
        List.of(schemas.resolve("catalogue_entry.avsc")), headerBytes);
    makeTopics(brokers, topics, partitions);
    KafkaStreams streams =
        new KafkaStreams(topology(topics, reader), settings(brokers, arguments[2], arguments[4]));
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
    Activity.tell();
    streams.start();
  }

  /** What differs from Kafka Streams' defaults, and why. */
  private static Properties settings(String brokers, String applicationId, String stateDir) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, stateDir);
    // As ROSI: each transaction holds outputs, state changes and positions.
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    // The default under exactly once. A record goes through five hops, each of which waits for a
    // commit: ten times as long would save commits, and take five seconds to the ledger.
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    // One thread, as ROSI's process has: CPU time is compared, and a second thread would only
    // make transactions of its own.
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    // Ten times the default: a key written several times between commits is written down once.
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 100L * 1024 * 1024);
    // One broker, one copy, as for ROSI in this benchmark.
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    // As many records at once as ROSI hands to a processor (default 500 in 4.1).
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 1000);
    settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
    settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
    return settings;
  }

  private static Topology topology(Topics topics, Supplier<Event.Reader> reader) {
    Topology topology = new Topology();
    topology.addSource("collected", topics.collected());
    topology.addProcessor("repeats-node", () -> new Repeats(reader), "collected");
    topology.addSink(TO_ACCEPTED, topics.accepted(), "repeats-node");

    topology.addSource("of-nodes", topics.accepted(), topics.assigned(), topics.eligible());
    topology.addProcessor("identifiers-node", () -> new Identifiers(topics, reader), "of-nodes");
    topology.addSink(TO_LINKS, topics.links(), "identifiers-node");
    topology.addSink(TO_CONTRIBUTIONS, topics.contributions(), "identifiers-node");
    topology.addSink(TO_ORDERS, topics.ledgerOrders(), "identifiers-node");
    topology.addSink(TO_TOUCHPOINTS, topics.ledgerTouchpoints(), "identifiers-node");

    topology.addSource("links-in", topics.links());
    topology.addProcessor("identity-node", Identity::new, "links-in");
    topology.addSink(TO_ASSIGNED, topics.assigned(), "identity-node");
    topology.addSink(TO_IDENTITIES, topics.ledgerIdentities(), "identity-node");

    topology.addSource("contributions-in", topics.contributions());
    topology.addProcessor("journeys-node", Journeys::new, "contributions-in");
    topology.addSink(TO_ELIGIBLE, topics.eligible(), "journeys-node");

    addStores(topology, "repeats-node", Repeats.STORE);
    addStores(topology, "identifiers-node", Identifiers.OWNERS, Identifiers.ITEMS,
        Identifiers.LINKS, Identifiers.ORDERS);
    addStores(topology, "identity-node", Identity.PERSONS, Identity.MEMBERS);
    addStores(topology, "journeys-node", Journeys.TOUCHES, Journeys.PLACES);
    return topology;
  }

  private static void addStores(Topology topology, String processor, String... names) {
    for (String name : names) {
      StoreBuilder<?> store = Stores.keyValueStoreBuilder(
          Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
          .withCachingEnabled();
      topology.addStateStore(store, processor);
    }
  }

  private static void makeTopics(String brokers, Topics topics, int partitions) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers))) {
      // For ever, as ROSI's: the events are older than any retention.
      Map<String, String> settings = Map.of("retention.ms", "-1",
          "message.timestamp.after.max.ms", String.valueOf(Long.MAX_VALUE));
      admin.createTopics(topics.made().stream()
          .map(name -> new NewTopic(name, partitions, (short) 1).configs(settings)).toList())
          .all().get();
    }
  }

  private Main() {}
}
