/** Images of strangers made safe: limits, decoding, one canonical form. */
@NullMarked
package dev.whence.attributor.image;

import org.jspecify.annotations.NullMarked;
