@NullMarked
package dev.whence.stream;

import org.jspecify.annotations.NullMarked;
