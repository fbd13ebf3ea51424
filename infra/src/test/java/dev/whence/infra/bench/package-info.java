/** Tests of the benchmarks' parts. */
@NullMarked
package dev.whence.infra.bench;

import org.jspecify.annotations.NullMarked;
