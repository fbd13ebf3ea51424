/** Open-set recognition: how unlike all known sources an image is, and from where on that makes it new. */
@NullMarked
package dev.whence.attributor.openset;

import org.jspecify.annotations.NullMarked;
