/** From one message to one provenance event or one dead letter: decoding, micro-batches, attribution. Knows no Flink. */
@NullMarked
package dev.whence.stream.engine;

import org.jspecify.annotations.NullMarked;
