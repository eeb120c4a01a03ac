"""Reads ROSI's topics as somebody else's program would: with Confluent's client for Python.

usage: read_topics.py BROKERS (files FOLDER | registry URL) TOPIC...

Every committed record as a line of JSON. `files`: the schema of a record is FOLDER/<id>.avsc;
`registry`: Confluent's own deserialiser asks the registry.
"""

import io
import json
import struct
import sys

import fastavro
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext


def by_files(folder):
    schemas = {}

    def decode(message):
        magic, schema_id = struct.unpack(">bI", message.value()[:5])
        assert magic == 0, f"magic byte {magic}"
        if schema_id not in schemas:
            schemas[schema_id] = fastavro.schema.load_schema(f"{folder}/{schema_id}.avsc")
        body = io.BytesIO(message.value()[5:])
        value = fastavro.schemaless_reader(body, schemas[schema_id])
        assert body.read() == b"", "bytes are left"
        return value

    return decode


def by_registry(url):
    deserialize = AvroDeserializer(SchemaRegistryClient({"url": url}))
    return lambda message: deserialize(
        message.value(), SerializationContext(message.topic(), MessageField.VALUE)
    )


def main(brokers, way, place, *topics):
    decode = {"files": by_files, "registry": by_registry}[way](place)
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": "foreign",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
        }
    )
    known = consumer.list_topics(timeout=30).topics
    places = [
        TopicPartition(topic, partition, OFFSET_BEGINNING)
        for topic in topics
        for partition in known[topic].partitions
    ]
    consumer.assign(places)
    left = len(places)
    while left > 0:
        message = consumer.poll(30)
        assert message is not None, "nothing came for half a minute"
        if message.error() is None:
            line = {
                "topic": message.topic(),
                "partition": message.partition(),
                "offset": message.offset(),
                "key": message.key().decode(),
                "value": decode(message),
            }
            print(json.dumps(line))
        elif message.error().code() == KafkaError._PARTITION_EOF:
            left -= 1
        else:
            raise RuntimeError(message.error())
    consumer.close()


main(*sys.argv[1:])
