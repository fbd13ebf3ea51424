/** What the job tells of itself: every metric, declared once, on a Prometheus registry. */
@NullMarked
package dev.whence.stream.metrics;

import org.jspecify.annotations.NullMarked;
