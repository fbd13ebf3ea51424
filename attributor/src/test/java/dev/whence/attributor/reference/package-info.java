@NullMarked
package dev.whence.attributor.reference;

import org.jspecify.annotations.NullMarked;
