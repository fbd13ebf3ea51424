package dev.whence.attributor.wrong;

import dev.whence.schemas.ImageUpload;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.kafka.clients.producer.Producer;

public record UsesAStream(Producer<String, ImageUpload> producer, MapFunction<String, String> function) {}
