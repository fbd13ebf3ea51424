/** The whole stack in one process (Kafka, the Flink job, metrics; loopback only), or the job alone on a Flink cluster. */
@NullMarked
package dev.whence.infra.stack;

import org.jspecify.annotations.NullMarked;
