@NullMarked
package dev.whence.attributor.image;

import org.jspecify.annotations.NullMarked;
