@NullMarked
package dev.whence.attributor.space;

import org.jspecify.annotations.NullMarked;
