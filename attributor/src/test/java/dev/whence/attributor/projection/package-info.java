@NullMarked
package dev.whence.attributor.projection;

import org.jspecify.annotations.NullMarked;
