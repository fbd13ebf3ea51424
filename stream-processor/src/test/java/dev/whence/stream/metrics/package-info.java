@NullMarked
package dev.whence.stream.metrics;

import org.jspecify.annotations.NullMarked;
