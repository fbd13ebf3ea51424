/** Projection onto the real data manifold, and the artifact that is left. */
@NullMarked
package dev.whence.attributor.projection;

import org.jspecify.annotations.NullMarked;
