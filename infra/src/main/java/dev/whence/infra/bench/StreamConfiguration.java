package dev.whence.infra.bench;

import java.time.Duration;
import java.util.Locale;
import org.apache.flink.connector.base.DeliveryGuarantee;

/** One way to run the job. */
public record StreamConfiguration(int parallelism, DeliveryGuarantee delivery, Duration checkpointInterval) {
    String label() {
        return "%s, %d ms, %d".formatted(deliveryName(), checkpointInterval.toMillis(), parallelism);
    }

    String deliveryName() {
        return delivery.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
