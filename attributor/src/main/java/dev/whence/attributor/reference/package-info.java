/** References: one collection of real vectors for each embedding space. */
@NullMarked
package dev.whence.attributor.reference;

import org.jspecify.annotations.NullMarked;
