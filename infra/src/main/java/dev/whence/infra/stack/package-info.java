/** The whole stack in one process: Kafka, the Flink job, metrics. Loopback only. */
@NullMarked
package dev.whence.infra.stack;

import org.jspecify.annotations.NullMarked;
