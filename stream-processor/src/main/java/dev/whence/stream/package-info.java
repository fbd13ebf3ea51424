/** The Flink job between whence.images and whence.provenance. */
@NullMarked
package dev.whence.stream;

import org.jspecify.annotations.NullMarked;
