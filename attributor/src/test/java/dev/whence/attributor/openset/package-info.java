@NullMarked
package dev.whence.attributor.openset;

import org.jspecify.annotations.NullMarked;
