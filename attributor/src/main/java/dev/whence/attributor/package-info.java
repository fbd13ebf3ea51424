/** Whence an image comes: the attributor, and what it answers. */
@NullMarked
package dev.whence.attributor;

import org.jspecify.annotations.NullMarked;
