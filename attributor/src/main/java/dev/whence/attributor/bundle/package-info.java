/** Model bundles: what training leaves and attribution opens. */
@NullMarked
package dev.whence.attributor.bundle;

import org.jspecify.annotations.NullMarked;
