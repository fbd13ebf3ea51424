@NullMarked
package dev.whence.attributor.training;

import org.jspecify.annotations.NullMarked;
