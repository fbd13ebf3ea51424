/** Embedding spaces: what an image looks like in each of them. */
@NullMarked
package dev.whence.attributor.space;

import org.jspecify.annotations.NullMarked;
